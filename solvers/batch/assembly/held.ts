// The factor of S on the rows that are held, which differ between the two problems: each lane has its own rows, one after the
// other, and the identity after its last.

import * as a from './state';
import { addProduct, backwardSolve, cholesky, forwardSolve } from './matrix';

/** Pivots of rows held together, with unit diagonal, that make them dependent. */
const DEPENDENT: f64 = 1e-10;

/** Leaves out the rows of a problem that holds more than there can be independent ones, and says so. */
function limit(bad: usize): void {
  for (let lane: usize = 0; lane < 2; lane++)
    if (load<i32>(a.held + (lane << 2)) > a.order) {
      store<i32>(a.held + (lane << 2), 0);
      store<f64>(bad + (lane << 3), 1);
    }
}

/** F ← X̂X̂ᵀ of the rows held, lower triangle, the identity after the last. */
function multiplyHeld(U: i32): void {
  memory.fill(a.room, 0, <usize>U * a.ldN);
  for (let lane: usize = 0; lane < 2; lane++) {
    const count = load<i32>(a.held + (lane << 2));
    for (let k = 0; k < count; k++) {
      let from = a.S + rowAt(k, lane) * a.ldN + (lane << 3);
      let to = a.room + <usize>k * a.ldN + (lane << 3);
      for (const end = from + a.ldN; from < end; from += 16) {
        store<f64>(to, load<f64>(from));
        to += 16;
      }
    }
  }
  for (let i = 0; i < U; i++) {
    const row = a.F + <usize>i * a.ldF;
    memory.fill(row, 0, <usize>U << 4);
    for (let lane: usize = 0; lane < 2; lane++)
      if (i >= load<i32>(a.held + (lane << 2))) store<f64>(row + (<usize>i << 4) + (lane << 3), 1);
  }
  addProduct(a.F, a.ldF, a.room, a.ldN, a.room, a.ldN, U, U, a.N, true, false);
}

/** Rows held in the larger of the two problems, padded. */
function order(): i32 {
  return (max(load<i32>(a.held), load<i32>(a.held, 4)) + 3) & ~3;
}

function rowAt(k: i32, lane: usize): usize {
  return <usize>load<i32>(a.index + (<usize>k << 3) + (lane << 2));
}

/** Factors S on the rows in `mask`; the pair at `bad` becomes 1 where they are dependent. */
export function factorHeld(bad: usize): void {
  for (let lane: usize = 0; lane < 2; lane++) {
    let count = 0;
    for (let i = 0; i < a.p; i++)
      if (load<f64>(a.mask + (<usize>i << 4) + (lane << 3)) != 0) {
        store<i32>(a.index + (<usize>count << 3) + (lane << 2), i);
        count++;
      }
    store<i32>(a.held + (lane << 2), count);
  }
  if (a.condensed) {
    limit(bad);
    const U = order();
    multiplyHeld(U);
    cholesky(a.F, a.ldF, U, U, a.ones, DEPENDENT, bad);
    return;
  }
  const U = order();
  for (let lane: usize = 0; lane < 2; lane++) {
    const count = load<i32>(a.held + (lane << 2));
    const S = a.S + (lane << 3);
    for (let i = 0; i < U; i++) {
      let to = a.F + <usize>i * a.ldF + (lane << 3);
      if (i < count) {
        const row = S + rowAt(i, lane) * a.ldP;
        let from = a.index + (lane << 2);
        for (let j = 0; j <= i; j++) {
          store<f64>(to, load<f64>(row + (<usize>load<i32>(from) << 4)));
          from += 8;
          to += 16;
        }
      } else {
        for (let j = 0; j < i; j++) {
          store<f64>(to, 0);
          to += 16;
        }
        store<f64>(to, 1);
      }
    }
  }
  cholesky(a.F, a.ldF, U, U, a.ones, DEPENDENT, bad);
}

/** x ← S_held⁻¹ x on the rows held, 0 on the others. */
export function solveHeld(x: usize): void {
  const U = order();
  for (let lane: usize = 0; lane < 2; lane++) {
    const count = load<i32>(a.held + (lane << 2));
    for (let k = 0; k < U; k++)
      store<f64>(
        a.t + (<usize>k << 4) + (lane << 3),
        k < count ? load<f64>(x + (rowAt(k, lane) << 4) + (lane << 3)) : 0,
      );
  }
  forwardSolve(a.F, a.ldF, U, a.t);
  backwardSolve(a.F, a.ldF, U, a.t);
  memory.fill(x, 0, <usize>a.P << 4);
  for (let lane: usize = 0; lane < 2; lane++) {
    const count = load<i32>(a.held + (lane << 2));
    for (let k = 0; k < count; k++)
      store<f64>(x + (rowAt(k, lane) << 4) + (lane << 3), load<f64>(a.t + (<usize>k << 4) + (lane << 3)));
  }
}
