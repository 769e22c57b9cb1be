import type { JobOutcome } from '../../solvers/batch/crew.js';
import type { PlainError } from '../../src/core/plain-error.js';

/** States of a thread that solves parts of batches, in memory that it shares with who waits for it. */
export const [IDLE, BUSY, DONE, DEAD] = [0, 1, 2, 3];

/** What such a thread answers with. */
export type Answer = { readonly outcome: JobOutcome } | { readonly failure: PlainError };
