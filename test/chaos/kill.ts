import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startEmbeddedPostgres } from "../../src/dev/postgres/embedded.js";
import { startSimulator, type Simulator } from "../../src/dev/simulator/index.js";
import { ask, ChaosClient } from "./client.js";
import { checkLog } from "./log-check.js";
import { toldOf } from "./told-of.js";
import { Product } from "./product.js";
import { Random } from "./random.js";

const HELP = `Kills the product again and again while clients change things, and looks at what is left.

  npm run chaos:kill -- [--kills 50] [--mutations 1000] [--clients 8] [--seed 1]

Ends with 1 if an acknowledged mutation is lost, one that was not answered is there in part, the clusters differ from desired state 30 s after the last start, or a
change has no transition.
`;

const PROJECTS = ["alpha", "beta", "gamma", "delta"];
/** Milliseconds in which the clusters have to be as desired after the last start. */
const CONVERGENCE = 30_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kills: { type: "string", default: "50" },
      mutations: { type: "string", default: "1000" },
      clients: { type: "string", default: "8" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    say(HELP);
    return 0;
  }
  const seed = Number(values.seed);
  const random = new Random(seed);
  const directory = await mkdtemp(join(tmpdir(), "secretariat-kill-"));
  const postgres = await startEmbeddedPostgres({ dataDir: join(directory, "postgres") });
  const simulator = await startSimulator({ clusters: ["berlin", "oslo"] });
  const kubeconfig = join(directory, "kubeconfig");
  await writeFile(kubeconfig, simulator.kubeconfig(), { mode: 0o600 });
  const product = await Product.of(
    {
      DATABASE_URL: postgres.url,
      KUBECONFIG: kubeconfig,
      CLUSTER_CONTEXTS: "berlin,oslo",
      DATA_DIRECTORY: directory,
      FORCED_SYNC_INTERVAL_SECONDS: "0",
    },
    join(directory, "product.log"),
  );
  let failed = true;
  try {
    await product.start();
    const code = await run({
      product,
      simulator,
      random,
      databaseUrl: postgres.url,
      kills: Number(values.kills),
      mutations: Number(values.mutations),
      clients: Number(values.clients),
      seed,
    });
    failed = code !== 0;
    return code;
  } finally {
    await product.kill();
    await simulator.stop();
    await postgres.stop();
    if (failed) say(`the product's log is kept: ${join(directory, "product.log")}`);
    else await rm(directory, { recursive: true, force: true });
  }
}

interface Run {
  product: Product;
  simulator: Simulator;
  random: Random;
  databaseUrl: string;
  kills: number;
  mutations: number;
  clients: number;
  seed: number;
}

async function run({
  product,
  simulator,
  random,
  databaseUrl,
  kills,
  mutations,
  clients: count,
  seed,
}: Run): Promise<number> {
  say(`seed ${seed}: ${kills} kills during ${mutations} mutations of ${count} clients`);
  for (const { backends } of simulator.clusters.values())
    for (let i = 0; i < 20; i += 1) backends.vault.set(`team-a/key-${i}`, `value-${i}`);
  const { projects, providerId } = await prepare(product.url);
  const clients = Array.from(
    { length: count },
    (_, i) => new ChaosClient(`c${i}`, { url: product.url, providerId, projects }, new Random(seed + i + 1)),
  );
  const acknowledged = (): number => clients.reduce((sum, client) => sum + client.acknowledged, 0);
  let killed = 0;
  const finished = (): boolean => killed >= kills && acknowledged() >= mutations;
  const work = Promise.all(
    clients.map(async (client) => {
      while (!finished()) {
        await client.step();
        // Clients that wait for the killer take their time, so that the mutations are spread over all kills.
        if (acknowledged() > (mutations * (killed + 2)) / kills) await delay(50);
      }
    }),
  );
  let restartedAt = performance.now();
  while (killed < kills) {
    await delay(random.between(50, 1_200));
    await product.kill();
    killed += 1;
    await product.start();
    restartedAt = performance.now();
    if (killed % 10 === 0) say(`  ${killed} kills, ${acknowledged()} mutations acknowledged`);
  }
  await work;
  const violations = clients.flatMap((client) => client.violations);
  // Every acknowledged mutation is there.
  for (const client of clients) {
    for (const [id, { name, state }] of client.secrets) {
      const found = JSON.stringify(await client.read(id));
      if (found !== JSON.stringify(state)) violations.push(`${name}: ${found} instead of ${JSON.stringify(state)}`);
    }
  }
  const settled = performance.now();
  const converged = await converge(simulator, clients, projects);
  violations.push(...converged.left);
  const log = await checkLog(databaseUrl);
  violations.push(...log.violations);
  const unanswered = clients.reduce((sum, client) => sum + client.unanswered, 0);
  say(
    `${killed} kills, ${acknowledged()} mutations acknowledged, ${unanswered} without an answer, ${log.transitions} transitions`,
  );
  say(
    `clusters as desired ${((performance.now() - settled) / 1000).toFixed(1)} s after the last mutation, ${((performance.now() - restartedAt) / 1000).toFixed(1)} s after the last start`,
  );
  for (const violation of violations.slice(0, 20)) say(`VIOLATION ${violation}`);
  const unwanted = converged.left.flatMap((left) => /of assignment ([0-9a-f-]{36})$/u.exec(left)?.[1] ?? []);
  for (const told of await toldOf(databaseUrl, unwanted.slice(0, 3))) say(`  ${told}`);
  say(violations.length === 0 ? "nothing lost, nothing half done" : `${violations.length} violations`);
  return violations.length === 0 ? 0 : 1;
}

