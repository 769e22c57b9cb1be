import type { BatchSolution } from './contract.js';
import { Pairs } from './pairs.js';

/** Memories that are kept for solutions that may still be differentiated, and their bytes, at most. */
const MOST = 4;
const BYTES = 2 ** 28;

/** The factors behind a solution, until others need their memory. */
export interface Kept {
  /** Undefined where they were never here. */
  readonly pairs: Pairs | undefined;
  /** 1 for the elements that the kernels solved. */
  readonly solved: Uint8Array;
  valid: boolean;
}

const free: Pairs[] = [];
/** Oldest first. */
const inUse: (Kept & { readonly pairs: Pairs })[] = [];
const ofSolution = new WeakMap<BatchSolution, Kept>();

/** A memory for one more batch; that of the oldest solution where there are many. */
export function takePairs(): Pairs {
  const own = free.pop();
  if (own) return own;
  const bytes = inUse.reduce((sum, { pairs }) => sum + pairs.bytes, 0);
  if (inUse.length < MOST && bytes < BYTES) return new Pairs();
  const oldest = inUse.shift();
  if (oldest === undefined) return new Pairs();
  oldest.valid = false;
  return oldest.pairs;
}

/** Has `pairs` kept for a solution. */
export function keep(solution: BatchSolution, pairs: Pairs, solved: Uint8Array): void {
  const kept = { pairs, solved, valid: true };
  inUse.push(kept);
  ofSolution.set(solution, kept);
}

/** Notes which elements kernels elsewhere solved: with their factors there, or made again here. */
export function keepElsewhere(solution: BatchSolution, solved: Uint8Array): void {
  if (solved.includes(1)) ofSolution.set(solution, { pairs: undefined, solved, valid: false });
}

/** Takes back a memory that nobody needs. */
export function returnPairs(pairs: Pairs): void {
  free.push(pairs);
}

/** What is kept for a solution, or was until it became invalid. */
export function keptFor(solution: BatchSolution): Kept | undefined {
  return ofSolution.get(solution);
}

/** A memory for a solution whose own went to others; its own where it is there, without the factors. */
export function takeBack(solution: BatchSolution, kept: Kept): Pairs {
  if (kept.valid && kept.pairs) return kept.pairs;
  const pairs = takePairs();
  const again = { pairs, solved: kept.solved, valid: true };
  inUse.push(again);
  ofSolution.set(solution, again);
  return pairs;
}

/** Lets go of what is kept for a solution. */
export function release(solution: BatchSolution): void {
  const kept = keptFor(solution);
  if (!kept?.valid || kept.pairs === undefined) return;
  kept.valid = false;
  inUse.splice(inUse.indexOf(kept as (typeof inUse)[number]), 1);
  free.push(kept.pairs);
}
