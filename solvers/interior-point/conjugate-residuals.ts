import { maxNorm, type PartWeights, type PrimalDual } from './iterate.js';

/** A linear system in primal-dual vectors, and one near it that is solved directly. */
export interface NearbySystem {
  /** `out = P⁻¹ r`, P the system that is factored. */
  solve(r: PrimalDual, out: PrimalDual): void;
  /** `r ← r − K v`. */
  subtractProduct(v: PrimalDual, r: PrimalDual): void;
}

/**
 * Generalized conjugate residuals (Eisenstat, Elman & Schultz 1983): solves `K out = rhs` with P as a preconditioner, in
 * about one step more than P − K has directions. Leaves `rhs − K out` in `residual`; stops when `done` says so of it.
 * False where `steps` were not enough.
 */
export function conjugateResiduals(
  { solve, subtractProduct }: NearbySystem,
  rhs: PrimalDual,
  out: PrimalDual,
  residual: PrimalDual,
  steps: number,
  done: () => boolean,
): boolean {
  /** Directions and minus their images. */
  const known: { readonly p: PrimalDual; readonly q: PrimalDual; readonly qq: number }[] = [];
  let weights: PartWeights | undefined;
  out.fill(0);
  residual.copy(rhs);
  for (let k = 0; k < steps; k++) {
    const p = out.like();
    const q = out.like();
    solve(residual, p);
    subtractProduct(p, q);
    weights ??= weightsOf(rhs, p);
    for (const before of known) {
      const β = -q.dot(before.q, weights) / before.qq;
      p.add(before.p, β);
      q.add(before.q, β);
    }
    const qq = q.dot(q, weights);
    const α = -residual.dot(q, weights) / qq;
    if (!Number.isFinite(α)) return false;
    out.add(p, α);
    known.push({ p, q, qq });
    residual.copy(rhs);
    subtractProduct(out, residual);
    if (done()) return true;
  }
  return false;
}

/** Squares of the inverse sizes of what meets in each part of the system, so that rounding in one does not drown another. */
function weightsOf(rhs: PrimalDual, solution: PrimalDual): PartWeights {
  const inverse = (...sizes: number[]): number => 1 / Math.max(2 ** -500, ...sizes) ** 2;
  return {
    w: inverse(maxNorm(rhs.w), maxNorm(solution.λ), maxNorm(solution.zL), maxNorm(solution.zU)),
    λ: inverse(maxNorm(rhs.λ), maxNorm(solution.w)),
    z: inverse(maxNorm(rhs.zL), maxNorm(rhs.zU)),
  };
}
