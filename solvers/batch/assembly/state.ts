// Sizes and places of what two quadratic programs of one shape need. Upper-case sizes are padded to multiples of four; rows
// are those of A, padded, then those of G, padded: T of them.

export let n: i32 = 0;
export let m: i32 = 0;
export let p: i32 = 0;
export let N: i32 = 0;
export let M: i32 = 0;
export let P: i32 = 0;
export let T: i32 = 0;
/** Bytes of a row of N, M and P entries. */
export let ldN: usize = 0;
export let ldM: usize = 0;
export let ldP: usize = 0;
/** The order of what is factored for the inequalities, P or N, and bytes of a row of it. */
export let order: i32 = 0;
export let ldF: usize = 0;

/** Whether S is not formed: systems are of order N then, not P, and S = X̂X̂ᵀ is had by its factor. */
export let condensed: bool = false;
/** Q (N × N), symmetric; C = [A; G] (T × N), the largest entries of its rows (T); S (P × P), or X̂ (P × N), the transpose of the dense rows and room for one more of these. */
export let Q: usize = 0;
export let C: usize = 0;
export let largestOfC: usize = 0;
export let S: usize = 0;
export let turned: usize = 0;
export let room: usize = 0;
/** Of length N. */
export let q: usize = 0;
export let w: usize = 0;
export let z: usize = 0;
export let zResidual: usize = 0;
export let zWork: usize = 0;
export let nReference: usize = 0;
/** Of length T: right-hand sides, multipliers, residuals. */
export let d: usize = 0;
export let g: usize = 0;
export let y: usize = 0;
export let yResidual: usize = 0;
/** Of length M. */
export let yq: usize = 0;
export let mReference: usize = 0;
/** Of length P: the complementarity problem s = r + Sλ. */
export let r: usize = 0;
export let λ: usize = 0;
export let s: usize = 0;
export let ρ: usize = 0;
export let Δλ: usize = 0;
export let Δs: usize = 0;
export let t: usize = 0;
export let last: usize = 0;
export let ones: usize = 0;
/** In condensed form: how many rows of G have more than one entry, or count as such, and which (i32); the only column of others, or −1 (P, i32). */
export let dense: usize = 0;
export let only: usize = 0;
/** Of length P, and N, in condensed form. */
export let weights: usize = 0;
export let pWork: usize = 0;
export let nWork: usize = 0;
/** P numbers i32: rows that either problem of a pair holds. */
export let either: usize = 0;
/** Pairs of numbers. */
export let scalars: usize = 0;
/** Room for `listed` numbers i32: where the columns of sparse rows have entries. */
export let lists: usize = 0;
export let listed: i32 = 0;

/**
 * What a pair keeps: L (N × N); E = [L_M; Y_G] (T × M), scale (P), X = C L⁻ᵀ (T × N); the factor F of S on the rows held, each
 * problem's own one after the other, at most P of them (N in condensed form), mask (P, 1 for rows held), and which rows these are (P pairs of i32), how many
 * (a pair of i32).
 */
export let L: usize = 0;
/** Behind L: 1 where Q is diagonal in both problems, else 0. */
let kind: usize = 0;
export let E: usize = 0;
export let X: usize = 0;
export let F: usize = 0;
export let scale: usize = 0;
export let mask: usize = 0;
export let index: usize = 0;
export let held: usize = 0;

export function isDiagonal(): bool {
  return load<i32>(kind) != 0;
}

export function setDiagonal(is: bool): void {
  store<i32>(kind, is ? 1 : 0);
}

let end: usize = 0;

function take(entries: i32): usize {
  const at = end;
  end += <usize>entries << 4;
  return at;
}

/** Lays out the workspace from `base` on; returns where it ends. What it holds is zero. */
export function layOut(variables: i32, equalities: i32, inequalities: i32, condense: bool, base: usize): usize {
  n = variables;
  m = equalities;
  p = inequalities;
  N = (n + 3) & ~3;
  M = (m + 3) & ~3;
  P = (p + 3) & ~3;
  T = M + P;
  condensed = condense;
  order = condense ? N : P;
  ldN = <usize>N << 4;
  ldM = <usize>M << 4;
  ldP = <usize>P << 4;
  ldF = <usize>order << 4;
  end = base;
  Q = take(N * N);
  C = take(T * N);
  largestOfC = take(T);
  S = take(P * (condense ? N : P));
  turned = condense ? take(N * P) : 0;
  room = condense ? take(N * P) : 0;
  dense = condense ? take((P >> 2) + 1) : 0;
  only = condense ? take((P >> 2) + 1) : 0;
  weights = condense ? take(P) : 0;
  pWork = condense ? take(P) : 0;
  nWork = condense ? take(N) : 0;
  q = take(N);
  w = take(N);
  z = take(N);
  zResidual = take(N);
  zWork = take(N);
  nReference = take(N);
  d = take(T);
  g = take(T);
  y = take(T);
  yResidual = take(T);
  yq = take(M);
  mReference = take(M);
  r = take(P);
  λ = take(P);
  s = take(P);
  ρ = take(P);
  Δλ = take(P);
  Δs = take(P);
  t = take(P);
  last = take(P);
  ones = take(P);
  either = take((P >> 2) + 1);
  scalars = take(32);
  listed = N + 1 + ((T * N) >> 3);
  lists = take((listed >> 2) + 1);
  memory.fill(base, 0, end - base);
  for (let i = 0; i < 2 * P; i++) store<f64>(ones + (<usize>i << 3), 1);
  return end;
}

/** Bytes that pairs keep: of the factor of Q, of the rest that depends on matrices alone, and of each pair. */
export function factorBytes(): usize {
  return (<usize>N * <usize>N + 1) << 4;
}
export function rowsBytes(): usize {
  return (<usize>T * <usize>(M + N) + <usize>P) << 4;
}
export function pairBytes(): usize {
  return ((<usize>order * <usize>order + <usize>P) << 4) + (<usize>P << 3) + 16;
}

/** Where the kept parts of the pair at hand are. */
export function hold(factor: usize, rows: usize, pair: usize): void {
  L = factor;
  kind = factor + ((<usize>N * <usize>N) << 4);
  E = rows;
  scale = rows + ((<usize>T * <usize>M) << 4);
  X = scale + (<usize>P << 4);
  F = pair;
  mask = pair + ((<usize>order * <usize>order) << 4);
  index = mask + (<usize>P << 4);
  held = index + (<usize>P << 3);
}
