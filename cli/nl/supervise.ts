import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { HeldPoint } from '../../runtime/held.js';
import { compiled } from '../../runtime/node/compiled.js';
import { readNlHeader } from '../../runtime/node/read-nl.js';
import { cutShort, type Ending, outOfHeap } from '../../runtime/unfinished.js';
import { whenOver } from '../../runtime/when-over.js';
import { InputError } from '../../src/core/errors.js';
import { Limits } from '../../src/core/limits.js';
import type { NlAnswer, NlSolveOptions } from './solve.js';
import { answerOf, startOnly } from './unfinished.js';
import type { Told, Work } from './worker.js';

/** A solve that is over by its limits has this long, in milliseconds, to end by itself; then its thread is ended. */
const grace = 200;

/**
 * Reads and solves a .nl file in a thread of its own while this one keeps the clock: `max_wall_time` counts from
 * `started` (a `performance.now()`), and a limit or an aborted `signal` ends the thread, whether it reads, builds or
 * solves, with the best point it held. Throws {@link InputError} where the file cannot be read or the options are wrong;
 * everything else is told by the answer's status.
 */
export async function superviseNl(path: string, given: NlSolveOptions): Promise<NlAnswer> {
  const { onIteration, signal, started = performance.now(), ...options } = given;
  const facts = readNlHeader(path);
  const { variables: n, constraints: m } = facts.header;
  const held = HeldPoint.create(n, m);
  const seconds = options.max_wall_time ?? Number.POSITIVE_INFINITY;
  const limits = new Limits({ started: performance.timeOrigin + started, ...(seconds > 0 && { seconds }) });
  let known: Extract<Told, { read: unknown }> | undefined;
  /** The best point of a thread that did not come to its own end. */
  const rescue = (why: Ending): NlAnswer => {
    const point = held.read();
    const solved = point
      ? cutShort(point, why, held.sizes, limits)
      : startOnly(n, m, known?.start, why, limits);
    return answerOf(facts, known?.read, solved);
  };
  if (signal?.aborted) limits.raise();
  const early = limits.over()?.outcome;
  if (early) return rescue({ ...early, message: `${early.message} before the file was read` });

  const work: Work = {
    path,
    options,
    limits: limits.data,
    held: held.memory,
    watched: onIteration !== undefined,
  };
  const thread = new Worker(fileURLToPath(compiled(import.meta.url, './worker.js')), {
    workerData: work,
    execArgv: [],
  });
  const listener = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, listener.signal]) : listener.signal;
  let callOff = (): void => {};
  return await new Promise<NlAnswer>((resolve, reject) => {
    callOff = whenOver(limits, stopped, grace, () => {
      const ending = limits.over()!.outcome;
      const stage = held.read() ? '' : ` while the ${known ? 'problem was built' : 'file was read'}`;
      resolve(rescue({ ...ending, message: ending.message + stage }));
    });
    thread.on('message', (told: Told) => {
      if ('read' in told) known = told;
      else if ('row' in told) {
        if (onIteration?.(told.row) === false) listener.abort();
      } else if ('answer' in told) resolve(told.answer);
      else if ('shortage' in told) resolve(rescue({ status: 'out-of-memory', message: told.shortage }));
      else reject(new InputError(told.mistake));
    });
    thread.on('error', (error: Error & { code?: string }) =>
      error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? resolve(rescue(outOfHeap)) : reject(error),
    );
    thread.on('exit', (code) => reject(new Error(`the solver thread ended with code ${code}`)));
  }).finally(() => {
    callOff();
    void thread.terminate();
  });
}
