import { type NlFile, readNl, type Solution, type SolveOptions, solve } from '../../index.js';

/** How a problem is solved: in a worker thread (`solve`), or in this one (`solveHere`). */
export type Solve = (model: NlFile['model'], options: SolveOptions) => Promise<Solution>;

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

/**
 * Reads a .nl file as the options say; `rest` is what is left of them for the solver. A negative `obj_scaling_factor` turns
 * the objective round, as in Ipopt.
 */
export function openNl(
  path: string,
  options: NlSolveOptions,
): { readonly file: NlFile; readonly rest: SolveOptions } {
  const { objno, relax = false, warm_start_init_point, obj_scaling_factor: factor, ...others } = options;
  const reverse = typeof factor === 'number' && factor < 0;
  const file = readNl(path, { ...(objno !== undefined && { objective: objno }), relax, reverse });
  const { multipliers } = file;
  const rest = {
    ...others,
    ...(warm_start_init_point && multipliers && { warmStart: { multipliers } }),
    ...(factor !== undefined && { obj_scaling_factor: reverse ? -factor : factor }),
  };
  return { file, rest };
}

/** Reads a .nl file and solves it. */
export async function solveNl(
  path: string,
  options: NlSolveOptions = {},
  how: Solve = solve,
): Promise<{ readonly file: NlFile; readonly solution: Solution }> {
  const { file, rest } = openNl(path, options);
  return { file, solution: await how(file.model, rest) };
}
