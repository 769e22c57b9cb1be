import { parentPort, workerData } from 'node:worker_threads';
import { InputError, type Iteration, solveHere } from '../../index.js';
import { type NlAnswer, type NlSolveOptions, type Solve, solveNl } from './solve.js';

/** What the thread is started with. */
export interface Work {
  readonly path: string;
  /** Plain data only. */
  readonly options: NlSolveOptions;
  /** One Int32: not 0 once the solve shall stop with its best point. */
  readonly stop: SharedArrayBuffer;
  /** When the time limit ends, in milliseconds since 1970. */
  readonly deadline: number;
  /** Whether anybody looks at the progress table. */
  readonly watched: boolean;
}

/** What the thread tells, in this order: the start once the file is read, iterations, and how it ended. */
export type Told =
  | { readonly start: Float64Array }
  | { readonly row: Iteration }
  | { readonly answer: NlAnswer }
  | { readonly mistake: string }
  | { readonly shortage: string };

const tell = (told: Told): void => parentPort!.postMessage(told);

/** Reads, builds and solves in this thread, whose owner may end it at any time. */
async function work({ path, options, stop, deadline, watched }: Work): Promise<Told> {
  const flag = new Int32Array(stop);
  const signal = {
    get aborted() {
      return Atomics.load(flag, 0) !== 0;
    },
  } as AbortSignal; // solveHere asks nothing else of it
  const how: Solve = (model, given, file) => {
    tell({ start: file.start });
    const left = Math.max((deadline - Date.now()) / 1000, 1e-3);
    return solveHere(model, {
      ...given,
      signal,
      ...(Number.isFinite(left) && { max_wall_time: left }),
      onIteration: (row) => (watched || row.iteration === 0 ? tell({ row }) : undefined),
    });
  };
  try {
    const { file, solution } = await solveNl(path, options, how);
    const { header, names, sense, objective, warnings } = file;
    const { problem: _, value: __, multiplier: ___, reducedCosts: ____, ...plain } = solution;
    return {
      answer: { file: { file: file.file, header, names, sense, objective, warnings }, solution: plain },
    };
  } catch (error) {
    if (error instanceof InputError) return { mistake: error.message };
    if (error instanceof RangeError && /memory|allocation|array length/i.test(error.message))
      return { shortage: error.message };
    throw error;
  }
}

tell(await work(workerData as Work));
