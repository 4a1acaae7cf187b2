import type { ApiService } from "../api/api-service.js";
import type { Clock } from "../clock.js";
import { at, text, type JsonObject } from "../json.js";
import { type KubeObject, nameOf, namespaceOf, timestamp, uidOf, versionOf } from "../kube-object.js";

/** From so many different texts of one kind in the interval on, events are put together. */
const MOST_TEXTS = 10;
const TEXTS_INTERVAL = 600_000;
/** So many events of one object at once, then one more each five minutes. */
const BURST = 25;
const REFILL_INTERVAL = 300_000;
/** How many series are remembered, as client-go's caches do. */
const CACHE_SIZE = 4096;

interface Texts {
  seen: Set<string>;
  last: number;
}
interface Bucket {
  tokens: number;
  at: number;
}
interface Series {
  name: string;
  count: number;
}

/** Keeps a map to the entries that were used last. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > CACHE_SIZE) for (const oldest of map.keys()) return void map.delete(oldest);
}

/** Writes core/v1 Events as client-go's recorder does: the same text counts up one Event, many texts are combined, too many dropped. */
export class EventRecorder {
  private readonly texts = new Map<string, Texts>();
  private readonly buckets = new Map<string, Bucket>();
  private readonly series = new Map<string, Series>();
  private serial = 0;

  /** @param component - source.component of the events */
  constructor(
    private readonly api: ApiService,
    private readonly clock: Clock,
    private readonly component: string,
    private readonly scale: () => number,
  ) {}

  /** Records that something happened to an object. Never throws: a lost event is no failure. */
  event(object: KubeObject, type: "Normal" | "Warning", reason: string, message: string): void {
    const now = this.clock.now();
    const about = [object.kind, namespaceOf(object), nameOf(object), uidOf(object), object.apiVersion].join(" ");
    const kind = `${about} ${type} ${reason}`;
    const combined = this.combines(kind, message, now);
    const key = combined ? kind : `${kind} ${message}`;
    const shown = combined ? `(combined from similar events): ${message}` : message;
    const known = this.series.get(key);
    remember(this.series, key, { name: known?.name ?? this.eventName(object, now), count: (known?.count ?? 0) + 1 });
    if (!this.allows(about, now)) return;
    try {
      this.write(object, key, { type, reason, message: shown, combined }, now);
    } catch {
      // The namespace may be going away.
    }
  }

  private eventName(object: KubeObject, now: number): string {
    this.serial += 1;
    return `${nameOf(object)}.${(BigInt(Math.floor(now)) * 1_000_000n + BigInt(this.serial % 1_000_000)).toString(16)}`;
  }

  private combines(kind: string, message: string, now: number): boolean {
    let texts = this.texts.get(kind);
    if (texts === undefined || now - texts.last > TEXTS_INTERVAL * this.scale()) texts = { seen: new Set(), last: now };
    texts.seen.add(message);
    texts.last = now;
    remember(this.texts, kind, texts);
    if (texts.seen.size < MOST_TEXTS) return false;
    // One is forgotten, so that the set never grows beyond its bound.
    for (const oldest of texts.seen) {
      texts.seen.delete(oldest);
      break;
    }
    return true;
  }

  private allows(about: string, now: number): boolean {
    const bucket = this.buckets.get(about) ?? { tokens: BURST, at: now };
    const tokens = Math.min(BURST, bucket.tokens + (now - bucket.at) / (REFILL_INTERVAL * this.scale()));
    remember(this.buckets, about, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    return tokens >= 1;
  }

  private write(
    object: KubeObject,
    key: string,
    { type, reason, message, combined }: { type: string; reason: string; message: string; combined: boolean },
    now: number,
  ): void {
    const namespace = namespaceOf(object) === "" ? "default" : namespaceOf(object);
    const { name, count } = this.series.get(key) ?? { name: this.eventName(object, now), count: 1 };
    const options = { manager: "external-secrets", fieldValidation: "Ignore" as const };
    const time = timestamp(now);
    if (count > 1 && this.api.store.get("events", namespace, name) !== undefined) {
      this.api.patch(
        "events",
        namespace,
        name,
        { kind: "merge", body: { count, lastTimestamp: time, message } },
        options,
      );
      return;
    }
    const involvedObject: JsonObject = {
      kind: object.kind,
      ...(namespaceOf(object) === "" ? {} : { namespace: namespaceOf(object) }),
      name: nameOf(object),
      uid: uidOf(object),
      apiVersion: object.apiVersion,
      resourceVersion: versionOf(object),
    };
    this.api.create(
      "events",
      namespace,
      {
        apiVersion: "v1",
        kind: "Event",
        metadata: { name, namespace },
        involvedObject,
        reason,
        message,
        source: { component: this.component },
        firstTimestamp: time,
        lastTimestamp: time,
        count,
        type,
        eventTime: null,
        reportingComponent: combined ? "" : this.component,
        reportingInstance: "",
      },
      options,
    );
  }
}

/** Whether an event is older than the API server keeps events. */
export function isExpired(event: KubeObject, now: number, ttl: number): boolean {
  const last = text(event, "lastTimestamp") || text(event.metadata, "creationTimestamp");
  return at(event.metadata, "name") !== undefined && Date.parse(last) + ttl < now;
}
