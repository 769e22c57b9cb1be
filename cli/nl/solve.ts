import {
  type NlFile,
  type NlSolveOptions,
  readNl,
  type Solution,
  type SolveOptions,
  solve,
  sortNlOptions,
} from '../../index.js';

/** How a problem is solved: in a worker thread (`solve`), or in this one (`solveHere`). */
export type Solve = (model: NlFile['model'], options: SolveOptions) => Promise<Solution>;

/** Reads a .nl file in this thread and solves it. */
export async function solveNlModel(
  path: string,
  options: NlSolveOptions = {},
  how: Solve = solve,
): Promise<{ readonly file: NlFile; readonly solution: Solution }> {
  const { reading, rest } = sortNlOptions(options);
  const { warm, ...read } = reading;
  const file = readNl(path, read);
  const { multipliers } = file;
  return {
    file,
    solution: await how(file.model, {
      ...rest,
      limits: reading.limits,
      ...(warm && multipliers && { warmStart: { multipliers } }),
    }),
  };
}
