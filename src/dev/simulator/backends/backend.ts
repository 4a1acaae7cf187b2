import { type Json, type JsonObject, isObject, stringMap } from "../json.js";
import { asText, goJson, property, tryJson } from "./values.js";

/** The provider kinds that are simulated, by the name of their part in a store's spec.provider. */
export type BackendKind = "vault" | "aws" | "gcpsm" | "azurekv";

/** What a backend says instead of a value. */
export class BackendError extends Error {
  /**
   * @param noSecret - whether ESO takes it for "there is no such secret"
   * @param prefix - what ESO's provider says before its own text for that
   */
  constructor(
    message: string,
    readonly noSecret = false,
    readonly prefix = "",
  ) {
    super(message);
    this.name = "BackendError";
  }
}

/** Which value an ExternalSecret asks for. */
export interface RemoteRef {
  key: string;
  property: string;
  version: string;
  /** Whether the tags are wanted instead of the value. */
  metadata: boolean;
}

/** Which values `find` asks for. */
export interface RemoteFind {
  path: string;
  /** undefined: not by name */
  nameRegExp: string | undefined;
  tags: Record<string, string>;
}

/** What is kept under one key. */
export interface StoredSecret {
  /** Oldest first; the last one is the current. */
  versions: { version: string; value: Json }[];
  tags: Record<string, string>;
}

/** How a backend is away. */
export interface Absence {
  /** How long it takes until the operator notices, milliseconds of the operator's scaled time; 4 s, as seen where a connection is refused. */
  afterMs: number;
}

const REFUSED_AFTER = 4000;

/** An in-memory backend of one kind in one cluster. Keys are as the backend itself has them, with what ESO strips already stripped. */
export abstract class Backend {
  abstract readonly kind: BackendKind;
  protected readonly secrets = new Map<string, StoredSecret>();
  private absence: Absence | undefined;
  private refusing = false;
  private latencyMs = 0;
  private changed: () => void = () => {};

  /** Puts a value, as a further version of its key. An object is what `property` and `extract` read from. */
  set(key: string, value: Json, options: { version?: string; tags?: Record<string, string> } = {}): void {
    const secret = this.secrets.get(key) ?? { versions: [], tags: {} };
    const version = options.version ?? this.nextVersion(secret.versions.length + 1);
    const others = secret.versions.filter((each) => each.version !== version);
    this.secrets.set(key, { versions: [...others, { version, value }], tags: options.tags ?? secret.tags });
    this.changed();
  }

  /** Takes a key away; what was never there is no mistake. */
  delete(key: string): void {
    this.secrets.delete(key);
    this.changed();
  }

  /** The keys that are there. */
  keys(): string[] {
    return [...this.secrets.keys()].toSorted();
  }

  /** Whether it cannot be reached. */
  away(away: boolean, options: Partial<Absence> = {}): void {
    this.absence = away ? { afterMs: options.afterMs ?? REFUSED_AFTER } : undefined;
  }

  /** Whether it refuses the operator's credentials: reads and the validation of stores fail. */
  denied(denied: boolean): void {
    this.refusing = denied;
  }

  /** How long an answer takes, milliseconds of the operator's scaled time. */
  latency(ms: number): void {
    this.latencyMs = ms;
  }

  /** How long the next answer takes. */
  get delay(): number {
    return this.absence?.afterMs ?? this.latencyMs;
  }

  /** Calls back whenever values change. */
  onChange(listener: () => void): void {
    this.changed = listener;
  }

  /** What is stored, to keep it over a restart. */
  dump(): JsonObject {
    return Object.fromEntries(
      [...this.secrets].map(([key, { versions, tags }]) => [
        key,
        { versions: versions.map((each) => ({ ...each })), tags: { ...tags } },
      ]),
    );
  }

  /** Puts back what `dump` gave. */
  restore(dump: Json | undefined): void {
    if (!isObject(dump)) return;
    for (const [key, secret] of Object.entries(dump)) {
      if (!isObject(secret) || !Array.isArray(secret["versions"])) continue;
      const versions = secret["versions"].flatMap((each) =>
        isObject(each) && typeof each["version"] === "string"
          ? [{ version: each["version"], value: each["value"] ?? null }]
          : [],
      );
      const tags = stringMap(secret, "tags");
      this.secrets.set(key, { versions, tags });
    }
  }

