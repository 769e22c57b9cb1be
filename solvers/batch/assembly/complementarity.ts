// Two linear complementarity problems s = r + Sλ, s ≥ 0, λ ≥ 0, s∘λ = 0 with S symmetric, positive semidefinite, of unit
// diagonal, and |r| ≤ 1: a primal–dual active-set method (Hintermüller, Ito & Kunisch 2003), which mostly ends after a few
// rounds of order of the rows held; where it gets nowhere, Mehrotra's predictor–corrector method (1992) until the active
// rows show.

import * as a from './state';
import { factorHeld, solveHeld } from './held';
import { factorWith, solveWith, subtractS } from './schur';
import { fill } from './vector';

/** Signs of multipliers and slacks count beyond this. */
const SIGN: f64 = 1e-12;
/** Rounds of exchanging rows after one guess; how many may pass without fewer on the wrong side. */
const ROUNDS: i32 = 20;
const PATIENCE: i32 = 2;
/** Products sλ, relative to the start, beyond which iterations show nothing new. */
const LEAST: f64 = 1e-26;

// Pairs of numbers, at these places among the scalars.
let done: usize = 0;
let failed: usize = 0;
let μ: usize = 0;
let α: usize = 0;
let σμ: usize = 0;
let work: usize = 0;
let wrong: usize = 0;
let changed: usize = 0;
let residual: usize = 0;
let first: usize = 0;

/** Factorizations of order p, and iterations until each problem was done, as a pair. */
export let factorizations: i32 = 0;
let iterations: i32 = 0;
let count: usize = 0;
/** Problems that iterations get no further with. */
let lost: usize = 0;

function at(x: usize, i: i32): usize {
  return x + (<usize>i << 4);
}

function lane(pair: usize, k: usize): f64 {
  return load<f64>(pair + (k << 3));
}

function setLane(pair: usize, k: usize, value: f64): void {
  store<f64>(pair + (k << 3), value);
}

/**
 * Leaves the active rows in `mask` (1 or 0), the factor of S on them in `F`, and λ and s at the solution. The pair at
 * `ended` becomes 1 for problems that were solved, that at `counted` the iterations of each. `warm`: `mask` holds a guess to begin with.
 */
export function solveComplementarity(
  places: usize,
  ended: usize,
  counted: usize,
  most: i32,
  warm: bool,
): void {
  done = ended;
  count = counted;
  lost = places + 144;
  failed = places;
  μ = places + 16;
  α = places + 32;
  σμ = places + 48;
  work = places + 64;
  wrong = places + 80;
  changed = places + 96;
  residual = places + 112;
  first = places + 128;
  factorizations = 0;
  iterations = 0;
  v128.store(done, f64x2.splat(0));
  v128.store(lost, f64x2.splat(0));
  v128.store(count, f64x2.splat(0));
  if (a.p == 0) {
    store<i64>(a.held, 0);
    v128.store(done, f64x2.splat(1));
    return;
  }
  // The rows violated by λ = 0, or those guessed.
  if (!warm)
    for (let k: usize = 0; k < 2; k++)
      for (let i = 0; i < a.p; i++) setLane(at(a.mask, i), k, lane(at(a.r, i), k) < 0 ? 1 : 0);
  settle(ROUNDS);
  if (bothDone()) return;
  start();
  let cooled: i32 = 0;
  let stale = true;
  for (let k: i32 = 0; k < most && !bothDone(); k++) {
    step();
    stale = true;
    iterations++;
    cooled--;
    const spent = noteSpent();
    if ((guess(k == 0) && cooled <= 0) || spent) {
      settle(ROUNDS);
      stale = false;
      cooled = 2;
    }
    for (let l: usize = 0; l < 2; l++)
      if (lane(done, l) == 0 && isSpent(l)) setLane(lost, l, 1);
  }
  // Steps that one problem needed took the place of what the other had.
  if (stale) settle(1);
}

function bothDone(): bool {
  return over(0) && over(1);
}

function over(k: usize): bool {
  return lane(done, k) != 0 || lane(lost, k) != 0;
}

function isSpent(k: usize): bool {
  return !(lane(μ, k) > LEAST && lane(μ, k) < 1e300);
}

/** Whether a problem has come to where iterations show nothing new; its guess is then as good as it gets. */
function noteSpent(): bool {
  let any = false;
  for (let k: usize = 0; k < 2; k++) {
    if (over(k) || !isSpent(k)) continue;
    any = true;
    for (let i = 0; i < a.p; i++)
      setLane(at(a.mask, i), k, lane(at(a.λ, i), k) > lane(at(a.s, i), k) ? 1 : 0);
  }
  return any;
}

