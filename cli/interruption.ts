import { constants } from 'node:os';

/** What asks a process to end: a terminal's Ctrl-C, a batch system, a closed terminal. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

let solve: AbortController | undefined;

/**
 * From here on the first signal aborts the solve that {@link interruptible} announced, so that its best point is still
 * told; without a solve, and the second time, it ends the process as a shell expects it: exit code 128 + number.
 */
export function heedSignals(): void {
  for (const name of signals)
    process.on(name, () => {
      if (solve && !solve.signal.aborted) solve.abort();
      else process.exit(128 + constants.signals[name]);
    });
}

/** Announces a solve; aborted by the first signal. */
export function interruptible(): AbortSignal {
  solve = new AbortController();
  return solve.signal;
}
