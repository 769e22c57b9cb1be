import type { LinearSolver, OpenLinearSolver } from '../../solvers/linear/contract.js';

/** Growth bound of Bunch–Kaufman partial pivoting. */
const GROWTH = (1 + Math.sqrt(17)) / 8;
/** A pivot below this size, after equilibration, counts as zero. */
const TINY = 1e-15;

/**
 * Dense LDLᵀ with Bunch–Kaufman pivots after symmetric equilibration: slow and plain, independent of the product's
 * linear solver.
 */
export const openDenseReference: OpenLinearSolver = (matrix): LinearSolver => {
  const { rows: order } = matrix;
  const { row, column, expand } = matrix.triplets();
  const L = Array.from({ length: order }, () => new Float64Array(order));
  const scale = new Float64Array(order);
  let permutation: number[] = [];
  /** Indices of pivots of size 2 start where `double` is true. */
  const double: boolean[] = [];
  let factorizations = 0;
  let solves = 0;
  let seconds = 0;

  const get = (i: number, j: number): number => (i >= j ? L[i]![j]! : L[j]![i]!);
  const set = (i: number, j: number, value: number): void => {
    if (i >= j) L[i]![j] = value;
    else L[j]![i] = value;
  };

  function exchange(k: number, p: number): void {
    if (k === p) return;
    for (let j = 0; j < order; j++) {
      if (j === k || j === p) continue;
      const held = get(k, j);
      set(k, j, get(p, j));
      set(p, j, held);
    }
    const held = get(k, k);
    set(k, k, get(p, p));
    set(p, p, held);
    [permutation[k], permutation[p]] = [permutation[p]!, permutation[k]!];
  }

  /** Brings the next pivot to position k and tells whether it is 2×2. */
  function choosePivot(k: number): boolean {
    let [r, λ, σ] = [k, 0, 0];
    for (let i = k + 1; i < order; i++) if (Math.abs(get(i, k)) > λ) [r, λ] = [i, Math.abs(get(i, k))];
    const d = Math.abs(get(k, k));
    if (d >= GROWTH * λ) return false;
    for (let i = k; i < order; i++) if (i !== r) σ = Math.max(σ, Math.abs(get(i, r)));
    if (d * σ >= GROWTH * λ * λ) return false;
    if (Math.abs(get(r, r)) >= GROWTH * σ) {
      exchange(k, r);
      return false;
    }
    exchange(k + 1, r);
    return true;
  }

  function equilibrate(): void {
    scale.fill(1);
    for (let sweep = 0; sweep < 4; sweep++) {
      const largest = new Float64Array(order);
      for (let i = 0; i < order; i++) {
        for (let j = 0; j <= i; j++) {
          const size = Math.abs(get(i, j) * scale[i]! * scale[j]!);
          largest[i] = Math.max(largest[i]!, size);
          largest[j] = Math.max(largest[j]!, size);
        }
      }
      for (let i = 0; i < order; i++) if (largest[i]! > 0) scale[i] = scale[i]! / Math.sqrt(largest[i]!);
    }
    for (let i = 0; i < order; i++) for (let j = 0; j <= i; j++) set(i, j, get(i, j) * scale[i]! * scale[j]!);
  }

  function solveOne(b: Float64Array): void {
    solves++;
    const x = permutation.map((i) => b[i]! * scale[i]!);
    const pivots: number[] = [];
    for (let k = 0; k < order; k += double[k] ? 2 : 1) pivots.push(k);
    for (const k of pivots) {
      for (let i = k + (double[k] ? 2 : 1); i < order; i++) {
        x[i] = x[i]! - get(i, k) * x[k]! - (double[k] ? get(i, k + 1) * x[k + 1]! : 0);
      }
    }
    for (const k of pivots) {
      if (!double[k]) {
        x[k] = x[k]! / get(k, k);
        continue;
      }
      const [a, h, c] = [get(k, k), get(k + 1, k), get(k + 1, k + 1)];
      const determinant = a * c - h * h;
      const [u, v] = [x[k]!, x[k + 1]!];
      x[k] = (c * u - h * v) / determinant;
      x[k + 1] = (a * v - h * u) / determinant;
    }
    for (const k of pivots.reverse()) {
      for (let i = k + (double[k] ? 2 : 1); i < order; i++) {
        x[k] = x[k]! - get(i, k) * x[i]!;
        if (double[k]) x[k + 1] = x[k + 1]! - get(i, k + 1) * x[i]!;
      }
    }
    permutation.forEach((i, k) => {
      b[i] = x[k]! * scale[i]!;
    });
  }

  return {
    name: 'dense reference',
    order,
    factor(given) {
      const values = expand(given);
      const started = performance.now();
      factorizations++;
      for (const line of L) line.fill(0);
      values.forEach((value, k) => {
        if (!Number.isFinite(value)) throw new Error(`entry ${k} is ${value}`);
        set(row[k]!, column[k]!, get(row[k]!, column[k]!) + value);
      });
      equilibrate();
      permutation = Array.from({ length: order }, (_, i) => i);
      let [positive, negative, zero] = [0, 0, 0];
      for (let k = 0; k < order; ) {
        const two = choosePivot(k);
        double[k] = two;
        if (!two) {
          const d = get(k, k);
          if (Math.abs(d) < TINY) zero++;
          else if (d > 0) positive++;
          else negative++;
          for (let i = k + 1; i < order && Math.abs(d) >= TINY; i++) {
            const l = get(i, k) / d;
            for (let j = k + 1; j <= i; j++) set(i, j, get(i, j) - l * get(j, k));
          }
          for (let i = k + 1; i < order && Math.abs(d) >= TINY; i++) set(i, k, get(i, k) / d);
          k++;
          continue;
        }
        positive++;
        negative++;
        const [a, b, c] = [get(k, k), get(k + 1, k), get(k + 1, k + 1)];
        const determinant = a * c - b * b;
        const multipliers: [number, number][] = [];
        for (let i = k + 2; i < order; i++) {
          const [u, v] = [get(i, k), get(i, k + 1)];
          multipliers[i] = [(c * u - b * v) / determinant, (a * v - b * u) / determinant];
        }
        for (let i = k + 2; i < order; i++) {
          const [first, second] = multipliers[i]!;
          for (let j = k + 2; j <= i; j++) set(i, j, get(i, j) - first * get(j, k) - second * get(j, k + 1));
        }
        for (let i = k + 2; i < order; i++) {
          set(i, k, multipliers[i]![0]);
          set(i, k + 1, multipliers[i]![1]);
        }
        k += 2;
      }
      seconds += (performance.now() - started) / 1000;
      return { positive, negative, zero };
    },
    solve(right, count = 1) {
      for (let k = 0; k < count; k++) solveOne(right.subarray(k * order, (k + 1) * order));
      // Not measured: the driver looks at the residual itself.
      return Number.POSITIVE_INFINITY;
    },
    increaseQuality: () => false,
    get statistics() {
      return {
        factorizations,
        solves,
        seconds: { analysis: 0, factor: seconds, solve: 0 },
        factorNonzeros: (order * (order + 1)) / 2,
        flops: order ** 3 / 3,
        bytes: 8 * order * order,
        kernels: [],
      };
    },
    dispose() {},
  };
};