  /** One value. @throws BackendError */
  read(config: JsonObject, ref: RemoteRef): Buffer {
    const key = this.canonicalKey(config, ref.key);
    this.reachable(config, key);
    const secret = this.secrets.get(key);
    if (secret === undefined) throw this.missing(config, key, "");
    if (ref.metadata) return Buffer.from(goJson(secret.tags));
    const found = this.pick(secret, ref.version);
    if (found === undefined) throw this.missing(config, key, ref.version);
    const whole = this.wholeValue(found);
    if (ref.property === "") return Buffer.from(asText(whole));
    const value = property(typeof whole === "string" ? tryJson(whole) : whole, ref.property);
    if (value === undefined) throw this.propertyMissing(ref.property, ref.key);
    return Buffer.from(asText(value));
  }

  /** All properties of one value, as `extract` wants them. @throws BackendError */
  readMap(config: JsonObject, ref: RemoteRef): Map<string, Buffer> {
    const source = this.read(config, ref).toString("utf8");
    const value = tryJson(source);
    if (!isObject(value)) throw this.notAMap(ref.key);
    return new Map(Object.entries(value).map(([name, item]) => [name, Buffer.from(asText(item))]));
  }

  /** Whatever `find` finds. @throws BackendError */
  find(config: JsonObject, wanted: RemoteFind): Map<string, Buffer> {
    this.reachable(config, wanted.path);
    let matches: (name: string) => boolean = () => true;
    if (wanted.nameRegExp !== undefined) {
      try {
        const pattern = new RegExp(wanted.nameRegExp, "u");
        matches = (name) => pattern.test(name);
      } catch {
        throw new BackendError(`could not compile find.name.regexp [${wanted.nameRegExp}]: error parsing regexp`);
      }
    }
    const prefix =
      wanted.path === "" || wanted.path.endsWith("/") || !this.pathsAreFolders ? wanted.path : `${wanted.path}/`;
    const out = new Map<string, Buffer>();
    for (const key of this.keys()) {
      const secret = this.secrets.get(key);
      const current = secret?.versions.at(-1);
      if (secret === undefined || current === undefined || !key.startsWith(prefix) || !matches(key)) continue;
      if (!Object.entries(wanted.tags).every(([name, value]) => secret.tags[name] === value)) continue;
      out.set(key, Buffer.from(asText(this.wholeValue(current.value))));
    }
    return out;
  }

  /** Whether a store's credentials are good, as ESO looks at them. @throws BackendError */
  validate(config: JsonObject): void {
    if (this.refusing) throw this.invalidCredentials(config);
    if (this.absence !== undefined && this.validationCalls) throw this.unreachable(config, undefined);
  }

  /** What a store is told whose credentials are refused. */
  refusal(config: JsonObject): BackendError {
    return this.invalidCredentials(config);
  }

  private reachable(config: JsonObject, key: string): void {
    if (this.absence !== undefined) throw this.unreachable(config, key);
    if (this.refusing) throw this.accessDenied(config, key);
  }

  /** Which version is meant; undefined where there is none. */
  protected pick({ versions }: StoredSecret, version: string): Json | undefined {
    return (version === "" ? versions.at(-1) : versions.find((each) => each.version === version))?.value;
  }

  protected wholeValue(value: Json): Json {
    return value;
  }

  protected nextVersion(count: number): string {
    return String(count);
  }

  /** Whether `find.path` is a folder rather than a plain prefix. */
  protected readonly pathsAreFolders: boolean = false;
  /** Whether refused credentials show when a store is validated, rather than when its client is made. */
  readonly checkedByValidation: boolean = false;
  /** What ESO's provider says before "cannot get Kubernetes secret". */
  readonly absentCredentialPrefix: string = "";
  /** Whether ESO calls the backend to validate a store. */
  protected readonly validationCalls: boolean = false;

  /** The key as the backend has it, of what an ExternalSecret says. */
  protected abstract canonicalKey(config: JsonObject, key: string): string;
  protected abstract missing(config: JsonObject, key: string, version: string): BackendError;
  protected abstract propertyMissing(property: string, key: string): BackendError;
  protected abstract notAMap(key: string): BackendError;
  protected abstract accessDenied(config: JsonObject, key: string): BackendError;
  /** @param key - undefined where a store is validated */
  protected abstract unreachable(config: JsonObject, key: string | undefined): BackendError;
  protected abstract invalidCredentials(config: JsonObject): BackendError;
}
