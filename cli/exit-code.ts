import { constants } from 'node:os';

/** Exit codes of the command. */
export const exitCode = {
  /** Solved, or done. */
  done: 0,
  /** Not solved, or a check failed. */
  failed: 1,
  /** A caller's mistake. */
  mistake: 2,
  /** The answer could not be written where it was wanted. */
  unwritten: 3,
} as const;

/** What a shell reports of a process that a signal ended; not every system knows every signal. */
export const exitCodeOf = (signal: keyof typeof constants.signals): number =>
  128 + (constants.signals[signal] ?? 0);
