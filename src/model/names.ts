import { InputError } from '../core/errors.js';

/** Names in the order they were given; no name occurs twice. */
export class Names {
  readonly #list: string[] = [];
  readonly #taken = new Set<string>();
  /** Highest suffix given so far, by name. */
  readonly #suffix = new Map<string, number>();

  /** Takes this very name or refuses. */
  claim(name: string, what: string): void {
    if (typeof name !== 'string' || name === '')
      throw new InputError(`a ${what} needs a name that is a non-empty text`);
    if (this.#taken.has(name)) throw new InputError(`${what} '${name}' exists already; choose another name`);
    this.#take(name);
  }

  /** Takes the name, with a suffix `#2`, `#3`, … where it is taken. */
  next(wanted: string): string {
    if (!this.#taken.has(wanted)) return this.#take(wanted);
    let suffix = this.#suffix.get(wanted) ?? 1;
    do suffix++;
    while (this.#taken.has(`${wanted}#${suffix}`));
    this.#suffix.set(wanted, suffix);
    return this.#take(`${wanted}#${suffix}`);
  }

  at(index: number): string {
    return this.#list[index]!;
  }

  /** `wanted` where neither it nor an entry of an array of that name is taken, else with a suffix; it is not taken yet. */
  free(wanted: string): string {
    const isTaken = (name: string): boolean =>
      ['', '[0]', '[0,0]', '[0][0]'].some((entry) => this.#taken.has(name + entry));
    let name = wanted;
    for (let suffix = 2; isTaken(name); suffix++) name = `${wanted}#${suffix}`;
    return name;
  }

  list(): string[] {
    return [...this.#list];
  }

  #take(name: string): string {
    this.#list.push(name);
    this.#taken.add(name);
    return name;
  }
}
