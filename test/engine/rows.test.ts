import { describe, expect, it } from 'vitest';
import { WasmRows } from '../../src/engine/wasm/rows.js';
import { plainRows } from '../../src/network/bounds/rows.js';

function stream(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('the most that a row gains within a box and an ℓ1 ball', () => {
  const kernels = new WasmRows('test');
  it.each([1, 2, 7, 64, 401])('is the same by kernels and in plain, %i inputs', (n) => {
    const next = stream(n);
    const rows = 12;
    kernels.reserve(rows * n, n, rows);
    for (const radius of [0, 0.01, 0.3, 2, 1e6, Number.POSITIVE_INFINITY]) {
      // Slopes that are equal, 0 and of both signs; rooms that are 0.
      const a = Float64Array.from(
        { length: rows * n },
        () => Math.round(8 * (next() - 0.5)) * (next() < 0.5 ? 1 : next()),
      );
      const table = new Float64Array(4 * n);
      for (let i = 0; i < n; i++) {
        table[i] = Math.min(next() < 0.2 ? 0 : next(), radius);
        table[n + i] = -Math.min(next() < 0.2 ? 0 : next(), radius);
        table[2 * n + i] = table[i]! > 0 ? 1 : 0;
        table[3 * n + i] = table[n + i]! < 0 ? -1 : 0;
      }
      const wanted = plainRows.most(a, rows, table, radius);
      const found = kernels.most(a, rows, table, radius);
      for (let q = 0; q < rows; q++) {
        expect(Math.abs(found[q]! - wanted[q]!)).toBeLessThanOrEqual(1e-12 * (1 + wanted[q]!));
        // Any price p bounds it: p·radius + Σ max(gain − p, 0)·room (weak duality), and the best price reaches it.
        const row = a.subarray(q * n, (q + 1) * n);
        const at = (price: number): number =>
          row.reduce(
            (sum, own, i) => {
              const room = own > 0 ? table[i]! : -table[n + i]!;
              return sum + Math.max(Math.abs(own) - price, 0) * room;
            },
            price > 0 ? price * radius : 0,
          );
        const best = Math.min(at(0), ...Array.from(row, (own) => at(Math.abs(own))));
        expect(Math.abs(best - wanted[q]!)).toBeLessThanOrEqual(1e-12 * (1 + best));
      }
    }
  });
});
