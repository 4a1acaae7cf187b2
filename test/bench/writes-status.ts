import { randomUUID } from "node:crypto";
import type { Benchmark, Prepared } from "./frame/benchmark.js";
import type { StatusBatch } from "../../src/domain/ports/cluster-state.js";
import { AssignmentEntity } from "../../src/persistence/entities/assignment.js";
import { TransitionEntity } from "../../src/persistence/entities/transition.js";
import { BareBatch } from "./stage/bare-batch.js";
import { startStore, type BenchStore } from "./stage/store.js";
import { assignmentCount, idOf } from "./stage/world.js";

/** What a leader submits at once (status-batcher.ts). */
const BATCH = 450;
const TEN = 10;

type Status = "SYNCED" | "SYNCED_ERROR";

function batchOf(indexes: readonly number[], status: Status): StatusBatch {
  const assignments = indexes.map((i) => ({
    id: idOf("assignment", i),
    revision: 1n,
    verdict: {
      status,
      reason: status === "SYNCED" ? "SecretSynced" : "SecretDeleted",
      message: status === "SYNCED" ? null : "secret deleted due to DeletionPolicy",
    },
  }));
  return { assignments, providerTargets: [], projects: [] };
}

function* batches(count: number): Generator<number[]> {
  for (let from = 0; from < count; from += BATCH)
    yield Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => from + i);
}

/** Rows a second of writing all statuses once. */
async function writeAll(store: BenchStore, count: number, status: Status): Promise<number> {
  const { clusterState } = store.persistence;
  const began = performance.now();
  for (const indexes of batches(count)) {
    const outcome = await clusterState.writeBatch(store.clusterId, store.term, batchOf(indexes, status));
    if (!outcome.leading || outcome.stale.length > 0) throw new Error(`not written: ${JSON.stringify(outcome)}`);
  }
  return (count * 1000) / (performance.now() - began);
}

const other = (turn: number): Status => (turn % 2 === 0 ? "SYNCED" : "SYNCED_ERROR");

async function againstBare(size: { secrets: number; projects: number }): Promise<Prepared> {
  const store = await startStore(size);
  const bare = await BareBatch.connect(store.url);
  const count = assignmentCount(store.world);
  let [turn, bareTurn] = [0, 0];
  return {
    ours: async () => {
      turn += 1;
      return [await writeAll(store, count, other(turn))];
    },
    yardstick: async () => {
      bareTurn += 1;
      const began = performance.now();
      for (const indexes of batches(count))
        await bare.write(
          indexes.map((i) => idOf("assignment", i)),
          other(bareTurn),
        );
      return [(count * 1000) / (performance.now() - began)];
    },
    async close() {
      await bare.close();
      await store.stop();
    },
  };
}

const statuses = (secrets: number, projects: number, ratio: number): Benchmark => ({
  name: `writes-statuses-${secrets}x${projects}`,
  what: `rows a second: the statuses of ${secrets} secrets in ${projects} projects each, with their transitions and roll-ups, in a leader's batches, against a bare unnest update with transitions in as large ones`,
  goals: [{ figure: "", unit: "/s", better: "higher", ratio }],
  warmUps: 2,
  prepare: async () => await againstBare({ secrets, projects }),
});

const typeorm: Benchmark = {
  name: "writes-statuses-typeorm",
  what: "rows a second: the same against TypeORM's save of each row and its transition, ten at a time",
  goals: [{ figure: "", unit: "/s", better: "higher", ratio: 25 }],
  async prepare() {
    const store = await startStore({ secrets: 500, projects: TEN });
    const { dataSource } = store.persistence;
    const count = assignmentCount(store.world);
    const saved = 500;
    let [turn, savedTurn, position] = [0, 0, 10_000_000n];
    return {
      ours: async () => {
        turn += 1;
        return [await writeAll(store, count, other(turn))];
      },
      yardstick: async () => {
        savedTurn += 1;
        const status = savedTurn % 2 === 0 ? "PENDING" : "FAILED";
        const began = performance.now();
        const indexes = Array.from({ length: saved }, (_, i) => i).values();
        const worker = async (): Promise<void> => {
          for (const i of indexes)
            await dataSource.transaction(async (manager) => {
              position += 1n;
              const own = position;
              const id = idOf("assignment", i);
              await manager.save(AssignmentEntity, { id, status, reason: "Saved" });
              await manager.save(TransitionEntity, {
                position: own,
                id: randomUUID(),
                subject: "ASSIGNMENT",
                subjectId: id,
                from: "SYNCED",
                to: status,
                reason: "Saved",
                actor: "system",
                at: new Date(),
                assignmentId: id,
              });
              await manager.query("NOTIFY saved");
            });
        };
        await Promise.all(Array.from({ length: TEN }, worker));
        return [(saved * 1000) / (performance.now() - began)];
      },
      close: () => store.stop(),
    };
  },
};

const unchanged: Benchmark = {
  name: "writes-statuses-unchanged",
  what: "rows a second: 5000 statuses that are as they were, against as many that changed",
  goals: [{ figure: "", unit: "/s", better: "higher", ratio: 4 }],
  async prepare() {
    const store = await startStore({ secrets: 500, projects: TEN });
    const count = assignmentCount(store.world);
    let turn = 1;
    await writeAll(store, count, other(turn));
    return {
      ours: async () => [await writeAll(store, count, other(turn))],
      yardstick: async () => {
        turn += 1;
        return [await writeAll(store, count, other(turn))];
      },
      close: () => store.stop(),
    };
  },
};

// Where each secret is in ten projects, nearly every status changes its secret's too, which is as many rows again; where it is in a hundred, few do.
const benchmarks: Benchmark[] = [
  statuses(5, 100, 0.6),
  statuses(50, 100, 0.7),
  statuses(500, 10, 0.35),
  statuses(500, 100, 0.7),
  typeorm,
  unchanged,
];
export default benchmarks;
