import { setTimeout as delay } from "node:timers/promises";
import type { Json, JsonObject } from "../../../src/domain/json.js";
import { eventually } from "../../support/eventually.js";
import {
  APPLY,
  isObject,
  MERGE,
  operatorPath,
  pathOf,
  type RawAnswer,
  type RawCluster,
  type RawWatch,
  textOf,
} from "../support/raw-cluster.js";
import { normal, told } from "./normal.js";
import { readyOf } from "./ready.js";

/** What a cluster has to offer for a case to run on it. */
export interface GroundOptions {
  name: "real" | "simulated";
  /** Served version of the operator's kinds. */
  version: "v1" | "v1beta1";
  /** Somebody who may do everything. */
  admin: RawCluster;
  /** The product's own account. */
  account: RawCluster;
  /** Address of the Vault that stores name. */
  vault: string;
  put(key: string, value: JsonObject): Promise<void>;
  forget(key: string): Promise<void>;
  /** Says that a Secret that stores refer to is not there; on a real cluster it isn't. */
  withoutCredential(namespace: string, name: string): void;
}

/** Milliseconds without a change after which none is expected any more: longer than any answer of the operator takes. */
const QUIET = 400;
/** A look that takes longer shows that the machine doesn't keep up: what it took doesn't count as quiet. */
const PROMPT = 100;
/** Within it a quiet moment has to come. */
const LIMIT = 30_000;
/** How long the operator's first word about an object is waited for: about some it says nothing. */
const FIRST_WORD = 3_000;
/** A namespace of the credentials, there before any case. */
export const CREDENTIALS = "secretariat-e2e-credentials";
/** A ClusterSecretStore that works, there before any case. */
export const STORE = "conformance";

/** One case's place on one of the two clusters: a namespace that has the same name on both. */
export class Ground {
  readonly #watches: RawWatch[] = [];

  constructor(
    private readonly options: GroundOptions,
    readonly namespace: string,
  ) {}

  get admin(): RawCluster {
    return this.options.admin;
  }
  get account(): RawCluster {
    return this.options.account;
  }
  get apiVersion(): string {
    return `external-secrets.io/${this.options.version}`;
  }

