import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { InputError } from '../../index.js';
import { compiled } from '../../runtime/node/compiled.js';
import { readNlHeader } from '../../src/read/nl.js';
import type { NlAnswer, NlSolveOptions } from './solve.js';
import { unfinished } from './unfinished.js';
import type { Told, Work } from './worker.js';

/** The longest a timer can wait, in milliseconds. */
const longestWait = 2 ** 31 - 1;

/** A solver asks its own clock first; this much later, in milliseconds, it is told. */
const grace = 100;

/**
 * Reads and solves a .nl file in a thread of its own while this one keeps the clock: `max_wall_time` counts from
 * `begun` (as `performance.now()`), and a limit or an aborted `signal` that comes while the file is read or the problem
 * built ends the thread, later asks the solver for its best point. Throws {@link InputError} where the file cannot be
 * read or the options are wrong; everything else is told by the answer's status.
 */
export async function superviseNl(path: string, given: NlSolveOptions, begun: number): Promise<NlAnswer> {
  const { onIteration, signal, max_wall_time: limit = Number.POSITIVE_INFINITY, ...options } = given;
  const facts = readNlHeader(path);
  const left = limit * 1000 - (performance.now() - begun);
  const late = `time limit of ${limit} s reached (max_wall_time)`;
  let start: Float64Array | undefined;
  const give = (status: Parameters<typeof unfinished>[1], message: string): NlAnswer =>
    unfinished(facts, status, message, start, (performance.now() - begun) / 1000);
  if (signal?.aborted) return give('interrupted', 'stopped on request before the file was read');
  if (left <= 0) return give('time-limit', `${late} before the file was read`);

  const stop = new SharedArrayBuffer(4);
  const deadline = Date.now() + left;
  const work: Work = { path, options, stop, deadline, watched: onIteration !== undefined };
  const thread = new Worker(fileURLToPath(compiled(import.meta.url, './worker.js')), {
    workerData: work,
    execArgv: [],
  });
  let timer: NodeJS.Timeout | undefined;
  let ended = '';
  let iterating = false;
  return await new Promise<NlAnswer>((resolve, reject) => {
    /** Asks the solver to stop, or, where there is none yet, ends the thread. */
    const end = (status: 'time-limit' | 'interrupted', message: string): void => {
      ended ||= status;
      Atomics.store(new Int32Array(stop), 0, 1);
      // Ipopt runs in a library that cannot be left from outside.
      if (iterating || (start && options.solver !== undefined && options.solver !== 'interior-point')) return;
      const stage = start ? 'while the problem was built' : 'while the file was read';
      resolve(give(status, `${message} ${stage}`));
    };
    const interrupt = (): void => end('interrupted', 'stopped on request');
    signal?.addEventListener('abort', interrupt, { once: true });
    if (left < longestWait) timer = setTimeout(() => end('time-limit', late), left + grace);
    thread.on('message', (told: Told) => {
      if ('start' in told) start = told.start;
      else if ('row' in told) {
        iterating = true;
        if (onIteration?.(told.row) === false) interrupt();
      } else if ('answer' in told) resolve(inTime(told.answer, ended, late));
      else if ('mistake' in told) reject(new InputError(told.mistake));
      else resolve(give('out-of-memory', told.shortage));
    });
    thread.on('error', (error: Error & { code?: string }) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
        resolve(give('out-of-memory', 'out of heap memory: raise it with node --max-old-space-size=…'));
      else reject(error);
    });
    thread.on('exit', (code) => reject(new Error(`the solver thread ended with code ${code}`)));
  }).finally(() => {
    clearTimeout(timer);
    void thread.terminate();
  });
}

/** The answer in the words of this clock: a solver that was told to stop for the limit calls that an interruption. */
function inTime(answer: NlAnswer, ended: string, late: string): NlAnswer {
  const { status } = answer.solution;
  const limited = status === 'time-limit' || (status === 'interrupted' && ended === 'time-limit');
  return limited
    ? { ...answer, solution: { ...answer.solution, status: 'time-limit', message: late } }
    : answer;
}