async function prepare(url: string): Promise<{ projects: Map<string, string>; providerId: string }> {
  const { clusters } = await ask<{ clusters: { id: string }[] }>(url, "{ clusters { id } }");
  const projects = new Map<string, string>();
  for (const [i, name] of PROJECTS.entries()) {
    const { createProject } = await ask<{ createProject: { id: string } }>(
      url,
      'mutation ($name: String!, $clusterId: ID) { createProject(input: { name: $name, description: "", clusterId: $clusterId }) { id } }',
      { name, clusterId: clusters[i % clusters.length]?.id },
    );
    projects.set(name, createProject.id);
  }
  const { createProvider } = await ask<{ createProvider: { id: string } }>(
    url,
    'mutation ($vault: VaultInput) { createProvider(input: { name: "vault", vault: $vault }) { id } }',
    {
      vault: {
        server: "https://vault.example.com",
        path: "secret",
        auth: { tokenSecretRef: { name: "vault", namespace: "platform", key: "token" } },
      },
    },
  );
  const deadline = performance.now() + 20_000;
  for (;;) {
    const { projects: found } = await ask<{ projects: { nodes: { status: string }[] } }>(
      url,
      "{ projects { nodes { status } } }",
    );
    if (found.nodes.every((node) => node.status === "READY")) return { projects, providerId: createProvider.id };
    if (performance.now() > deadline) throw new Error("the projects did not become READY");
    await delay(50);
  }
}

/** Waits until every namespace holds exactly the wanted ExternalSecrets, in the wanted version and synced. */
async function converge(
  simulator: Simulator,
  clients: readonly ChaosClient[],
  projects: ReadonlyMap<string, string>,
): Promise<{ left: string[] }> {
  const wanted = new Map<string, string>();
  for (const client of clients) {
    for (const { name, state } of client.secrets.values())
      for (const project of state.projects) wanted.set(`${project}/${name}`, state.remoteKey);
  }
  const deadline = performance.now() + CONVERGENCE;
  for (;;) {
    const left = differences(simulator, wanted, [...projects.keys()]);
    if (left.length === 0 || performance.now() > deadline) return { left };
    await delay(100);
  }
}

function differences(simulator: Simulator, wanted: ReadonlyMap<string, string>, projects: readonly string[]): string[] {
  const left: string[] = [];
  const seen = new Set<string>();
  for (const { store } of simulator.clusters.values()) {
    for (const object of store.list("externalsecrets")) {
      const { namespace, name } = object.metadata;
      if (typeof namespace !== "string" || typeof name !== "string" || !projects.includes(namespace)) continue;
      const place = `${namespace}/${name}`;
      seen.add(place);
      const key = JSON.stringify(object["spec"]).match(/"key":"([^"]*)"/)?.[1];
      if (!wanted.has(place)) {
        const labels = JSON.stringify(object.metadata["labels"] ?? {});
        const id = /"secretariat.io\/assignment":"([^"]*)"/u.exec(labels)?.[1] ?? "nobody";
        left.push(`${place} is in the cluster and should not be, of assignment ${id}`);
      } else if (key !== wanted.get(place)) left.push(`${place} reads ${key} instead of ${wanted.get(place)}`);
    }
  }
  for (const place of wanted.keys()) if (!seen.has(place)) left.push(`${place} is missing in the cluster`);
  return left;
}

process.exit(await main());
