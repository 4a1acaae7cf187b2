import type { Benchmark, Prepared } from "./frame/benchmark.js";
import { inTransaction } from "../../src/persistence/transaction.js";
import type { NewTransition } from "../../src/domain/transition.js";
import { startBroadcast } from "./stage/broadcast.js";
import { msBetween } from "./stage/child.js";
import { metric, startProduct, until, type BenchProduct } from "./stage/product.js";
import { Subscribers } from "./stage/subscribers.js";
import { idOf } from "./stage/world.js";

const FIELDS = "id cursor subject subjectId from to reason message actor at";
const FLAT = `subscription { transitions { ${FIELDS} } }`;
const NESTED = `subscription { transitions { ${FIELDS} secret { id name status } project { id name } } }`;
/** Transactions of a burst, each with one transition. */
const BURST = 20;

const transition = (): NewTransition => ({
  subject: "ASSIGNMENT",
  subjectId: idOf("assignment", 0),
  from: "PENDING",
  to: "SYNCED",
  reason: "SecretSynced",
  message: "The operator has fetched the values and written the Secret.",
  actor: "system",
  secretId: idOf("secret", 0),
  assignmentId: idOf("assignment", 0),
  projectId: idOf("project", 0),
  providerId: null,
  clusterId: null,
});

/** The same message as ours, as it stands on the wire. */
const MESSAGE = Buffer.from(
  JSON.stringify({
    id: "00000000-0000-4000-8000-000000000000",
    type: "next",
    payload: {
      data: {
        transitions: {
          id: `trn_${idOf("assignment", 0)}`,
          cursor: "x".repeat(22),
          subject: "ASSIGNMENT",
          subjectId: `asg_${idOf("assignment", 0)}`,
          from: "PENDING",
          to: "SYNCED",
          reason: "SecretSynced",
          message: transition().message,
          actor: "system",
          at: new Date(0).toISOString(),
        },
      },
    },
  }),
);

async function write(product: BenchProduct, count: number): Promise<bigint> {
  const began = product.nextCommit();
  const one = (): Promise<void> =>
    inTransaction(product.app.persistence.dataSource, (tx) => Promise.resolve(tx.note(transition())));
  await Promise.all(Array.from({ length: count }, one));
  return await began;
}

interface Audience {
  subscribers: Subscribers;
  product: BenchProduct;
}

/** @param tokensOf one for each subscriber, once the product runs; left out: everybody is the same platform admin */
async function audience(
  count: number,
  query: string,
  tokensOf?: (product: BenchProduct) => Promise<string[]>,
): Promise<Audience> {
  const product = await startProduct({ secrets: 1, projects: 16 });
  const subscribers = await Subscribers.start();
  const tokens = await tokensOf?.(product);
  await subscribers.open({ url: product.url, count, query, ...(tokens === undefined ? {} : { tokens }) });
  await until(async () => (await metric(product.app, "secretariat_subscriptions ")) === count);
  return { product, subscribers };
}

/** Milliseconds from the first commit to the last delivery. */
async function deliver({ product, subscribers }: Audience, count: number, transitions: number): Promise<number> {
  await subscribers.expect(count * transitions);
  const began = await write(product, transitions);
  return msBetween(began, await subscribers.last());
}

/** @param repeats of one run, of which the mean counts */
async function against(
  count: number,
  transitions: number,
  figure: (ms: number) => number,
  ours: Audience,
  repeats = 5,
): Promise<Prepared> {
  const broadcast = await startBroadcast();
  const bare = await Subscribers.start();
  await bare.open({ url: broadcast.url, count, query: null });
  await until(() => broadcast.size === count);
  const mean = async (once: () => Promise<number>): Promise<readonly number[]> => {
    let sum = 0;
    for (let i = 0; i < repeats; i += 1) sum += await once();
    return [figure(sum / repeats)];
  };
  return {
    ours: () => mean(() => deliver(ours, count, transitions)),
    yardstick: () =>
      mean(async () => {
        await bare.expect(count * transitions);
        const began = process.hrtime.bigint();
        for (let i = 0; i < transitions; i += 1) broadcast.send(MESSAGE);
        return msBetween(began, await bare.last());
      }),
    close: async () => {
      ours.subscribers.stop();
      bare.stop();
      await broadcast.close();
      await ours.product.stop();
    },
  };
}

const identical = (count: number, ratio: number): Benchmark => ({
  name: `events-identical-${count}`,
  what: `from a commit to the last of ${count} subscribers with the same question, against one serialised message through ws.send to as many`,
  goals: [{ figure: "", unit: "ms", better: "lower", ratio }],
  warmUps: 3,
  prepare: async () => await against(count, 1, (ms) => ms, await audience(count, FLAT), count < 1_000 ? 50 : 5),
});

/** Everybody is a member of the first project, and of a set of the others that nobody else has. */
const memberships = (count: number) => async (product: BenchProduct) => {
  const tokens: string[] = [];
  for (let i = 1; i <= count; i += 1) {
    const others = Array.from({ length: 14 }, (_, bit) => bit).filter((bit) => ((i >> bit) & 1) === 1);
    const groups = ["team-0", ...others.map((bit) => `team-${bit + 1}`)];
    tokens.push(await product.token({ subject: `member-${i}`, groups }));
  }
  return tokens;
};

const COUNT = 5_000;
const benchmarks: Benchmark[] = [
  identical(50, 5),
  identical(500, 1.5),
  identical(COUNT, 1.3),
  {
    name: "events-burst",
    what: `deliveries a second of ${BURST} transactions to ${COUNT} subscribers, against unbatched ws.send of one buffer`,
    goals: [{ figure: "", unit: "/s", better: "higher", ratio: 8 }],
    prepare: async () =>
      await against(COUNT, BURST, (ms) => (COUNT * BURST * 1000) / ms, await audience(COUNT, FLAT), 2),
  },
  {
    name: "events-memberships",
    what: `from a commit to the last of ${COUNT} viewers of whom no two see the same projects, against one serialised message through ws.send to as many`,
    goals: [{ figure: "", unit: "ms", better: "lower", ratio: 3 }],
    prepare: async () => await against(COUNT, 1, (ms) => ms, await audience(COUNT, FLAT, memberships(COUNT)), 3),
  },
  {
    name: "events-memberships-nested",
    what: `the same where each answer names the secret and the project, which each viewer sees in their own way, with ${COUNT / 10} viewers`,
    goals: [{ figure: "", unit: "ms", better: "lower", ratio: 50 }],
    prepare: async () =>
      await against(COUNT / 10, 1, (ms) => ms, await audience(COUNT / 10, NESTED, memberships(COUNT / 10)), 3),
  },
];
export default benchmarks;
