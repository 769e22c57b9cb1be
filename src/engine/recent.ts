/** Things that are costly to open, by key: the most recently used are kept, others closed. */
export class Recent<K, V> {
  readonly #held = new Map<K, V>();

  constructor(
    private readonly most: number,
    private readonly close: (value: V) => Promise<void>,
  ) {}

  get(key: K, open: () => V): V {
    const value = this.#held.get(key) ?? open();
    this.#held.delete(key);
    this.#held.set(key, value);
    if (this.#held.size > this.most) {
      const [oldest, last] = this.#held.entries().next().value!;
      this.#held.delete(oldest);
      void this.close(last);
    }
    return value;
  }

  /** Closes all. */
  async clear(): Promise<void> {
    const held = [...this.#held.values()];
    this.#held.clear();
    await Promise.all(held.map((value) => this.close(value)));
  }
}
