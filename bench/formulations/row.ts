/** One solve of one problem, stated and solved in one way. */
export interface Row {
  readonly problem: 'mnist' | 'scopf';
  readonly network: string;
  readonly parameters: number;
  readonly formulation: string;
  readonly solver: string;
  /** Image; of the grid 0. */
  readonly sample: number;
  /** The solver's, or `refused` with why. */
  readonly status: string;
  readonly message: string;
  readonly objective?: number;
  readonly networkError?: number | undefined;
  readonly iterations?: number;
  readonly sizes?: Readonly<Record<string, number>>;
  readonly errors?: { readonly primal: number; readonly dual: number; readonly complementarity: number };
  readonly seconds?: { readonly total: number; readonly oracle: number; readonly linear: number };
  /** Processor seconds of the solve's process. */
  readonly processor?: number;
  readonly engine?: string | undefined;
}

export const keyOf = ({
  problem,
  network,
  formulation,
  solver,
  sample,
}: Pick<Row, 'problem' | 'network' | 'formulation' | 'solver' | 'sample'>): string =>
  [problem, network, formulation, solver, sample].join(' ');

/** A run that was killed may leave half a line behind. */
export function rowIn(line: string): Row[] {
  try {
    return line.trim() === '' ? [] : [JSON.parse(line) as Row];
  } catch {
    return [];
  }
}
