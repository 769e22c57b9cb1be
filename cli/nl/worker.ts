import { parentPort, workerData } from 'node:worker_threads';
import type { Iteration } from '../../index.js';
import { HeldPoint } from '../../runtime/held.js';
import { runTask } from '../../runtime/run.js';
import { InputError, isOutOfMemory } from '../../src/core/errors.js';
import { Limits, type LimitsData } from '../../src/core/limits.js';
import { oneLine } from '../../src/core/shown.js';
import { type NlAnswer, type NlSolveOptions, openNl } from './solve.js';

/** What the thread is started with. */
export interface Work {
  readonly path: string;
  /** Plain data only. */
  readonly options: NlSolveOptions;
  readonly limits: LimitsData;
  /** Memory of the {@link HeldPoint}. */
  readonly held: SharedArrayBuffer;
  /** Whether anybody looks at the progress table. */
  readonly watched: boolean;
}

/** What the thread tells, in this order: what the file says once it is read, iterations, and how it ended. */
export type Told =
  | { readonly read: Omit<NlAnswer['file'], 'names'>; readonly start: Float64Array }
  | { readonly row: Iteration }
  | { readonly answer: NlAnswer }
  | { readonly shortage: string }
  | { readonly mistake: string };

const tell = (told: Told): void => parentPort!.postMessage(told);

/** Reads, builds and solves in this thread, whose owner may end it at any time. */
async function work({ path, options, limits, held, watched }: Work): Promise<Told> {
  try {
    const { file, rest } = openNl(path, options);
    const { header, names, sense, objective, warnings } = file;
    const { solver = 'interior-point', warmStart, ...own } = rest;
    const point = new HeldPoint(held, header.variables, header.constraints);
    const read = { file: file.file, header, sense, objective, warnings };
    tell({ read, start: file.start });
    const { result, sizes, oracles } = await runTask(
      { problem: file.problem, boxes: [], solver, options: own, ...(warmStart && { warmStart }) },
      {
        limits: new Limits(limits),
        hold: (found) => point.write(found),
        assembled: (found) => {
          point.sizes = found;
        },
        ...(watched && { iteration: (row) => tell({ row }) }),
      },
    );
    const message = oneLine(result.message);
    const solution = {
      ...result,
      message,
      objective: sense * result.objective,
      sizes,
      oracles,
      networkErrors: [],
    };
    return { answer: { file: { ...read, names }, solution } };
  } catch (error) {
    if (isOutOfMemory(error)) return { shortage: error.message };
    if (error instanceof InputError) return { mistake: error.message };
    throw error; // a fault of ours, which keeps its trace
  }
}

tell(await work(workerData as Work));
