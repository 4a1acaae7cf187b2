import type { WorkIndexEntry } from "../../domain/ports/cluster-state.js";

/** Kinds of object that we own, by which an event finds its key. */
export type ObjectKind = "ExternalSecret" | "SecretStore" | "ClusterSecretStore" | "Namespace";

/** The queue's key of a row. */
export const keyOf = (kind: WorkIndexEntry["kind"], id: string): string => `${kind}/${id}`;

/** The row of a key. @throws RangeError for what is no key, a defect */
export function parseKey(key: string): { kind: WorkIndexEntry["kind"]; id: string } {
  const slash = key.indexOf("/");
  const kind = key.slice(0, slash);
  if (kind !== "assignment" && kind !== "providerTarget" && kind !== "project") throw new RangeError(`no key: ${key}`);
  return { kind, id: key.slice(slash + 1) };
}

/** From an object's place in the cluster to the key of the row that wants it there. Holds names and ids only. */
export class WorkMap {
  readonly #keys = new Map<string, string>();
  readonly #places = new Map<string, string>();

  /** Adds or moves rows. @returns their keys */
  add(entries: readonly WorkIndexEntry[]): string[] {
    return entries.map((entry) => {
      const key = keyOf(entry.kind, entry.id);
      const place = placeOf(objectKind(entry), entry.namespace, entry.name);
      const before = this.#places.get(key);
      if (before !== undefined && before !== place && this.#keys.get(before) === key) this.#keys.delete(before);
      this.#keys.set(place, key);
      this.#places.set(key, place);
      return key;
    });
  }

  remove(key: string): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    if (this.#keys.get(place) === key) this.#keys.delete(place);
  }

  find(kind: ObjectKind, namespace: string | null, name: string): string | null {
    return this.#keys.get(placeOf(kind, namespace, name)) ?? null;
  }

  keys(): IterableIterator<string> {
    return this.#places.keys();
  }

  get size(): number {
    return this.#places.size;
  }
}

const placeOf = (kind: ObjectKind, namespace: string | null, name: string): string =>
  `${kind}/${namespace ?? ""}/${name}`;

function objectKind(entry: WorkIndexEntry): ObjectKind {
  if (entry.kind === "assignment") return "ExternalSecret";
  if (entry.kind === "project") return "Namespace";
  return entry.namespace === null ? "ClusterSecretStore" : "SecretStore";
}
