// Addresses of everything the kernels share. The caller lays out the fixed arrays and passes their addresses in a
// table; the two regions that follow them (factors, then the stack of fronts) are managed here.

/** Slots of the address table, in order: see `layout.ts` of the caller. */
export let order: i32 = 0;
export let nodes: i32 = 0;
export let entries: i32 = 0;
export let triplets: i32 = 0;
/** Permuted lower triangle by columns: pointers, permuted rows, row within the front of the column's node, values. */
export let columnStart: usize = 0;
export let entryRow: usize = 0;
export let entryPlace: usize = 0;
export let entryValue: usize = 0;
/** Triplet → entry, and the caller's triplet values. */
export let tripletEntry: usize = 0;
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
/** Counts reported to the caller. */
export let report: usize = 0;
/** Factors grow from `factorBase`; the stack lives in [`stackBase`, end of memory). */
export let factorBase: usize = 0;
export let factorTop: usize = 0;
export let stackBase: usize = 0;
export let stackTop: usize = 0;

export function setup(table: usize, factorBytes: u32): void {
  let at = table;
  order = load<i32>(at);
  nodes = load<i32>(at, 4);
  entries = load<i32>(at, 8);
  triplets = load<i32>(at, 12);
  columnStart = load<usize>(at, 16);
  entryRow = load<usize>(at, 20);
  entryPlace = load<usize>(at, 24);
  entryValue = load<usize>(at, 28);
  tripletEntry = load<usize>(at, 32);
  tripletValue = load<usize>(at, 36);
  scale = load<usize>(at, 40);
  nodeColumn = load<usize>(at, 44);
  nodeRowStart = load<usize>(at, 48);
  nodeRow = load<usize>(at, 52);
  nodePlace = load<usize>(at, 56);
  childStart = load<usize>(at, 60);
  child = load<usize>(at, 64);
  factorAddress = load<usize>(at, 68);
  eliminated = load<usize>(at, 72);
  frontOrder = load<usize>(at, 76);
  delayed = load<usize>(at, 80);
  contribution = load<usize>(at, 84);
  permutation = load<usize>(at, 88);
  vectorB = load<usize>(at, 92);
  vectorX = load<usize>(at, 96);
  vectorR = load<usize>(at, 100);
  vectorM = load<usize>(at, 104);
  vectorBest = load<usize>(at, 108);
  report = load<usize>(at, 112);
  factorBase = load<usize>(at, 116);
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

function growTo(end: u64): bool {
  const have = (<u64>memory.size()) << 16;
  if (end <= have) return true;
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
