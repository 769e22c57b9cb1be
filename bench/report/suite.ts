/** One row of the goals table. */
export interface Goal {
  readonly goal: string;
  /** The figures in words; `not measured` where there are none. */
  readonly measured: string;
  /** Undefined where what would decide it was not measured. */
  readonly met: boolean | undefined;
}

/** What a suite found. */
export interface Findings {
  readonly goals: readonly Goal[];
  /** Markdown below the suite's heading. */
  readonly details: string;
}

export interface RunOptions {
  /** A small part only, to see that it works. */
  readonly quick: boolean;
  /** Python with PyTorch, for the peers. */
  readonly python: string;
}

/** A benchmark with the goals it is judged by. */
export interface Suite {
  readonly name: string;
  readonly title: string;
  /** Goals as stated, for a table without figures. */
  readonly goals: readonly string[];
  run(options: RunOptions): Promise<Findings>;
}

/** Every goal of a suite that could not run. */
export const notMeasured = ({ goals }: Pick<Suite, 'goals'>, why: string): Findings => ({
  goals: goals.map((goal) => ({ goal, measured: 'not measured', met: undefined })),
  details: `Not measured: ${why}`,
});

/** All must hold; undefined where one is unknown and none fails. */
export const all = (...facts: readonly (boolean | undefined)[]): boolean | undefined =>
  facts.includes(false) ? false : facts.includes(undefined) ? undefined : true;

export const ms = (seconds: number): string => (1000 * seconds).toFixed(2);
