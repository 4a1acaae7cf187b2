import type { Clusters, ClustersOptions } from "../cluster/clusters.js";
import type { GraphQLLayer } from "../graphql/create-graphql.js";
import type { Metrics } from "../http/metrics.js";
import { readAtScrape } from "../http/scraped-metrics.js";
import type { Persistence, PersistenceObserver } from "../persistence/index.js";

/** What is counted of persistence. */
export const persistenceMetrics = (metrics: Metrics): PersistenceObserver => ({
  notified: (seconds) => metrics.notifySeconds.observe(seconds),
  read: (age) => metrics.tailerSeconds.observe(Math.max(0, age)),
  pruned: (rows) => metrics.pruned.inc(rows),
});

interface Term {
  depth: () => number;
  oldestAge: () => number;
  staleness: () => number | null;
}

/** What is counted of the clusters, each by the name that its setting has. */
export class ClusterMetrics {
  readonly #terms = new Map<string, Term>();

  constructor(private readonly metrics: Metrics) {}

  of(cluster: string): ReturnType<ClustersOptions["metrics"]> {
    const { metrics } = this;
    const term: Term = { depth: () => 0, oldestAge: () => 0, staleness: () => null };
    this.#terms.set(cluster, term);
    return {
      reconciled: (kind, result, seconds) => {
        metrics.reconciles.inc({ cluster, kind, result });
        metrics.reconcileSeconds.observe({ cluster, kind }, seconds);
      },
      queue: (depth, oldestAge) => Object.assign(term, { depth, oldestAge }),
      watches: (staleness) => Object.assign(term, { staleness }),
      watchRestarted: (kind) => metrics.watchRestarts.inc({ cluster, kind }),
    };
  }

  /** Of those that are led now: what an ended term left behind tells nothing. */
  led(names: readonly string[]) {
    return names.flatMap((cluster) => {
      const term = this.#terms.get(cluster);
      if (term === undefined) return [];
      return [{ cluster, queueDepth: term.depth(), queueAge: term.oldestAge() / 1000, staleness: term.staleness() }];
    });
  }
}

/** Shows at each scrape how the parts are. */
export function showAtScrape(
  metrics: Metrics,
  parts: {
    connections: () => number;
    graphql: GraphQLLayer;
    clusters: Clusters;
    names: readonly string[];
    clusterMetrics: ClusterMetrics;
    persistence: Persistence;
  },
): void {
  const { connections, graphql, clusters, names, clusterMetrics, persistence } = parts;
  readAtScrape(metrics, {
    connections,
    subscriptions: () => {
      const { subscribers, delivered, tooSlow } = graphql.hub.stats();
      return { open: subscribers, delivered, tooSlow };
    },
    led: () => clusterMetrics.led(clusters.leading()),
    leadership: () => {
      const leading = new Set(clusters.leading());
      return names.map((cluster) => ({ cluster, leading: leading.has(cluster) }));
    },
    database: () => persistence.stats(),
  });
}
