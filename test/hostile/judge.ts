import { InputError, OutOfMemoryError } from '../../src/core/errors.js';
import type { Outcome } from './format.js';

/** Begins to count; then seconds in processor time, where that is less than the clock's. */
export function stopwatch(): () => number {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return Math.min((performance.now() - wall) / 1000, (user + system) / 1e6);
  };
}

/**
 * Runs one case and tells how it ended; throws for an error that is no InputError of one line, nor memory that cannot be had and is
 * said to be needed, and where a `sound` file is refused.
 */
export async function judged(run: () => string | Promise<string>, sound = false): Promise<Outcome> {
  const seconds = stopwatch();
  const done = (kind: string): Outcome => ({ kind, seconds: seconds() });
  try {
    return done(await run());
  } catch (error) {
    const told = error instanceof InputError || error instanceof OutOfMemoryError;
    if (!told || sound) throw error;
    if (/[\p{Cc}\u2028\u2029]/u.test(error.message) || error.message.length > 2100)
      throw new Error(`not one line of text: ${JSON.stringify(error.message.slice(0, 300))}`);
    return done(error instanceof InputError ? 'refused' : 'out-of-memory');
  }
}