  async open(): Promise<void> {
    await this.admin.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: this.namespace } });
  }

  async close(): Promise<void> {
    for (const watch of this.#watches) watch.stop();
    await this.admin.remove(`/api/v1/namespaces/${this.namespace}`);
  }

  /** A key of this case alone. */
  key(name: string): string {
    return `${this.namespace}/${name}`;
  }
  /** Writes a value. @returns its key */
  async put(name: string, value: JsonObject): Promise<string> {
    await this.options.put(this.key(name), value);
    return this.key(name);
  }
  forget(name: string): Promise<void> {
    return this.options.forget(this.key(name));
  }

  withoutCredential(name: string): void {
    this.options.withoutCredential(this.namespace, name);
  }

  /** An ExternalSecret of this case. @param spec beside the defaults; a part that is null is left out */
  object(name: string, spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
    const whole: JsonObject = {
      refreshInterval: "1h0m0s",
      // 0.14.4 doesn't know it.
      refreshPolicy: this.options.version === "v1" ? "Periodic" : null,
      secretStoreRef: { name: STORE, kind: "ClusterSecretStore" },
      target: { name, creationPolicy: "Owner", deletionPolicy: "Retain", template: { metadata: {} } },
      data: [item(this.key("app"))],
      ...spec,
    };
    const kept = Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null));
    return {
      apiVersion: this.apiVersion,
      kind: "ExternalSecret",
      metadata: { name, namespace: this.namespace, ...metadata },
      spec: kept,
    };
  }

  /** A store of this kind with Vault behind it. */
  store(
    kind: "SecretStore" | "ClusterSecretStore",
    name: string,
    more: JsonObject = {},
    token: JsonObject = {},
  ): JsonObject {
    const place: JsonObject = kind === "SecretStore" ? { namespace: this.namespace } : {};
    const tokenSecretRef = {
      name: "vault",
      key: "token",
      ...(kind === "SecretStore" ? {} : { namespace: CREDENTIALS }),
      ...token,
    };
    return {
      apiVersion: this.apiVersion,
      kind,
      metadata: { name, ...place },
      spec: {
        provider: { vault: { server: this.options.vault, path: "secret", version: "v2", auth: { tokenSecretRef } } },
        ...more,
      },
    };
  }

  /** Applies as the product does: its account, its manager, unforced unless told otherwise. */
  apply(object: JsonObject, query: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
    return this.account.send("PATCH", pathOf(object), {
      query: { fieldManager: "secretariat", force: "false", ...query },
      body: object,
      contentType: APPLY,
    });
  }

  /** Creates as somebody with kubectl does. */
  create(object: JsonObject, query: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
    const collection = pathOf(object).replace(/\/[^/]+$/u, "");
    return this.admin.send("POST", collection, { query: { fieldManager: "kubectl-create", ...query }, body: object });
  }

  path(name: string, plural = "externalsecrets"): string {
    return operatorPath(plural, this.namespace, name, this.options.version);
  }
  clusterStorePath(name: string): string {
    return operatorPath("clustersecretstores", null, name, this.options.version);
  }
  secretPath(name: string): string {
    return `/api/v1/namespaces/${this.namespace}/secrets/${name}`;
  }

  merge(path: string, body: JsonObject, by: RawCluster = this.account): Promise<RawAnswer> {
    return by.send("PATCH", path, { body, contentType: MERGE, query: { fieldManager: "secretariat" } });
  }

  find(path: string): Promise<JsonObject | undefined> {
    return this.admin.find(path);
  }

  /** Waits until the object is so. */
  until(path: string, wanted: (object: JsonObject) => boolean): Promise<JsonObject> {
    let last: JsonObject | undefined;
    return eventually(async () => {
      last = await this.admin.find(path);
      return last !== undefined && wanted(last) && last;
    }, LIMIT).catch((error: unknown) => {
      throw new Error(`${this.options.name}: ${path} is ${JSON.stringify(last)}`, { cause: error });
    });
  }
  untilReason(name: string, reason: string, plural = "externalsecrets"): Promise<JsonObject> {
    return this.until(this.path(name, plural), (object) => readyOf(object)?.["reason"] === reason);
  }
  untilGone(path: string): Promise<unknown> {
    return eventually(async () => (await this.admin.find(path)) === undefined, LIMIT);
  }
  /** Waits for an event of the operator about this object. */
  async untilEvent(name: string, wanted: RegExp): Promise<void> {
    await eventually(async () => JSON.stringify(await this.rawEvents(name)).match(wanted) !== null, LIMIT);
  }

  /** Watches the ExternalSecrets of the case from now on. */
  async watch(plural = "externalsecrets"): Promise<RawWatch> {
    const path = operatorPath(plural, this.namespace, "", this.options.version);
    const { metadata } = await this.admin.must("GET", path);
    const resourceVersion = isObject(metadata) ? textOf(metadata["resourceVersion"]) : "";
    const watch = await this.account.watch(path, { resourceVersion, allowWatchBookmarks: "true" });
    this.#watches.push(watch);
    return watch;
  }

  /** Everything that a watch saw, once it is quiet: type and normalised object of each event. */
  async seen(watch: RawWatch): Promise<Json> {
    await this.quiet(() => watch.events.length);
    return watch.events
      .filter(({ type }) => type !== "BOOKMARK")
      .map(({ type, object }) => ({ type, object: normal(object) }));
  }

  /** The same in short: generation, finalizers, Ready, synced version, going away or not. */
  async seenInShort(watch: RawWatch): Promise<Json> {
    await this.quiet(() => watch.events.length);
    return watch.events.filter(({ type }) => type !== "BOOKMARK").map(({ type, object }) => `${type} ${told(object)}`);
  }

  /** Waits until something has not changed for a while in which the machine kept up. */
  async quiet(count: () => number | Promise<number>): Promise<void> {
    let last = await count();
    const began = performance.now();
    for (let since = began; performance.now() - since < QUIET; await delay(10)) {
      const asked = performance.now();
      if (asked - began > LIMIT) throw new Error(`${this.options.name}: no quiet moment within ${LIMIT} ms`);
      const now = await count();
      if (now !== last || performance.now() - asked > PROMPT) since = performance.now();
      last = now;
    }
  }

  /** Waits until the operator has said something about the spec as it is now, or for so long that it won't. */
  async #firstWord(path: string): Promise<void> {
    for (const began = performance.now(); performance.now() - began < FIRST_WORD; await delay(10)) {
      const object = await this.admin.find(path);
      if (object === undefined || object["apiVersion"] !== this.apiVersion || isAnswered(object)) return;
    }
  }

  /** The object once nothing changes it any more. */
  async settled(path: string): Promise<Json> {
    await this.#firstWord(path);
    let object: JsonObject | undefined;
    const version = async (): Promise<number> => {
      object = await this.admin.find(path);
      const { metadata } = object ?? {};
      return isObject(metadata) ? Number(metadata["resourceVersion"]) : 0;
    };
    await this.quiet(version);
    return object === undefined ? null : normal(object);
  }

  /** Core events about objects of this name, normalised: a repetition counts up an event that is there, so counts and times are left out. */
  async events(name: string, namespace = this.namespace): Promise<Json> {
    await this.quiet(async () => (await this.rawEvents(name, namespace)).length);
    const all = await this.rawEvents(name, namespace);
    const shapes = all.map((event) => normal(event));
    return shapes.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }

  rawEvents(name: string, namespace = this.namespace): Promise<JsonObject[]> {
    return this.account.list("/api/v1/events", {
      fieldSelector: `involvedObject.name=${name},involvedObject.namespace=${namespace}`,
    });
  }

  /** A native Secret without its values' meaning: labels, annotations, owners, type, keys. */
  async native(name: string): Promise<Json> {
    return this.settled(this.secretPath(name));
  }
}

/** Whether a status stands in the object that is about its spec; a failure tells of no spec. */
function isAnswered(object: JsonObject): boolean {
  const ready = readyOf(object);
  if (ready === undefined) return false;
  const { metadata, status } = object;
  const synced = isObject(status) ? textOf(status["syncedResourceVersion"]) : "";
  if (object["kind"] !== "ExternalSecret" || ready["status"] !== "True") return true;
  return isObject(metadata) && synced.split("-")[0] === textOf(metadata["generation"]);
}

/** An entry of spec.data with every default said. */
export const item = (key: string, secretKey = "password", property: string | null = "password"): JsonObject => ({
  secretKey,
  remoteRef: {
    key,
    ...(property === null ? {} : { property }),
    conversionStrategy: "Default",
    decodingStrategy: "None",
    metadataPolicy: "None",
  },
});

/** An answer, normalised. */
export const answer = ({ status, body }: RawAnswer): Json => ({ code: status, body: normal(body) });