/** λ = −(S + I)⁻¹r, s = r + Sλ = −λ, then both moved inside (Mehrotra 1992, §7). */
function start(): void {
  fill(a.t, a.P, 1);
  factorWith(failed);
  factorizations++;
  const zero = f64x2.splat(0);
  for (let i = 0; i < a.P; i++) v128.store(at(a.λ, i), f64x2.sub(zero, v128.load(at(a.r, i))));
  solveWith(a.λ);
  let low = zero;
  let high = zero;
  for (let i = 0; i < a.p; i++) {
    const value = v128.load(at(a.λ, i));
    low = f64x2.max(low, f64x2.sub(zero, value));
    high = f64x2.max(high, value);
  }
  const floor = f64x2.splat(1e-8);
  const λUp = f64x2.add(f64x2.mul(f64x2.splat(1.5), low), floor);
  const sUp = f64x2.add(f64x2.mul(f64x2.splat(1.5), high), floor);
  let product = zero;
  let λSum = zero;
  let sSum = zero;
  for (let i = 0; i < a.p; i++) {
    const value = v128.load(at(a.λ, i));
    const own = f64x2.add(value, λUp);
    const other = f64x2.sub(sUp, value);
    v128.store(at(a.λ, i), own);
    v128.store(at(a.s, i), other);
    product = f64x2.add(product, f64x2.mul(own, other));
    λSum = f64x2.add(λSum, own);
    sSum = f64x2.add(sSum, other);
  }
  const half = f64x2.mul(f64x2.splat(0.5), product);
  const λMore = f64x2.div(half, sSum);
  const sMore = f64x2.div(half, λSum);
  for (let i = 0; i < a.p; i++) {
    v128.store(at(a.λ, i), f64x2.add(v128.load(at(a.λ, i)), λMore));
    v128.store(at(a.s, i), f64x2.add(v128.load(at(a.s, i)), sMore));
  }
  // ρ = s − r − Sλ.
  for (let i = 0; i < a.p; i++) v128.store(at(a.ρ, i), f64x2.sub(v128.load(at(a.s, i)), v128.load(at(a.r, i))));
  subtractS(a.λ, a.ρ);
  v128.store(residual, f64x2.splat(1));
}

/** The longest step to the boundary, at most 1 after the share 0.995, into α. */
function longest(fraction: f64): void {
  const zero = f64x2.splat(0);
  let most = f64x2.splat(fraction);
  for (let i = 0; i < a.p; i++) {
    most = f64x2.max(most, f64x2.div(f64x2.sub(zero, v128.load(at(a.Δλ, i))), v128.load(at(a.λ, i))));
    most = f64x2.max(most, f64x2.div(f64x2.sub(zero, v128.load(at(a.Δs, i))), v128.load(at(a.s, i))));
  }
  v128.store(α, f64x2.div(f64x2.splat(fraction), most));
}

/**
 * One predictor–corrector step: (S + diag(s/λ)) Δλ = ρ + c/λ, Δs = (c − sΔλ)/λ, with c = −sλ, then c = σμ − sλ − ΔsΔλ.
 */
function step(): void {
  const p = a.p;
  let sum = f64x2.splat(0);
  for (let i = 0; i < p; i++) {
    const λi = v128.load(at(a.λ, i));
    const si = v128.load(at(a.s, i));
    v128.store(at(a.t, i), f64x2.div(si, λi));
    v128.store(at(a.Δλ, i), f64x2.sub(v128.load(at(a.ρ, i)), si));
    sum = f64x2.add(sum, f64x2.mul(λi, si));
  }
  const mean = f64x2.mul(sum, f64x2.splat(1 / <f64>p));
  factorWith(failed);
  factorizations++;
  solveWith(a.Δλ);
  const zero = f64x2.splat(0);
  for (let i = 0; i < p; i++)
    v128.store(
      at(a.Δs, i),
      f64x2.sub(
        zero,
        f64x2.add(v128.load(at(a.s, i)), f64x2.mul(v128.load(at(a.t, i)), v128.load(at(a.Δλ, i)))),
      ),
    );
  longest(1);
  const α0 = v128.load(α);
  let ahead = f64x2.splat(0);
  for (let i = 0; i < p; i++) {
    const λi = f64x2.add(v128.load(at(a.λ, i)), f64x2.mul(α0, v128.load(at(a.Δλ, i))));
    const si = f64x2.add(v128.load(at(a.s, i)), f64x2.mul(α0, v128.load(at(a.Δs, i))));
    ahead = f64x2.add(ahead, f64x2.mul(λi, si));
  }
  const ratio = f64x2.div(ahead, sum);
  const target = f64x2.mul(mean, f64x2.mul(ratio, f64x2.mul(ratio, ratio)));
  for (let i = 0; i < p; i++) {
    const c = f64x2.div(
      f64x2.sub(target, f64x2.mul(v128.load(at(a.Δs, i)), v128.load(at(a.Δλ, i)))),
      v128.load(at(a.λ, i)),
    );
    const full = f64x2.sub(c, v128.load(at(a.s, i)));
    v128.store(at(a.Δs, i), full);
    v128.store(at(a.Δλ, i), f64x2.add(full, v128.load(at(a.ρ, i))));
  }
  solveWith(a.Δλ);
  for (let i = 0; i < p; i++)
    v128.store(
      at(a.Δs, i),
      f64x2.sub(v128.load(at(a.Δs, i)), f64x2.mul(v128.load(at(a.t, i)), v128.load(at(a.Δλ, i)))),
    );
  longest(0.995);
  const α1 = v128.load(α);
  const left = f64x2.sub(f64x2.splat(1), α1);
  let product = f64x2.splat(0);
  for (let i = 0; i < p; i++) {
    const λi = f64x2.add(v128.load(at(a.λ, i)), f64x2.mul(α1, v128.load(at(a.Δλ, i))));
    const si = f64x2.add(v128.load(at(a.s, i)), f64x2.mul(α1, v128.load(at(a.Δs, i))));
    v128.store(at(a.λ, i), λi);
    v128.store(at(a.s, i), si);
    v128.store(at(a.ρ, i), f64x2.mul(left, v128.load(at(a.ρ, i))));
    product = f64x2.add(product, f64x2.mul(λi, si));
  }
  v128.store(residual, f64x2.mul(left, v128.load(residual)));
  v128.store(μ, f64x2.mul(product, f64x2.splat(1 / <f64>p)));
}

