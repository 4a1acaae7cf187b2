/** Ids that are read together, once everything that is under way now has said what it needs. */
interface Batch {
  ids: Set<string>;
  read: Promise<void>;
}

/** Reads things by their ids: what is asked for at one moment in one batch, each thing once. Remembers what it has read. */
export class Loader<V> {
  private readonly known = new Map<string, V>();
  private readonly underWay = new Map<string, Promise<void>>();
  private next: Batch | null = null;

  /**
   * @param read answers what is there of some ids, by id; failed ids are asked for again the next time
   * @param nothing what stands for an id that is not there
   */
  constructor(
    private readonly read: (ids: readonly string[]) => Promise<ReadonlyMap<string, V>>,
    private readonly nothing: () => V,
  ) {}

  async load(id: string): Promise<V> {
    if (!this.known.has(id)) await this.ask(id);
    return this.value(id);
  }

  /** One value for each id, in order and null for null: at once where all of them are known, and with one promise for all of them where not. */
  loadAll(ids: readonly (string | null)[]): Promise<readonly (V | null)[]> | readonly (V | null)[] {
    const reads = new Set<Promise<void>>();
    for (const id of ids) if (id !== null && !this.known.has(id)) reads.add(this.ask(id));
    const values = (): readonly (V | null)[] => ids.map((id) => (id === null ? null : this.value(id)));
    return reads.size === 0 ? values() : Promise.all(reads).then(values);
  }

  /** Something that was read elsewhere. */
  prime(id: string, value: V): void {
    if (!this.known.has(id)) this.known.set(id, value);
  }

  private value(id: string): V {
    const value = this.known.get(id);
    return value === undefined ? this.nothing() : value;
  }

  private ask(id: string): Promise<void> {
    const known = this.underWay.get(id);
    if (known !== undefined) return known;
    this.next ??= this.begin();
    this.next.ids.add(id);
    this.underWay.set(id, this.next.read);
    return this.next.read;
  }

  private begin(): Batch {
    const ids = new Set<string>();
    // After the promises that are settled already, whose continuations may ask for more.
    const later = new Promise<void>((resolve) => {
      void Promise.resolve().then(() => process.nextTick(resolve));
    });
    return { ids, read: later.then(() => this.readNow(ids)) };
  }

  private async readNow(ids: ReadonlySet<string>): Promise<void> {
    this.next = null;
    const asked = [...ids];
    try {
      const values = await this.read(asked);
      for (const id of asked) this.prime(id, values.get(id) ?? this.nothing());
    } finally {
      for (const id of asked) this.underWay.delete(id);
    }
  }
}
