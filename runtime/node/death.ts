import { isOutOfMemory } from '../../src/core/errors.js';
import type { Stage } from '../surroundings.js';
import { type Ending, endingOf, outOfHeap } from '../unfinished.js';

/** How a thread that died ends its solve; undefined for errors of another kind, and where the thread could not begin. */
export function deathOf(error: unknown, stage: Stage | undefined): Ending | undefined {
  if (!(error instanceof Error) || error.name === 'DataCloneError') return undefined;
  const { message } = error;
  if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') return outOfHeap;
  if (isOutOfMemory(error)) return endingOf(error);
  if (stage === undefined && !/^worker exited/.test(message)) return undefined;
  return { status: 'evaluation-error', message: `the solver thread died (${message})` };
}
