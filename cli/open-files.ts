import { readFileSync } from 'node:fs';

/** Files open at once while modules are loaded in three threads, and some to spare. */
const needed = 224;
/** Address space in which Node and our modules begin; in less Node aborts. */
const space = 1.2 * 2 ** 30;

/** Why this process may open too few files, or have too little address space, to load what it needs; undefined where not, or where nothing is told. */
export function tooFewOpenFiles(): string | undefined {
  let limits: string;
  try {
    limits = readFileSync('/proc/self/limits', 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EMFILE') return undefined;
    limits = 'Max open files 0';
  }
  const allowed = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? needed);
  const addresses = Number(/^Max address space +(\d+)/m.exec(limits)?.[1] ?? Infinity);
  if (addresses < space)
    return `too little address space: ${(addresses / 2 ** 30).toFixed(2)} GiB are allowed, 1.2 needed; allow more, with 'ulimit -v 2097152' for example`;
  return allowed < needed
    ? `too many open files: ${allowed} are allowed, ${needed} needed; allow more, with 'ulimit -n 256' for example`
    : undefined;
}
