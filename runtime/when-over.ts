import type { Limits } from '../src/core/limits.js';
import { turn } from './turn.js';

/** The longest wait of a timer, in milliseconds. */
const longest = 2 ** 31 - 1;

/**
 * Calls `act` once, `grace` milliseconds after the limits are reached; an abort of `signal` raises their flag. Messages
 * that have arrived by then are handled first. Returns what calls it off.
 */
export function whenOver(
  limits: Limits,
  signal: AbortSignal | undefined,
  grace: number,
  act: () => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let off = false;
  const arm = (): void => {
    clearTimeout(timer);
    const wait = limits.over() ? grace : Math.max(0, limits.left) + grace;
    if (wait === Number.POSITIVE_INFINITY) return;
    timer = setTimeout(
      () => {
        // Timers are short-lived where the limit is far, and up to a millisecond early.
        if (!limits.over()) arm();
        else void turn().then(() => off || act());
      },
      Math.min(Math.ceil(wait), longest),
    );
  };
  const stop = (): void => {
    limits.raise();
    arm();
  };
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  else arm();
  return () => {
    signal?.removeEventListener('abort', stop);
    clearTimeout(timer);
    off = true;
  };
}
