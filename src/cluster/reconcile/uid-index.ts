/** From an object's uid to its key: the operator's events name objects by uid. A key has one, and for the moment of a replacement two. */
export class UidIndex {
  readonly #keys = new Map<string, string>();
  readonly #uids = new Map<string, Set<string>>();

  add(key: string, uid: string): void {
    this.#keys.set(uid, key);
    const uids = this.#uids.get(key);
    if (uids === undefined) this.#uids.set(key, new Set([uid]));
    else uids.add(uid);
  }

  keyOf(uid: string): string | undefined {
    return this.#keys.get(uid);
  }

  /** Forgets what the key had. @param but one that it has still @returns what was forgotten */
  drop(key: string, but: string | null = null): string[] {
    const uids = this.#uids.get(key);
    if (uids === undefined) return [];
    const dropped = [...uids].filter((uid) => uid !== but);
    for (const uid of dropped) {
      uids.delete(uid);
      if (this.#keys.get(uid) === key) this.#keys.delete(uid);
    }
    if (uids.size === 0) this.#uids.delete(key);
    return dropped;
  }

  /** Uids that are known. */
  get size(): number {
    return this.#keys.size;
  }
}
