import { badRequest, expired, versionTooLarge } from "../api-error.js";
import { at, parseJson, text } from "../json.js";
import { type KubeObject, nameOf, namespaceOf } from "../kube-object.js";
import type { ObjectStore } from "../object-store.js";
import { apiVersionOf, type ResourceType } from "../resources.js";
import { type Selection, selects } from "../selectors.js";
import { encodeItem } from "./encode.js";

/** What a continue token holds: the version of the first page (-1: whatever is there now) and the key to go on after. */
interface Token {
  rv: number;
  start: string;
}

interface Snapshot {
  rv: number;
  objects: KubeObject[];
  until: number;
}

const MOST_SNAPSHOTS = 32;
const EXPIRED =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

const keyOf = (object: KubeObject): string => `${namespaceOf(object)}/${nameOf(object)}`;

function encodeToken({ rv, start }: Token): string {
  return Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv, start: `${start}\u0000` })).toString("base64url");
}

function decodeToken(token: string): Token {
  const [first = 0x7b] = Buffer.from(token, "base64url");
  if (first !== 0x7b)
    throw badRequest(
      `invalid continue token: continue key is not valid: invalid character ${goCharacter(first)} looking for beginning of value`,
    );
  try {
    const value = parseJson(Buffer.from(token, "base64url").toString("utf8"));
    const rv = at(value, "rv");
    if (text(value, "v") === "meta.k8s.io/v1" && typeof rv === "number")
      return { rv, start: text(value, "start").split("\u0000")[0] ?? "" };
  } catch {
    // Told below.
  }
  throw badRequest("invalid continue token: continue key is not valid: encoding error");
}

/** A byte as encoding/json quotes it. */
function goCharacter(byte: number): string {
  const shown = byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\u${byte.toString(16).padStart(4, "0")}`;
  return `'${shown}'`;
}

/** What a list request asks for. */
export interface ListQuery {
  limit: number;
  continue: string;
  resourceVersion: string;
  resourceVersionMatch: string;
}

/** Answers lists, in pages that show one moment: the pages of a list are cut from the objects as its first page saw them. */
export class Lister {
  private readonly snapshots = new Map<string, Snapshot>();

  /** @param ttl - how long the pages of a list can be asked for, milliseconds */
  constructor(
    private readonly store: ObjectStore,
    private readonly ttl: () => number,
    private readonly now: () => number,
  ) {}

  /** The body of the answer. @throws ApiError 400, 410, 504 */
  list(type: ResourceType, selection: Selection, query: ListQuery, filterKey: string): string {
    if (query.continue !== "") return this.next(type, selection, query, filterKey);
    this.checkVersion(type, query);
    const objects = this.select(type, selection);
    const rv = this.store.revision;
    return this.page(type, objects, rv, query.limit, selection, filterKey, true);
  }

  private select(type: ResourceType, selection: Selection): KubeObject[] {
    if (selection.name !== "" && (selection.namespace !== "" || !type.namespaced)) {
      const found = this.store.get(type.plural, selection.namespace, selection.name);
      return found !== undefined && selects(selection, found) ? [found] : [];
    }
    const all = this.store.list(type.plural, selection.namespace);
    return selection.name === "" && selection.matches === undefined
      ? all
      : all.filter((object) => selects(selection, object));
  }

  private checkVersion(type: ResourceType, query: ListQuery): void {
    if (query.resourceVersion === "" || query.resourceVersion === "0") return;
    if (!/^\d+$/u.test(query.resourceVersion))
      throw badRequest(
        `invalid resource version: resourceVersion: Invalid value: "${query.resourceVersion}": strconv.ParseUint: parsing "${query.resourceVersion}": invalid syntax`,
      );
    const asked = Number(query.resourceVersion);
    if (asked > this.store.revision) throw versionTooLarge(query.resourceVersion, String(this.store.revision));
    if (
      query.resourceVersionMatch === "Exact" &&
      asked < this.store.revision &&
      (this.store.changesAfter(type.plural, asked)?.length ?? 1) > 0
    ) {
      throw expired(`The resourceVersion for the provided list is too old.`);
    }
  }

  private next(type: ResourceType, selection: Selection, query: ListQuery, filterKey: string): string {
    if (query.resourceVersion !== "" && query.resourceVersion !== "0")
      throw badRequest("specifying resource version is not allowed when using continue");
    const token = decodeToken(query.continue);
    const snapshot = this.snapshots.get(`${token.rv} ${filterKey}`);
    if (token.rv >= 0 && (snapshot === undefined || snapshot.until < this.now())) {
      throw expired(EXPIRED, { continue: encodeToken({ rv: -1, start: token.start }) });
    }
    const source = snapshot?.objects ?? this.select(type, selection);
    const rest = source.slice(firstAfter(source, token.start));
    return this.page(
      type,
      rest,
      token.rv >= 0 ? token.rv : this.store.revision,
      query.limit,
      selection,
      filterKey,
      snapshot === undefined,
      source,
    );
  }

  private page(
    type: ResourceType,
    rest: KubeObject[],
    rv: number,
    limit: number,
    selection: Selection,
    filterKey: string,
    remember: boolean,
    whole = rest,
  ): string {
    const items = limit > 0 ? rest.slice(0, limit) : rest;
    const last = items.at(-1);
    const more = items.length < rest.length && last !== undefined;
    if (more && remember) this.remember(`${rv} ${filterKey}`, { rv, objects: whole, until: this.now() + this.ttl() });
    const token = more ? encodeToken({ rv, start: keyOf(last) }) : "";
    const remaining = more && selection.matches === undefined ? rest.length - items.length : undefined;
    const metadata = {
      ...(token !== "" || type.custom ? { continue: token } : {}),
      ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
      resourceVersion: String(rv),
    };
    const head = `{"kind":"${type.kind}List","apiVersion":"${apiVersionOf(type)}","metadata":${JSON.stringify(metadata)},"items":[`;
    return `${head}${items.map((object) => encodeItem(type, object)).join(",")}]}\n`;
  }

  private remember(key: string, snapshot: Snapshot): void {
    for (const [old, { until }] of this.snapshots)
      if (until < this.now() || this.snapshots.size >= MOST_SNAPSHOTS) this.snapshots.delete(old);
    this.snapshots.set(key, snapshot);
  }

  /** Makes all continue tokens too old. */
  expire(): void {
    this.snapshots.clear();
  }
}

/** Where in a list in the order of keys the first one after a key stands. */
function firstAfter(objects: KubeObject[], start: string): number {
  let low = 0;
  let high = objects.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const object = objects[middle];
    if (object !== undefined && compareKeys(keyOf(object), start) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Keys are ordered by namespace, then name. */
function compareKeys(a: string, b: string): number {
  const [aSpace = "", aName = ""] = a.split("/");
  const [bSpace = "", bName = ""] = b.split("/");
  if (aSpace !== bSpace) return aSpace < bSpace ? -1 : 1;
  return aName < bName ? -1 : aName > bName ? 1 : 0;
}
