import { InputError, isOutOfMemory } from '../../src/core/errors.js';
import type { Stage } from '../surroundings.js';
import { type Ending, endingOf, outOfHeap } from '../unfinished.js';

/** What is told where a thread could not begin; the error itself where that has no remedy. */
export function unableToBegin(error: unknown, thread: string): unknown {
  if (!(error instanceof Error) || !/EMFILE|ENFILE/.test(error.message)) return error;
  return new InputError(
    `${thread} cannot begin: too many open files; allow more, with 'ulimit -n 256' for example`,
    { cause: error },
  );
}

/** How a thread that died ends its solve; undefined for errors of another kind, and where the thread could not begin. */
export function deathOf(error: unknown, stage: Stage | undefined): Ending | undefined {
  if (!(error instanceof Error) || error.name === 'DataCloneError') return undefined;
  const { message } = error;
  if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') return outOfHeap;
  if (isOutOfMemory(error)) return endingOf(error);
  if (stage === undefined && !/^worker exited/.test(message)) return undefined;
  return { status: 'evaluation-error', message: `the solver thread died (${message})` };
}
