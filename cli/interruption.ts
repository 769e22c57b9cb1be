import { exitCodeOf } from './exit-code.js';

/** What asks a process to end: a terminal's Ctrl-C, a batch system, a closed terminal. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

let solve: AbortController | undefined;
let answersElsewhere = false;

/**
 * From here on the first signal aborts the solve that {@link interruptible} announced, so that its best point is still
 * told; without a solve, and the second time, it ends the process as a shell expects it: exit code 128 + number.
 */
export function heedSignals(): void {
  for (const name of signals)
    process.on(name, () => {
      if (solve && !solve.signal.aborted) solve.abort();
      else process.exit(exitCodeOf(name));
    });
}

/**
 * For what computes in this thread without a pause, in which no handler would be called, and has nothing to keep: signals
 * end it as they end any process.
 */
export function unheedSignals(): void {
  for (const name of signals) process.removeAllListeners(name);
}

/**
 * Announces a solve, aborted by the first signal, or when nobody reads standard output any more, unless its answer goes
 * elsewhere as well.
 */
export function interruptible({ elsewhere }: { readonly elsewhere: boolean }): AbortSignal {
  solve = new AbortController();
  answersElsewhere = elsewhere;
  return solve.signal;
}

/** Ends what is done only to be printed, as other commands end when their reader is gone. */
export function endUnread(): void {
  if (answersElsewhere) return;
  if (solve) solve.abort();
  else process.exit(exitCodeOf('SIGPIPE'));
}

/** Whether the answer goes somewhere else than to standard output. */
export const isAnsweredElsewhere = (): boolean => answersElsewhere;
