/** One instance of each value that repeats over many objects. Forgets everything when it grows too large: sharing saves memory and is never relied on. */
export class Interner<T> {
  #known = new Map<string, T>();

  constructor(private readonly maxEntries = 20_000) {}

  /** @param key the same for the same value @param make called where none is known */
  get(key: string, make: (key: string) => T): T {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= this.maxEntries) this.#known = new Map();
    const made = make(key);
    this.#known.set(key, made);
    return made;
  }
}
