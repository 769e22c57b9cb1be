/** A stretch of memory that holds something from one step to another, both included. */
export interface Life {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** What addresses are multiples of. */
export const alignment = 256;

export const aligned = (bytes: number): number => alignment * Math.ceil(bytes / alignment);

/**
 * Offsets of stretches in one block of `bytes`, those that live at the same time apart: the largest first, each at the
 * lowest place that is free all its life.
 */
export function plan(lives: readonly Life[]): {
  readonly offsets: readonly number[];
  readonly bytes: number;
} {
  const offsets = new Array<number>(lives.length).fill(0);
  const placed: number[] = [];
  let bytes = 0;
  const order = [...lives.keys()].sort((a, b) => lives[b]!.bytes - lives[a]!.bytes || a - b);
  for (const k of order) {
    const own = lives[k]!;
    const beside = placed
      .filter((j) => lives[j]!.first <= own.last && own.first <= lives[j]!.last)
      .sort((a, b) => offsets[a]! - offsets[b]!);
    let at = 0;
    for (const j of beside) {
      if (at + aligned(own.bytes) <= offsets[j]!) break;
      at = Math.max(at, offsets[j]! + aligned(lives[j]!.bytes));
    }
    offsets[k] = at;
    placed.push(k);
    bytes = Math.max(bytes, at + aligned(own.bytes));
  }
  return { offsets, bytes };
}
