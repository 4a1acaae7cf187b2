import type { ApiService } from "../api/api-service.js";
import type { Backends } from "../backends/backends.js";
import type { Clock } from "../clock.js";
import type { EventRecorder } from "./event-recorder.js";
import type { HashName } from "./hashes.js";

/** What the operator's controllers work with. */
export interface OperatorContext {
  api: ApiService;
  backends: Backends;
  clock: Clock;
  hash: HashName;
  /** The operator's own controller class; stores of another one are left alone. */
  controllerClass: string;
  /** Whether it adds its finalizer, and with that writes the spec anew (since 0.15). */
  finalizer: boolean;
  /** Whether an immutable target that has fallen behind counts as synced (since 0.15). */
  keepsImmutable: boolean;
  /** Whether an Orphan's native Secret that was deleted or edited by hand stays so (since 0.15). */
  leavesOrphans: boolean;
  /** Which text a missing key gets: ESO's own, or the backend's. */
  missingKeyText: "eso" | "backend";
  /** Secrets that stores refer to and that are known to be absent, as `namespace/name`. */
  absentCredentials: Set<string>;
  /** Stores whose credentials are refused, as `namespace/name`, `/name` for a ClusterSecretStore. */
  deniedStores: Set<string>;
  /** Names of the native Secrets in a namespace that bear an owner's label. */
  ownedSecrets: (namespace: string, owner: string) => string[];
  /** Scale of all delays: 0.01 makes a second of 100. */
  scale: () => number;
  /** Waits, scaled. */
  pause: (ms: number) => Promise<void>;
  events: EventRecorder;
}

/** The field manager of the operator. */
export const MANAGER = "external-secrets";
/** The finalizer of ExternalSecrets. */
export const FINALIZER = "externalsecrets.external-secrets.io/externalsecret-cleanup";
/** The controller class of an operator that was not told another. */
export const DEFAULT_CLASS = "default";
/** How often a store is validated anew, milliseconds. */
export const STORE_INTERVAL = 5 * 60 * 1000;
