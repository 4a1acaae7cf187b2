import { foreignText } from "../domain/foreign-text.js";
import type { Logger } from "../domain/ports/logger.js";
import { isLater } from "../domain/status/seen.js";
import type { KubernetesObject } from "./kubernetes-object.js";
import { isRecord } from "./object-guards.js";
import { EVENTS } from "./resources.js";
import type { KubernetesApi } from "./transport/kubernetes-api.js";
import type { ReflectorSettings, ReflectorState } from "./watch/reflector-types.js";
import { Reflector } from "./watch/reflector.js";

/** The object that an event is about. */
export interface InvolvedObject {
  kind: string;
  /** Null for cluster-scoped objects. */
  namespace: string | null;
  name: string;
  uid: string;
}

export interface OperatorEventsOptions {
  api: KubernetesApi;
  logger: Logger;
  /** A relevant event was seen for the first time, or again. */
  onEvent(uid: string, involved: InvolvedObject): void;
  /** The states of the three reflectors, by the kind they watch events of. */
  onState?(kind: string, state: ReflectorState): void;
  /** A list or watch of events failed, and is begun again. */
  onRestart?(): void;
  settings?: Partial<ReflectorSettings>;
  /** Objects of which something is kept; of more the longest unheard of are forgotten. Default 100,000. */
  maxObjects?: number;
}

/** What is kept of an event of the operator. */
interface OperatorEvent {
  /** uid and version of the Event itself; the version orders events, whatever the clocks say. */
  readonly id: string;
  readonly version: string;
  readonly reason: string;
  readonly message: string;
  /** `involvedObject.resourceVersion`: when this text was first said, not when it was last. */
  readonly objectVersion: string | null;
  /** RFC 3339, the operator's clock. */
  readonly lastTimestamp: string;
}
interface Sighting {
  readonly involved: InvolvedObject;
  readonly event: OperatorEvent;
}

const KINDS = ["ExternalSecret", "SecretStore", "ClusterSecretStore"] as const;
const FAILURE_OF_SECRET = "UpdateFailed";
const MISSING = "MissingProviderSecret";
/** Every store of some kinds bears it, broken or not (ESO.md). */
const NO_CAUSE = "StoreUnmaintained";
/** Written for each sync; the server leaves them out. */
const UNREAD = ["Created", "Updated", "Deleted"];
/** Kubernetes' own prefix for the tenth text within ten minutes. */
const COMBINED = "(combined from similar events): ";
/** Kept for each object. */
const MAX_FAILURES = 4;
const MAX_OBJECTS = 100_000;

/**
 * The causes that the operator tells only in core Events (ESO.md). The API server forgets an Event after an hour; here it stays until its object is gone, since a
 * failure that is not tried again has only one.
 */
export class OperatorEvents {
  readonly #reflectors: Reflector<Sighting | null>[];
  /** Newest first, by the uid of what they are about. */
  readonly #failures = new Map<string, readonly OperatorEvent[]>();
  readonly #missing = new Map<string, OperatorEvent>();
  readonly #listed = new Set<string>();

  constructor(private readonly options: OperatorEventsOptions) {
    const { api, logger, settings } = options;
    this.#reflectors = KINDS.map(
      (kind) =>
        new Reflector<Sighting | null>({
          api,
          logger,
          resource: EVENTS,
          fieldSelector: [`involvedObject.kind=${kind}`, ...UNREAD.map((reason) => `reason!=${reason}`)].join(","),
          ...(settings === undefined ? {} : { settings }),
          project: sightingOf,
          onRestart: () => options.onRestart?.(),
          handler: {
            // One that has expired stays: see above.
            onEvents: (events) => events.forEach(({ type, object }) => type !== "DELETED" && this.#take(object)),
            onReplace: (sightings) => {
              for (const sighting of sightings) this.#take(sighting);
              this.#listed.add(kind);
            },
            onState: (state) => options.onState?.(kind, state),
          },
        }),
    );
  }

