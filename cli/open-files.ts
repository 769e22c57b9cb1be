import { readFileSync } from 'node:fs';

/** Files open at once while modules are loaded in three threads, and some to spare. */
const needed = 224;

/** Why this process may open too few files to load what it needs; undefined where it may, or where nothing is told. */
export function tooFewOpenFiles(): string | undefined {
  let limits: string;
  try {
    limits = readFileSync('/proc/self/limits', 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EMFILE') return undefined;
    limits = 'Max open files 0';
  }
  const allowed = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? needed);
  return allowed < needed
    ? `too many open files: ${allowed} are allowed, ${needed} needed; allow more, with 'ulimit -n 256' for example`
    : undefined;
}
