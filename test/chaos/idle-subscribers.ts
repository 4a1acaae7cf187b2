import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { startEmbeddedPostgres } from "../../src/dev/postgres/embedded.js";
import { startSimulator } from "../../src/dev/simulator/index.js";
import { Collector, INSPECTED } from "../abuse/collector.js";
import { type Memory, memoryOf } from "../abuse/memory.js";
import { Product } from "./product.js";

const HELP = `Shows the memory of a replica with many subscribers to whom nothing is delivered, and after they have gone.

  npm run chaos:idle -- [--subscribers 5000] [--minutes 10] [--after 3]
`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const mib = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`;

/** A connection of its own with one subscription; resolves when that has begun. */
function subscribe(url: string, token: string, query: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
    socket.once("error", reject);
    socket.once("open", () => {
      socket.send(JSON.stringify({ type: "connection_init", payload: { authorization: `Bearer ${token}` } }));
    });
    socket.once("message", () => {
      socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query } }));
      resolve(socket);
    });
  });
}

async function tokenOf(url: string, subject: string, role: string): Promise<string> {
  const response = await fetch(`${url}/dev/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ subject, role, groups: [] }),
  });
  const answer: unknown = await response.json();
  if (typeof answer !== "object" || answer === null || !("access_token" in answer)) throw new Error("no token");
  return String(answer.access_token);
}

async function measure(
  { url, collector }: { url: string; collector: Collector },
  subscribers: number,
  minutes: number,
  after: number,
): Promise<void> {
  const began = performance.now();
  const line = async (what: string): Promise<void> => {
    const { resident, heap, external, connections, subscriptions } = await memoryOf(url);
    const at = `${((performance.now() - began) / 60_000).toFixed(1)} min`.padStart(8);
    say(
      `${at}  ${what.padEnd(24)} ${connections} connections, ${subscriptions} subscriptions: resident ${mib(resident)}, heap ${mib(heap)}, external ${mib(external)}`,
    );
  };
  const every = async (length: number, what: string): Promise<void> => {
    await line(what);
    for (let half = 0; half < 2 * length; half += 1) {
      await delay(30_000);
      await line(what);
    }
  };
  const collected = async (what: string): Promise<Memory> => {
    await collector.collect();
    await line(`${what}, collected`);
    return memoryOf(url);
  };
  const empty = await collected("before");
  const tokens = await Promise.all(
    Array.from({ length: 20 }, (_, n) => tokenOf(url, `person-${n}`, n === 0 ? "PLATFORM_ADMIN" : "TEAM_MEMBER")),
  );
  const queries = ["transitions", "secretStatusChanged", "assignmentStatusChanged", "providerStatusChanged"].map(
    (field) => `subscription { ${field} { id from to reason secret { name } } }`,
  );
  const sockets: WebSocket[] = [];
  for (let n = 0; n < subscribers; n += 100) {
    const some = Array.from({ length: Math.min(100, subscribers - n) }, (_, k) =>
      subscribe(url, tokens[(n + k) % tokens.length] ?? "", queries[k % queries.length] ?? ""),
    );
    sockets.push(...(await Promise.all(some)));
  }
  await every(minutes, "idle");
  const full = await collected("idle");
  for (const socket of sockets) socket.close();
  await delay(5_000);
  await every(after, "gone");
  const gone = await collected("gone");
  collector.close();
  const each = (of: "resident" | "heap"): string => `${((full[of] - empty[of]) / subscribers / 1024).toFixed(1)} KiB`;
  say(`\neach subscriber took ${each("resident")} resident, ${each("heap")} of it on the heap`);
  say(
    `after all have gone: ${mib(gone.resident - empty.resident)} more than at first resident, ${mib(gone.heap - empty.heap)} on the heap`,
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      subscribers: { type: "string", default: "5000" },
      minutes: { type: "string", default: "10" },
      after: { type: "string", default: "3" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return say(HELP);
  const directory = await mkdtemp(join(tmpdir(), "secretariat-idle-"));
  const postgres = await startEmbeddedPostgres({ dataDir: join(directory, "postgres") });
  const simulator = await startSimulator({ clusters: ["berlin", "oslo"] });
  const kubeconfig = join(directory, "kubeconfig");
  await writeFile(kubeconfig, simulator.kubeconfig(), { mode: 0o600 });
  const log = join(directory, "product.log");
  const product = await Product.of(
    {
      DATABASE_URL: postgres.url,
      KUBECONFIG: kubeconfig,
      CLUSTER_CONTEXTS: "berlin,oslo",
      DATA_DIRECTORY: directory,
      ...INSPECTED,
    },
    log,
  );
  try {
    await product.start();
    await delay(5_000);
    const collector = await Collector.of(log);
    await measure(
      { url: product.url, collector },
      Number(values.subscribers),
      Number(values.minutes),
      Number(values.after),
    );
  } finally {
    await product.kill();
    await simulator.stop();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

await main();
