import { createRequire } from 'node:module';
import type { Tether } from '../tether.js';

/** How long, in milliseconds, the end of the process waits for threads to come back from native code. */
const patience = 2000;

const living = new Set<Tether>();

// Node ends the threads of a process when it exits, and so would take it down or wait for ever.
process.on('exit', (code) => {
  const until = performance.now() + patience;
  for (const tether of living) tether.dismiss();
  for (const tether of living) tether.wait(until);
  if ([...living].some((tether) => tether.native)) leave(code);
});

/** Has the end of the process take care of a thread, until `undo` is called. */
export function careFor(tether: Tether): () => void {
  living.add(tether);
  return () => living.delete(tether);
}

/** Leaves the process although a thread does not come back: with its exit code where koffi is at hand. */
function leave(code: number): void {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi')['default'];
    koffi.load(null).func('void _exit(int)')(code);
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
}
