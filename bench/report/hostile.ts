/** One hostile file. */
export interface Case {
  readonly seed: number;
  readonly kind: string;
  readonly seconds: number;
  /** MiB: the most that its process ever held. */
  readonly memory: number;
  readonly failure?: string;
}

/** What came of one format. */
export interface FormatReport {
  readonly name: string;
  /** Files of a full run, and of this one. */
  readonly wanted: number;
  readonly count: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly slowest: number;
  readonly memory: number;
  readonly failures: readonly Case[];
}
