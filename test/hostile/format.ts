/** How a hostile case ended: refused in one line, or what was made of it. */
export interface Outcome {
  readonly kind: string;
  /** Seconds that it took, in processor time where that is less. */
  readonly seconds: number;
}

/**
 * Hostile files of one format. A new format is a file beside this one and a line in `formats.ts`; what judges them all is
 * `bench/hostile.ts`.
 */
export interface Format {
  readonly name: string;
  /** Files that a full run tries. */
  readonly count: number;
  /**
   * Makes one file from `random`, damaged or as a grammar has it, reads and uses it. Throws where anything but an
   * InputError of one line, or a right answer, comes of it.
   */
  attempt(random: () => number): Outcome | Promise<Outcome>;
}
