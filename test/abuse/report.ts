import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startEmbeddedPostgres } from "../../src/dev/postgres/embedded.js";
import { startSimulator } from "../../src/dev/simulator/index.js";
import { Product } from "../chaos/product.js";
import { abuses, suffer } from "./all.js";
import { Collector, INSPECTED } from "./collector.js";
import { Issuer } from "./issuer.js";
import { memoryOf } from "./memory.js";
import type { Target } from "./target.js";

/*
 * npm run abuse: does everything that nobody should to a product in a process of its own, and prints what each was answered, how long it took, how long somebody else waited
 * meanwhile, and the product's memory before and after. Ends with 1 if something was answered otherwise than it should be.
 */

const MAX_CONNECTIONS = 2_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const mib = (bytes: number): string => (bytes / 1_048_576).toFixed(0);
const cell = (text: string): string => text.replaceAll("|", "¦").replaceAll(/[^\x20-\x7e\u2026\u00d7\u00a6]/g, "·");

async function main(): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "secretariat-abuse-"));
  const postgres = await startEmbeddedPostgres({ dataDir: join(directory, "postgres") });
  const simulator = await startSimulator({ clusters: ["berlin"] });
  const issuer = await Issuer.start();
  const kubeconfig = join(directory, "kubeconfig");
  await writeFile(kubeconfig, simulator.kubeconfig(), { mode: 0o600 });
  const log = join(directory, "product.log");
  const product = await Product.of(
    {
      DATABASE_URL: postgres.url,
      KUBECONFIG: kubeconfig,
      CLUSTER_CONTEXTS: "berlin",
      DATA_DIRECTORY: directory,
      OIDC_ISSUER: issuer.url,
      OIDC_AUDIENCE: "secretariat",
      MAX_CONNECTIONS: String(MAX_CONNECTIONS),
      REQUEST_TIMEOUT_SECONDS: "5",
      ...INSPECTED,
    },
    log,
  );
  try {
    await product.start();
    const collector = await Collector.of(log);
    return await report(collector, {
      url: product.url,
      issuer,
      admin: await issuer.admin("ada"),
      member: await issuer.token({ sub: "ben" }),
      limits: {
        maxBodyBytes: 1_048_576,
        maxFrameBytes: 262_144,
        maxConnections: MAX_CONNECTIONS,
        maxSubscriptions: 100,
        requestTimeout: 5_000,
      },
    });
  } finally {
    await product.kill();
    await issuer.stop();
    await simulator.stop();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function report(collector: Collector, target: Target): Promise<number> {
  const wrong: string[] = [];
  await collector.collect();
  const first = await memoryOf(target.url);
  say("| abuse | answer | ms | somebody else, longest ms | memory before | after (MiB) |");
  say("| --- | --- | ---: | ---: | ---: | ---: |");
  for (const abuse of abuses) {
    const before = await memoryOf(target.url);
    const { answer, took, bystander } = await suffer(abuse, target);
    const after = await memoryOf(target.url);
    if (!abuse.expects.test(answer)) wrong.push(`${abuse.name}: ${answer}`);
    const figures = [Math.round(took), Math.round(bystander.longest), mib(before.resident), mib(after.resident)];
    say(`| ${cell(abuse.name)} | ${cell(answer)} | ${figures.join(" | ")} |`);
  }
  // Connections that were cut have ended by now.
  await delay(30_000);
  await collector.collect();
  const last = await memoryOf(target.url);
  collector.close();
  say(
    `\nresident ${mib(first.resident)} MiB at first, ${mib(last.resident)} MiB half a minute after the last; heap, garbage collected, ${mib(first.heap)} and ${mib(last.heap)} MiB`,
  );
  for (const each of wrong) say(`WRONG ${each}`);
  say(
    wrong.length === 0
      ? `all ${abuses.length} were answered as they should be`
      : `${wrong.length} were answered otherwise`,
  );
  return wrong.length === 0 ? 0 : 1;
}

process.exitCode = await main();
