import { setTimeout as delay } from "node:timers/promises";
import type { JsonObject } from "../../../src/domain/json.js";
import { eventually } from "../../support/eventually.js";
import { isObject, operatorPath, type RawCluster, type RawWatch, textOf } from "./raw-cluster.js";

/** One version of an ExternalSecret, as the API server had it. */
export interface SeenVersion {
  /** `performance.now()` when it was seen. */
  at: number;
  uid: string;
  resourceVersion: string;
  /** What its only entry of data names: tests tell specs apart by it. */
  property: string;
  /** `Ready=True` for the spec that stands in the same version. */
  synced: boolean;
  /** When the operator last wrote the status, by its own clock, milliseconds; NaN: never. */
  statusAt: number;
}

/** A second watcher of the cluster, which has nothing of the product's code: the history of every ExternalSecret, as far as the API server showed it. */
export class Witness {
  /** By `namespace/name`, oldest first. */
  readonly history = new Map<string, SeenVersion[]>();
  gaps = 0;
  #stopped = false;
  #watch: RawWatch | null = null;
  #done: Promise<void> = Promise.resolve();

  constructor(
    private readonly cluster: RawCluster,
    private readonly version: string,
  ) {}

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watch?.stop();
    await this.#done;
  }

  /** Waits until it has seen every object as it is now. */
  async untilCaughtUp(): Promise<void> {
    const objects = await this.cluster.list(operatorPath("externalsecrets", null, "", this.version));
    await eventually(
      () =>
        objects.every(({ metadata }) => {
          if (!isObject(metadata)) return true;
          const seen = this.of(textOf(metadata["namespace"]), textOf(metadata["name"]));
          return seen.some(({ resourceVersion }) => resourceVersion === metadata["resourceVersion"]);
        }),
      30_000,
    );
  }

  /** The versions of an object, oldest first. */
  of(namespace: string, name: string): readonly SeenVersion[] {
    return this.history.get(`${namespace}/${name}`) ?? [];
  }

  async #run(): Promise<void> {
    const path = operatorPath("externalsecrets", null, "", this.version);
    while (!this.#stopped) {
      try {
        const list = await this.cluster.must("GET", path);
        const items = Array.isArray(list["items"]) ? list["items"].filter(isObject) : [];
        for (const item of items) this.#take(item, performance.now());
        const { metadata } = list;
        const resourceVersion = isObject(metadata) ? textOf(metadata["resourceVersion"]) : "";
        this.#watch = await this.cluster.watch(path, { resourceVersion });
        const watch = this.#watch;
        for (let next = 0; !this.#stopped; await delay(2)) {
          for (; next < watch.events.length; next += 1) {
            const event = watch.events[next];
            if (event !== undefined && event.type !== "ERROR") this.#take(event.object, event.at);
          }
          if (watch.ended) break;
        }
      } catch {
        // The API server is away, as tests want it to be.
      }
      if (!this.#stopped) {
        this.gaps += 1;
        await delay(50);
      }
    }
  }

  #take(object: JsonObject, at: number): void {
    const { metadata, spec, status } = object;
    if (!isObject(metadata)) return;
    const key = `${textOf(metadata["namespace"])}/${textOf(metadata["name"])}`;
    const versions = this.history.get(key) ?? [];
    this.history.set(key, versions);
    const generation = isObject(status) ? textOf(status["syncedResourceVersion"] ?? "").split("-")[0] : "";
    versions.push({
      at,
      uid: textOf(metadata["uid"]),
      resourceVersion: textOf(metadata["resourceVersion"]),
      property: /"property":"([^"]*)"/u.exec(JSON.stringify(spec))?.[1] ?? "",
      synced: isReady(status) && generation === textOf(metadata["generation"]),
      statusAt: statusTime(metadata),
    });
  }
}

function isReady(status: unknown): boolean {
  const conditions = isObject(status) ? status["conditions"] : [];
  return (
    Array.isArray(conditions) &&
    conditions.some((each) => isObject(each) && each["type"] === "Ready" && each["status"] === "True")
  );
}

function statusTime(metadata: JsonObject): number {
  const entries = Array.isArray(metadata["managedFields"]) ? metadata["managedFields"].filter(isObject) : [];
  const own = entries.find((entry) => entry["subresource"] === "status" && entry["manager"] !== "secretariat");
  return own === undefined ? Number.NaN : Date.parse(textOf(own["time"]));
}
