// Addresses of everything the kernels share. The caller lays out the fixed arrays and passes their addresses in a
// table; the two regions that follow them (factors, then the stack of fronts) are managed here.

// Slots of the address table, in order: `layout.ts` of the caller writes it.
/** Counts: order, nodes, merged entries, repeated triplets. */
export let order: i32 = 0;
export let nodes: i32 = 0;
export let entries: i32 = 0;
export let repeats: i32 = 0;
/** Permuted lower triangle by columns: pointers; first entry of the trailing run of consecutive rows. */
export let columnStart: usize = 0;
export let columnTail: usize = 0;
/** Per entry: permuted row, place in the front of its column's node, value, triplet. */
export let entryRow: usize = 0;
export let entryPlace: usize = 0;
export let entryValue: usize = 0;
export let entrySource: usize = 0;
/** Triplets at positions that occur before, and the entries they add to; the caller's values. */
export let repeatedTriplet: usize = 0;
export let repeatedEntry: usize = 0;
export let tripletValue: usize = 0;
/** Symmetric scaling factors (powers of two), by permuted row. */
export let scale: usize = 0;
/** Node → first column; → its rows below the pivots; the place of each such row in the parent's front. */
export let nodeColumn: usize = 0;
export let nodeRowStart: usize = 0;
export let nodeRow: usize = 0;
export let nodePlace: usize = 0;
export let childStart: usize = 0;
export let child: usize = 0;
/** Per node, written by the factorization. */
export let factorAddress: usize = 0;
export let eliminated: usize = 0;
export let frontOrder: usize = 0;
export let delayed: usize = 0;
export let contribution: usize = 0;
/** Permuted position → original row; the vectors of a solve. */
export let permutation: usize = 0;
export let vectorB: usize = 0;
export let vectorX: usize = 0;
export let vectorR: usize = 0;
export let vectorM: usize = 0;
export let vectorBest: usize = 0;
/** By permuted row: bound on the numbers added up in its column, see `front.ts`. */
export let magnitude: usize = 0;
/** Counts reported to the caller. */
export let report: usize = 0;
/** Numbers in `tripletValue`. */
export let values: i32 = 0;
/** Dense blocks: how many, and seven numbers each, see `blocks.ts`. */
export let blocks: i32 = 0;
export let blockTable: usize = 0;
/** Node → its parts of blocks; five numbers each, see `blocks.ts`. */
export let partStart: usize = 0;
export let part: usize = 0;
/** Permuted row → its place in the front at hand. */
export let inFront: usize = 0;
/** Room for three vectors as long as the largest side of a block. */
export let blockVector: usize = 0;
/** Node → 1 + the first node of its group, negative for the last of the group; 0 outside groups. */
export let group: usize = 0;
/** Factors grow from `factorBase`; the stack lives in [`stackBase`, end of memory). */
export let factorBase: usize = 0;
export let factorTop: usize = 0;
export let stackBase: usize = 0;
export let stackTop: usize = 0;

export function setup(table: usize, factorBytes: u32): void {
  order = load<i32>(table);
  nodes = load<i32>(table, 4);
  entries = load<i32>(table, 8);
  repeats = load<i32>(table, 12);
  columnStart = load<usize>(table, 16);
  columnTail = load<usize>(table, 20);
  entryRow = load<usize>(table, 24);
  entryPlace = load<usize>(table, 28);
  entryValue = load<usize>(table, 32);
  entrySource = load<usize>(table, 36);
  repeatedTriplet = load<usize>(table, 40);
  repeatedEntry = load<usize>(table, 44);
  tripletValue = load<usize>(table, 48);
  scale = load<usize>(table, 52);
  nodeColumn = load<usize>(table, 56);
  nodeRowStart = load<usize>(table, 60);
  nodeRow = load<usize>(table, 64);
  nodePlace = load<usize>(table, 68);
  childStart = load<usize>(table, 72);
  child = load<usize>(table, 76);
  factorAddress = load<usize>(table, 80);
  eliminated = load<usize>(table, 84);
  frontOrder = load<usize>(table, 88);
  delayed = load<usize>(table, 92);
  contribution = load<usize>(table, 96);
  permutation = load<usize>(table, 100);
  vectorB = load<usize>(table, 104);
  vectorX = load<usize>(table, 108);
  vectorR = load<usize>(table, 112);
  vectorM = load<usize>(table, 116);
  vectorBest = load<usize>(table, 120);
  magnitude = load<usize>(table, 124);
  report = load<usize>(table, 128);
  values = load<i32>(table, 132);
  blocks = load<i32>(table, 136);
  blockTable = load<usize>(table, 140);
  partStart = load<usize>(table, 144);
  part = load<usize>(table, 148);
  inFront = load<usize>(table, 152);
  blockVector = load<usize>(table, 156);
  group = load<usize>(table, 160);
  factorBase = load<usize>(table, 164);
  stackBase = factorBase + <usize>factorBytes;
}

/** Empties factors and stack for a new factorization. */
export function rewind(): void {
  factorTop = factorBase;
  stackTop = stackBase;
}

export function setFactorTop(top: usize): void {
  factorTop = top;
}

export function setStackTop(top: usize): void {
  stackTop = top;
}

/** Bytes of memory that could not be had. */
let refused: u64 = 0;

export function refusedBytes(): f64 {
  return <f64>refused;
}

function growTo(end: u64): bool {
  const have = (<u64>memory.size()) << 16;
  if (end <= have) return true;
  refused = end;
  if (end > 0xffff0000) return false;
  const pages = <i32>((end - have + 0xffff) >> 16);
  // Some slack beyond what is asked, so that a slowly growing need does not grow the memory often.
  const slack = <i32>min<u64>(have >> 20, (0xffff0000 - end) >> 16);
  return memory.grow(pages + slack) >= 0 || memory.grow(pages) >= 0;
}

/**
 * Makes room for `factor` more bytes of factors and `front` more bytes of stack. Moves the stack upwards when the
 * factors would run into it: addresses into the stack are kept relative to `stackBase`. False when memory is out.
 */
export function reserve(factor: u64, front: u64): bool {
  const wanted = <u64>factorTop + factor;
  if (wanted > <u64>stackBase) {
    const spare = <u64>(stackBase - factorBase) >> 3;
    let shift = (wanted - <u64>stackBase + spare + 0xffff) & ~0xffff;
    if (<u64>stackTop + shift + front > 0xffff0000) shift = (wanted - <u64>stackBase + 15) & ~15;
    if (!growTo(<u64>stackTop + shift + front)) return false;
    memory.copy(stackBase + <usize>shift, stackBase, stackTop - stackBase);
    stackBase += <usize>shift;
    stackTop += <usize>shift;
  }
  return growTo(<u64>stackTop + front);
}
