import { type NlFile, readNl, type Solution, type SolveOptions, solve } from '../../index.js';

/** How a problem is solved: in a worker thread (`solve`), or in this one (`solveHere`). */
export type Solve = (model: NlFile['model'], options: SolveOptions, file: NlFile) => Promise<Solution>;

export interface NlSolveOptions extends SolveOptions {
  /** Which objective of the file, from 1; 0 for none. */
  readonly objno?: number;
  /** Treat integer variables as continuous. */
  readonly relax?: boolean;
  /** Start from the multipliers in the file. */
  readonly warm_start_init_point?: boolean;
}

/** What the command tells of a solved .nl file: plain data. `solution.objective` is in the file's own sense. */
export interface NlAnswer {
  readonly file: Pick<NlFile, 'file' | 'header' | 'names' | 'sense' | 'objective' | 'warnings'>;
  readonly solution: Omit<Solution, 'problem' | 'value' | 'multiplier' | 'reducedCosts'>;
}

/** Reads a .nl file and solves it. */
export async function solveNl(
  path: string,
  options: NlSolveOptions = {},
  how: Solve = solve,
): Promise<{ readonly file: NlFile; readonly solution: Solution }> {
  const { objno, relax, warm_start_init_point, ...rest } = options;
  const file = readNl(path, { ...(objno !== undefined && { objective: objno }), relax: relax ?? false });
  const { multipliers } = file;
  const warm = warm_start_init_point && multipliers ? { warmStart: { multipliers } } : {};
  return { file, solution: await how(file.model, { ...rest, ...warm }, file) };
}
