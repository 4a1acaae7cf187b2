import { setTimeout as delay } from "node:timers/promises";
import type { Cluster, HistoryEntry } from "../stage/simulation.js";
import { at, textOf } from "./json.js";

/** What one version of an ExternalSecret said. */
export interface Version {
  at: number;
  type: "ADDED" | "MODIFIED" | "DELETED";
  revision: number;
  uid: string;
  place: string;
  generation: number;
  key: string | null;
  store: string | null;
  refreshInterval: string | null;
  ready: "True" | "False" | null;
  /** Of the generation that the operator last fetched for. */
  syncedGeneration: number | null;
  assignmentId: string | null;
  managers: readonly string[];
  /** What the product holds of it, and when it wrote that. */
  ours: string;
  going: boolean;
}

/** The kinds that the product writes. */
const PRODUCTS: ReadonlySet<string> = new Set(["namespaces", "externalsecrets", "secretstores", "clustersecretstores"]);

/** What happened in one cluster, as it tells itself. */
export class ClusterLog {
  /** Of each place, oldest first. */
  readonly versions = new Map<string, Version[]>();
  /** When namespaces went or began to go, by name. */
  readonly namespacesGone = new Map<string, number[]>();
  /** Times at which the product wrote anything. */
  readonly ourWrites: { at: number; what: string }[] = [];
  entries = 0;
  readonly #lastOurs = new Map<string, string>();
  readonly #going = new Set<string>();
  #next = 0;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(readonly cluster: Cluster) {}

  start(): void {
    this.#running = this.#run();
  }

  /** Reads what is left. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await this.catchUp();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      // Whoever reads the whole of it at the end is told what is wrong.
      await this.catchUp().catch(() => {});
      await delay(500);
    }
  }

  async catchUp(): Promise<void> {
    for (;;) {
      const { entries, next } = await this.cluster.history(this.#next);
      // Read twice where two ask at once.
      if (next <= this.#next) return;
      const known = next - entries.length;
      for (const entry of entries.slice(Math.max(0, this.#next - known))) this.#take(entry);
      this.#next = next;
    }
  }

  #take(entry: HistoryEntry): void {
    this.entries += 1;
    const { resource, name, type, at: when, uid } = entry;
    const place = entry.namespace === "" ? name : `${entry.namespace}/${name}`;
    const version = versionOf(entry, place);
    if (resource === "namespaces" && (version.going || type === "DELETED"))
      this.namespacesGone.set(name, [...(this.namespacesGone.get(name) ?? []), when]);
    const key = `${resource} ${place} ${uid}`;
    if (version.ours !== (this.#lastOurs.get(key) ?? "")) {
      this.#lastOurs.set(key, version.ours);
      this.ourWrites.push({ at: when, what: `${resource} ${place}` });
    }
    // Nobody else deletes what is the product's while contexts are swapped.
    const gone = version.going || type === "DELETED";
    if (gone && !this.#going.has(key) && PRODUCTS.has(resource))
      this.ourWrites.push({ at: when, what: `${resource} ${place} (deleted)` });
    if (gone) this.#going.add(key);
    if (type === "DELETED") this.#lastOurs.delete(key);
    if (resource !== "externalsecrets") return;
    const known = this.versions.get(place);
    if (known === undefined) this.versions.set(place, [version]);
    else known.push(version);
  }
}

const all = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function versionOf(entry: HistoryEntry, place: string): Version {
  const { object, revision, type, uid } = entry;
  const managed = all(at(object, "metadata", "managedFields"));
  const ready = all(at(object, "status", "conditions")).find((condition) => at(condition, "type") === "Ready");
  const status = at(ready, "status");
  const synced = textOf(at(object, "status", "syncedResourceVersion"));
  return {
    at: entry.at,
    type,
    revision,
    uid,
    place,
    generation: Number(at(object, "metadata", "generation") ?? 0),
    key: textOf(at(object, "spec", "data", 0, "remoteRef", "key")),
    store: textOf(at(object, "spec", "secretStoreRef", "name")),
    refreshInterval: textOf(at(object, "spec", "refreshInterval")),
    ready: status === "True" || status === "False" ? status : null,
    syncedGeneration: synced === null ? null : Number(synced.split("-")[0]),
    assignmentId: textOf(at(object, "metadata", "labels", "secretariat.io/assignment")),
    managers: [...new Set(managed.map((entryOf) => String(at(entryOf, "manager"))))],
    ours: managed
      .filter((entryOf) => at(entryOf, "manager") === "secretariat")
      .map((entryOf) => JSON.stringify(entryOf))
      .join(),
    going: at(object, "metadata", "deletionTimestamp") !== undefined,
  };
}
