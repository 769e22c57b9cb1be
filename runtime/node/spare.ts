import { freemem, totalmem } from 'node:os';
import { addressSpace, plenty } from './address-space.js';

/** What may serve again is kept this long, in milliseconds, … */
const long = 300_000;
/** … and this long where a process may have little address space, which it takes up. */
const short = 5000;

/** How long, in milliseconds, something idle is kept for the next solve. */
export const idleTime = (): number => (addressSpace() < plenty ? short : long);

/** So often, in milliseconds, memory is looked at. */
const interval = 5000;
/** Share of the memory of the machine, or of what this process may have of it, below which too little is left. */
const scarce = 1 / 8;

/** Calls `shrink` while memory is short, until the function returned is called; does not keep the process alive. */
export function whileShort(shrink: () => void): () => void {
  const timer = setInterval(() => {
    const constrained = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
    const free = process.availableMemory?.() ?? freemem();
    if (free < scarce * Math.min(totalmem(), constrained)) shrink();
  }, interval).unref();
  return () => clearInterval(timer);
}

/** Bytes from which what a thread no longer uses is worth a collection. */
const worth = 2 ** 26;
/** A thread that has been idle so long, in milliseconds, has time for one. */
const rest = 1000;

let pending: NodeJS.Timeout | undefined;

/** The thread goes on computing: it collects nothing. */
export const busy = (): void => clearTimeout(pending);

/**
 * Gives back, once the thread has been idle for a while, what it no longer uses: V8 collects nothing by itself where nothing
 * is allocated, and large arrays would stay for as long as the thread does.
 */
export function idle(): void {
  busy();
  pending = setTimeout(() => {
    const { heapUsed, external } = process.memoryUsage();
    if (heapUsed + external >= worth) void collect();
  }, rest).unref();
}

/** Where there is no inspector, memory stays until it is asked for again. */
async function collect(): Promise<void> {
  try {
    const { Session } = await import('node:inspector');
    const session = new Session();
    session.connect();
    await new Promise<void>((resolve) => session.post('HeapProfiler.collectGarbage', () => resolve()));
    session.disconnect(); // inside the callback it never comes back
  } catch {}
}