  start(): void {
    for (const reflector of this.#reflectors) reflector.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.stop()));
  }

  /** All lists were seen once. */
  get synced(): boolean {
    return this.#listed.size === KINDS.length;
  }

  /**
   * The message for a `Ready=False` (DESIGN.md, "The status of an assignment"): the newest failure with involvedObject.resourceVersion >= R, since an old attempt may
   * report later than a new one; else the newest with lastTimestamp >= the condition's lastTransitionTime, since a repeated text keeps its first version.
   * @param of writtenVersion R, the version in the answer to our last write; lastTransitionTime the condition's (RFC 3339, the operator's clock too)
   * @returns null where no event says why
   */
  causeFor(uid: string, of: { writtenVersion: string | null; lastTransitionTime: string | null }): string | null {
    const { writtenVersion, lastTransitionTime } = of;
    const failures = this.#failures.get(uid) ?? [];
    const since = (event: OperatorEvent): boolean =>
      writtenVersion !== null && event.objectVersion !== null && !isLater(writtenVersion, event.objectVersion);
    const lasting = (event: OperatorEvent): boolean =>
      lastTransitionTime !== null && event.lastTimestamp >= lastTransitionTime;
    return (failures.find(since) ?? failures.find(lasting))?.message ?? null;
  }

  /** `lastTimestamp` of the newest `MissingProviderSecret` event, RFC 3339; null: there was none. */
  missingProviderSecretAt(uid: string): string | null {
    return this.#missing.get(uid)?.lastTimestamp ?? null;
  }

  /** The object is gone for good. */
  forget(uid: string): void {
    this.#failures.delete(uid);
    this.#missing.delete(uid);
  }

  #take(sighting: Sighting | null): void {
    if (sighting === null) return;
    const { event, involved } = sighting;
    if (event.reason === MISSING) {
      const known = this.#missing.get(involved.uid);
      if (known !== undefined && !isLater(event.version, known.version)) return;
      this.#remember(this.#missing, involved.uid, event);
    } else {
      const known = this.#failures.get(involved.uid) ?? [];
      if (known.some(({ id, version }) => id === event.id && !isLater(event.version, version))) return;
      const newest = [event, ...known.filter(({ id }) => id !== event.id)];
      newest.sort((a, b) => (isLater(a.version, b.version) ? -1 : 1));
      this.#remember(this.#failures, involved.uid, newest.slice(0, MAX_FAILURES));
    }
    this.options.onEvent(involved.uid, involved);
  }

  /** Sets it as the last one, and drops the first where there are too many. */
  #remember<T>(map: Map<string, T>, uid: string, value: T): void {
    map.delete(uid);
    map.set(uid, value);
    if (map.size <= (this.options.maxObjects ?? MAX_OBJECTS)) return;
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
}

const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** What an Event says, or null where it is of no use to us. */
function sightingOf(object: KubernetesObject): Sighting | null {
  const fields: { [key: string]: unknown } = { ...object };
  const involved = isRecord(fields["involvedObject"]) ? fields["involvedObject"] : {};
  const [kind, name, uid] = [textOf(involved["kind"]), textOf(involved["name"]), textOf(involved["uid"])];
  const reason = textOf(fields["reason"]);
  if (kind === null || name === null || uid === null || reason === null) return null;
  const failure =
    kind === "ExternalSecret" ? reason === FAILURE_OF_SECRET : fields["type"] === "Warning" && reason !== NO_CAUSE;
  if (!failure && reason !== MISSING) return null;
  const series = isRecord(fields["series"]) ? fields["series"] : {};
  const message = textOf(fields["message"]) ?? reason;
  return {
    involved: { kind, name, uid, namespace: textOf(involved["namespace"]) },
    event: {
      id: object.metadata.uid,
      version: object.metadata.resourceVersion,
      reason,
      message: foreignText(message.startsWith(COMBINED) ? message.slice(COMBINED.length) : message),
      objectVersion: textOf(involved["resourceVersion"]),
      lastTimestamp:
        textOf(fields["lastTimestamp"]) ??
        textOf(series["lastObservedTime"]) ??
        textOf(fields["eventTime"]) ??
        object.metadata.creationTimestamp ??
        "",
    },
  };
}
