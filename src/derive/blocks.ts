/** Indices as blocks of consecutive numbers. */
export interface Blocks {
  readonly block: number;
  /** Which block of the source stands at every block of the result, −1 for zeros. */
  readonly blocks: Int32Array;
}

const known = new WeakMap<Int32Array, Map<number, Blocks>>();

/** `index` into `length` numbers in the largest blocks that are whole in source and result alike; made once for an index. */
export function blocksOf(index: Int32Array, length: number): Blocks {
  const own = known.get(index) ?? new Map<number, Blocks>();
  known.set(index, own);
  let found = own.get(length);
  if (found === undefined) {
    const block = widest(index, length);
    const blocks = block === 1 ? index : new Int32Array(index.length / block);
    if (block > 1)
      for (let i = 0; i < blocks.length; i++) {
        const from = index[i * block]!;
        blocks[i] = from < 0 ? -1 : from / block;
      }
    found = { block, blocks };
    own.set(length, found);
  }
  return found;
}

/** The largest divisor of all runs' beginnings, in source and result. */
function widest(index: Int32Array, length: number): number {
  let block = divisor(index.length, length);
  for (let i = 0; i < index.length && block > 1; i++) {
    const here = index[i]!;
    const goes = i > 0 && (here < 0 ? index[i - 1]! < 0 : here > 0 && index[i - 1]! === here - 1);
    if (goes) continue;
    block = divisor(block, i);
    if (here >= 0) block = divisor(block, here);
  }
  return block;
}

function divisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}

const indexKeys = new WeakMap<Int32Array, number>();
let lastIndex = 0;
/** A number for an array of indices, one everywhere. */
export function indexKey(index: Int32Array): number {
  let key = indexKeys.get(index);
  if (key === undefined) {
    key = ++lastIndex;
    indexKeys.set(index, key);
  }
  return key;
}
