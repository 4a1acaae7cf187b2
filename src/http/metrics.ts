import { collectDefaultMetrics, Counter, Histogram, Registry } from "prom-client";

/** How a GraphQL operation came in. */
export type Transport = "http" | "websocket";
/**
 * What became of it: a result (perhaps with expected errors in it); refused for what was sent; failed for a reason of ours, whole or in part; or the client went away before it was there.
 */
export type Outcome = "answered" | "refused" | "failed" | "aborted";
/** `unknown`: it was refused before anybody knew. */
export type OperationType = "query" | "mutation" | "subscription" | "unknown";

/** Everything that /metrics shows beside Node.js's own figures, in Prometheus' conventions (base units, `_total`). No label holds what a client or a cluster says. */
export interface Metrics {
  registry: Registry;
  requests: Counter<"transport" | "operation" | "outcome">;
  requestSeconds: Histogram<"transport" | "operation" | "outcome">;
  errors: Counter<"code">;
  reconciles: Counter<"cluster" | "kind" | "result">;
  reconcileSeconds: Histogram<"cluster" | "kind">;
  syncSeconds: Histogram<"cluster">;
  watchRestarts: Counter<"cluster" | "kind">;
  transitions: Counter<"subject">;
  pruned: Counter;
  notifySeconds: Histogram;
  tailerSeconds: Histogram;
}

/** What parts count as it happens; what they are asked for is added by `readAtScrape`. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    requests: new Counter({
      name: "secretariat_graphql_requests_total",
      help: "GraphQL operations, by how they came, what they are and what became of them.",
      labelNames: ["transport", "operation", "outcome"],
      registers,
    }),
    requestSeconds: new Histogram({
      name: "secretariat_graphql_request_duration_seconds",
      help: "Time until the whole answer was there; of a subscription, until it had begun.",
      labelNames: ["transport", "operation", "outcome"],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    errors: new Counter({
      name: "secretariat_graphql_errors_total",
      help: "Errors in answers, by their code.",
      labelNames: ["code"],
      registers,
    }),
    reconciles: new Counter({
      name: "secretariat_reconciles_total",
      help: "Passes over one key, by what they ended with.",
      labelNames: ["cluster", "kind", "result"],
      registers,
    }),
    reconcileSeconds: new Histogram({
      name: "secretariat_reconcile_duration_seconds",
      help: "Time of one pass over one key.",
      labelNames: ["cluster", "kind"],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15],
      registers,
    }),
    syncSeconds: new Histogram({
      name: "secretariat_sync_duration_seconds",
      help: "Time from a person's change of an assignment until the cluster has confirmed it (SYNCED), on the database's clock.",
      labelNames: ["cluster"],
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800],
      registers,
    }),
    watchRestarts: new Counter({
      name: "secretariat_watch_restarts_total",
      help: "Lists and watches that failed and were begun again.",
      labelNames: ["cluster", "kind"],
      registers,
    }),
    transitions: new Counter({
      name: "secretariat_transitions_total",
      help: "Transitions that this replica has read from the log; every replica reads all of them.",
      labelNames: ["subject"],
      registers,
    }),
    pruned: new Counter({
      name: "secretariat_transitions_pruned_total",
      help: "Transitions that this replica has removed because of their age.",
      registers,
    }),
    notifySeconds: new Histogram({
      name: "secretariat_notify_lag_seconds",
      help: "Time from a commit of this replica until its notification came back.",
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
      registers,
    }),
    tailerSeconds: new Histogram({
      name: "secretariat_tailer_lag_seconds",
      help: "Age of the newest transition of a batch when this replica read it, on the database's clock.",
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
      registers,
    }),
  };
}
