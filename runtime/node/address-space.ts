import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import type { ResourceLimits } from 'node:worker_threads';
import { beyond } from '../../src/core/kernels.js';

const mega = 2 ** 20;

/** What a thread takes before it computes: its code, its stack, an arena of the C library. */
const perThread = 128 * mega;

/** Room for the machine code of a thread; V8 reserves 512 MiB for it unless told otherwise. */
const codeMegabytes = 64;

/** From this much on nobody saves address space. */
export const plenty = 2 ** 36;

/** Bytes of address space that this process may use, as `ulimit -v` says; Infinity where there is no limit. */
export function addressSpace(): number {
  limit ??= readLimit();
  return limit;
}

let limit: number | undefined;

/** Linux tells; elsewhere no system in use keeps to such a limit. */
function readLimit(): number {
  try {
    const text = readFileSync('/proc/self/limits', 'latin1');
    const found = /^Max address space +(\d+)/m.exec(text);
    return found ? Number(found[1]) : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Bytes of address space left to this process. */
export function addressSpaceLeft(): number {
  const all = addressSpace();
  if (all === Number.POSITIVE_INFINITY) return all;
  const kilobytes = /^VmSize:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  return all - 1024 * Number(kilobytes ?? 0);
}

/** How many threads there is address space for, each with as much again for its numbers; at least one. */
export const threadsThatFit = (): number => Math.max(1, Math.floor(addressSpaceLeft() / (2 * perThread)));

/**
 * Limits of new threads, so that it is a thread that ends where memory is short: V8 takes the process down where it
 * cannot reserve what the limits allow.
 *
 * @param threads how many there may be.
 * @param heapMegabytes what the heap of each may grow to where nothing is short.
 */
export function threadLimits(threads: number, heapMegabytes?: number): ResourceLimits {
  if (addressSpace() >= plenty)
    return heapMegabytes === undefined ? {} : { maxOldGenerationSizeMb: heapMegabytes };
  const room = Math.floor(Math.max(0, addressSpaceLeft()) / (threads + 1) / mega);
  return {
    codeRangeSizeMb: codeMegabytes,
    maxOldGenerationSizeMb: Math.min(heapMegabytes ?? heapOfProcess(), Math.max(16, room)),
  };
}

/** Throws {@link OutOfMemoryError} where there is no address space for one thread more. */
export function requireThread(what: string): void {
  if (addressSpaceLeft() < perThread)
    throw beyond(perThread, what, 'address space that cannot be had: raise its limit (ulimit -v)');
}

/** Megabytes that the heap of a thread may grow to by the settings of the process. */
const heapOfProcess = (): number => Math.floor(getHeapStatistics().heap_size_limit / mega);
