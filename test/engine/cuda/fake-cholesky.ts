import type { Cholesky } from '../../../src/engine/cuda/cusolver.js';
import type { FakeCuda } from './fake.js';

/** Cholesky on the card in JavaScript, by LAPACK's rules. */
export function fakeCholesky(cuda: FakeCuda): Cholesky {
  return {
    workspace: (n) => 3 * n,
    factor(n, a, work, size, info) {
      cuda.queue('potrf', () => {
        const S = cuda.floats(a, n * n);
        cuda.floats(work, size).fill(Number.NaN);
        const told = cuda.ints(info, 1);
        told[0] = 0;
        for (let j = 0; j < n; j++) {
          let d = S[j * n + j]!;
          for (let k = 0; k < j; k++) d -= S[j * n + k]! ** 2;
          if (!(d > 0)) {
            S[j * n + j] = d;
            told[0] = j + 1;
            return;
          }
          S[j * n + j] = Math.sqrt(d);
          for (let i = j + 1; i < n; i++) {
            let sum = S[i * n + j]!;
            for (let k = 0; k < j; k++) sum -= S[i * n + k]! * S[j * n + k]!;
            S[i * n + j] = sum / S[j * n + j]!;
          }
        }
      });
    },
    solve(n, a, b) {
      cuda.queue('potrs', () => {
        const [L, x] = [cuda.floats(a, n * n), cuda.floats(b, n)];
        for (let i = 0; i < n; i++) {
          for (let k = 0; k < i; k++) x[i]! -= L[i * n + k]! * x[k]!;
          x[i]! /= L[i * n + i]!;
        }
        for (let i = n - 1; i >= 0; i--) {
          for (let k = i + 1; k < n; k++) x[i]! -= L[k * n + i]! * x[k]!;
          x[i]! /= L[i * n + i]!;
        }
      });
    },
    diagonal(n, a, to) {
      cuda.queue('copy', () => {
        const [from, own] = [cuda.floats(a, n * n), cuda.floats(to, n)];
        for (let k = 0; k < n; k++) own[k] = from[k * (n + 1)]!;
      });
    },
    dispose() {},
  };
}
