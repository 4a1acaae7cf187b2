import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** How a GraphQL operation came in. */
export type Transport = "http" | "websocket";
/**
 * What became of it: a result (perhaps with errors in it); refused for what was sent; failed for a reason of ours; or the client went away before it was there.
 */
export type Outcome = "answered" | "refused" | "failed" | "aborted";

/** Everything that /metrics shows beside Node.js's own figures, in Prometheus' conventions (base units, `_total`). */
export interface Metrics {
  registry: Registry;
  requests: Counter<"transport" | "outcome">;
  requestSeconds: Histogram<"outcome">;
  reconciles: Counter<"cluster" | "kind" | "result">;
  reconcileSeconds: Histogram<"cluster" | "kind">;
  transitions: Counter<"subject">;
}

/** What is read when somebody asks. */
export interface MetricSources {
  connections(): number;
  subscriptions(): number;
  queues(): { cluster: string; depth: number; ageSeconds: number }[];
  /** Every configured cluster, and whether this process leads it. */
  leadership(): { cluster: string; leading: boolean }[];
}

/** What parts count as it happens; what they are asked for is added by {@link readAtScrape}. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    requests: new Counter({
      name: "secretariat_graphql_requests_total",
      help: "GraphQL operations, by how they came and what became of them.",
      labelNames: ["transport", "outcome"],
      registers,
    }),
    requestSeconds: new Histogram({
      name: "secretariat_graphql_request_duration_seconds",
      help: "Time from a request's head to its whole answer, of GraphQL over HTTP.",
      labelNames: ["outcome"],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
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
    transitions: new Counter({
      name: "secretariat_transitions_total",
      help: "Transitions that this replica has read from the log.",
      labelNames: ["subject"],
      registers,
    }),
  };
}

/** Adds what is read at each scrape. Called once, when all sources are there. */
export function readAtScrape({ registry }: Metrics, sources: MetricSources): void {
  const registers = [registry];
  const single = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const perCluster = (name: string, help: string, read: () => (readonly [string, number])[]): Gauge =>
    new Gauge({
      name,
      help,
      labelNames: ["cluster"],
      registers,
      collect() {
        this.reset();
        for (const [cluster, value] of read()) this.set({ cluster }, value);
      },
    });
  single("secretariat_websocket_connections", "Open WebSocket connections.", () => sources.connections());
  single("secretariat_subscriptions", "Running GraphQL subscriptions.", () => sources.subscriptions());
  perCluster("secretariat_queue_depth", "Keys that wait to be looked at.", () =>
    sources.queues().map(({ cluster, depth }) => [cluster, depth]),
  );
  perCluster("secretariat_queue_age_seconds", "How long the key that waits longest has waited.", () =>
    sources.queues().map(({ cluster, ageSeconds }) => [cluster, ageSeconds]),
  );
  perCluster("secretariat_leader", "1 where this replica leads the cluster.", () =>
    sources.leadership().map(({ cluster, leading }) => [cluster, leading ? 1 : 0]),
  );
}
