import { Counter, Gauge } from "prom-client";
import type { Metrics } from "./metrics.js";

/** What is read when somebody asks. */
export interface MetricSources {
  connections(): number;
  subscriptions(): {
    open: number;
    /** Results that were handed to connections so far. */
    delivered: number;
    /** Ended so far because they were not read as fast as they came. */
    tooSlow: number;
  };
  /** Of the clusters that this process leads. */
  led(): { cluster: string; queueDepth: number; queueAge: number; staleness: number | null }[];
  /** Every configured cluster, and whether this process leads it. */
  leadership(): { cluster: string; leading: boolean }[];
  database(): {
    connections: { busy: number; idle: number; limit: number };
    waiting: number;
    sinceRead: number;
    unnotified: number;
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
  const total = (name: string, help: string, read: () => number): Counter =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  const labelled = (name: string, help: string, label: string, read: () => (readonly [string, number])[]): Gauge =>
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        for (const [value, figure] of read()) this.labels(value).set(figure);
      },
    });

  single("secretariat_websocket_connections", "Open WebSocket connections.", () => sources.connections());
  single("secretariat_subscriptions", "Running GraphQL subscriptions.", () => sources.subscriptions().open);
  total(
    "secretariat_subscription_deliveries_total",
    "Results of subscriptions that were handed to their connections.",
    () => sources.subscriptions().delivered,
  );
  total(
    "secretariat_slow_subscribers_ended_total",
    "Subscriptions that were ended because they were not read as fast as their transitions came.",
    () => sources.subscriptions().tooSlow,
  );

  labelled("secretariat_queue_depth", "Keys that wait to be looked at, where this replica leads.", "cluster", () =>
    sources.led().map(({ cluster, queueDepth }) => [cluster, queueDepth]),
  );
  labelled(
    "secretariat_queue_age_seconds",
    "How long the key that waits longest has waited, where this replica leads.",
    "cluster",
    () => sources.led().map(({ cluster, queueAge }) => [cluster, queueAge]),
  );
  labelled(
    "secretariat_watch_staleness_seconds",
    "How long one of the cluster's watches has shown nothing, not even a bookmark, where this replica leads.",
    "cluster",
    () => sources.led().flatMap(({ cluster, staleness }) => (staleness === null ? [] : [[cluster, staleness]])),
  );
  labelled("secretariat_leader", "1 where this replica leads the cluster.", "cluster", () =>
    sources.leadership().map(({ cluster, leading }) => [cluster, leading ? 1 : 0]),
  );

  labelled("secretariat_database_connections", "Connections of the database pool.", "state", () => {
    const { busy, idle } = sources.database().connections;
    return [
      ["busy", busy],
      ["idle", idle],
    ];
  });
  single(
    "secretariat_database_connections_limit",
    "Connections that the database pool may have.",
    () => sources.database().connections.limit,
  );
  single(
    "secretariat_database_waiting",
    "Callers that wait for a connection of the database pool.",
    () => sources.database().waiting,
  );
  single(
    "secretariat_tailer_idle_seconds",
    "Time since this replica last read the log of transitions to its end; it does so every 5 s at least.",
    () => sources.database().sinceRead,
  );
  single(
    "secretariat_notify_waiting_seconds",
    "How long the oldest commit of this replica has waited for its notification; 0: none waits.",
    () => sources.database().unnotified,
  );
}