/** Writes which rows look active into `last`; true where problems that are not done have had the same before, clearly enough. */
function guess(fresh: bool): bool {
  let same = true;
  for (let k: usize = 0; k < 2; k++) {
    let moved = false;
    for (let i = 0; i < a.p; i++) {
      const now: f64 = lane(at(a.λ, i), k) > lane(at(a.s, i), k) ? 1 : 0;
      if (now != lane(at(a.last, i), k)) moved = true;
      setLane(at(a.last, i), k, now);
    }
    if (over(k)) continue;
    if (fresh || moved || lane(residual, k) > 0.2) same = false;
    setLane(changed, k, moved ? 1 : 0);
  }
  if (!same) return false;
  for (let k: usize = 0; k < 2; k++)
    if (!over(k)) for (let i = 0; i < a.p; i++) setLane(at(a.mask, i), k, lane(at(a.last, i), k));
  return true;
}

/** Solves with the rows in `mask` held, and exchanges those on the wrong side, as long as they become fewer. */
function settle(rounds: i32): void {
  const P = a.P;
  let best0: f64 = 1e9;
  let best1: f64 = 1e9;
  let since0 = 0;
  let since1 = 0;
  for (let round = 0; round < rounds; round++) {
    v128.store(failed, f64x2.splat(0));
    factorHeld(failed);
    factorizations++;
    const zero = f64x2.splat(0);
    for (let i = 0; i < P; i++) v128.store(at(a.Δλ, i), f64x2.sub(zero, v128.load(at(a.r, i))));
    solveHeld(a.Δλ);
    // Δs = −(r + Sλ).
    for (let i = 0; i < P; i++) v128.store(at(a.Δs, i), f64x2.sub(zero, v128.load(at(a.r, i))));
    subtractS(a.Δλ, a.Δs);
    for (let k: usize = 0; k < 2; k++) {
      if (over(k)) continue;
      let bads: f64 = 0;
      for (let i = 0; i < a.p; i++) {
        const held = lane(at(a.mask, i), k) != 0;
        const bad = held ? !(lane(at(a.Δλ, i), k) >= -SIGN) : !(lane(at(a.Δs, i), k) <= SIGN);
        if (bad) bads += 1;
      }
      if (lane(failed, k) != 0) bads = 1e9;
      setLane(wrong, k, bads);
      if (bads == 0) {
        setLane(done, k, 1);
        setLane(count, k, <f64>iterations);
      }
    }
    if (bothDone()) return;
    since0 = lane(wrong, 0) < best0 ? 0 : since0 + 1;
    since1 = lane(wrong, 1) < best1 ? 0 : since1 + 1;
    best0 = min(best0, lane(wrong, 0));
    best1 = min(best1, lane(wrong, 1));
    const stuck0 = over(0) || since0 > PATIENCE;
    const stuck1 = over(1) || since1 > PATIENCE;
    if ((stuck0 && stuck1) || round + 1 == rounds) return;
    for (let k: usize = 0; k < 2; k++) {
      if (over(k)) continue;
      for (let i = 0; i < a.p; i++) {
        const held = lane(at(a.mask, i), k) != 0;
        const bad = held ? !(lane(at(a.Δλ, i), k) >= -SIGN) : !(lane(at(a.Δs, i), k) <= SIGN);
        if (bad) setLane(at(a.mask, i), k, held ? 0 : 1);
      }
    }
  }
}
