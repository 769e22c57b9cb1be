/** Numbers what has no name of its own, from 1 for every place. */
export class Numbering {
  readonly #counts = new Map<string | number, number>();

  next(place: string | number): string {
    const count = (this.#counts.get(place) ?? 0) + 1;
    this.#counts.set(place, count);
    return String(count);
  }
}
