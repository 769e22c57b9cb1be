import type { SolutionMap } from '../kkt/solution-map.js';
import type { BatchSolution, Directions, Gradients, InputName, QpBatch, QpPoint } from './contract.js';
import { ElementSystem, forwardSide, type Triple } from './derivative-element.js';
import { elementOf, type Qp } from './element.js';
import { gradientsOf } from './gradients.js';
import { keptFor, release } from './keep.js';
import { addTimes, addTransposedTimes } from './matrix.js';
import { isSolved } from './solve-here.js';
import { releaseParts, solvePartsKept } from './solve-in-parts.js';
import { solveKept } from './solve-kept.js';

/** A cotangent of (z, ν, λ) turned into the solution of K u = it, with the cotangent of s that goes to the data directly. */
export interface Adjoint extends Triple {
  readonly s?: Float64Array | undefined;
}

/** Residual of K u = g, relative to g, of a good solution. */
const ACCURATE = 1e-12;

/** Numbers of element e. */
export const piece = (values: Float64Array, one: number, e: number): Float64Array =>
  values.subarray(e * one, (e + 1) * one);

/**
 * The solutions of a batch as functions of its six inputs:
 *
 *     R = (Qz + q + Aᵀν + Gᵀλ,  Az − b,  G_W z − h_W),   K = ∂R/∂(z, ν, λ_W) = [Q Aᵀ G_Wᵀ; A 0 0; G_W 0 0]
 *
 * on the rows W held. Elements without a solution take no part: theirs are zeros.
 */
export class QpSolutionMap implements SolutionMap<Adjoint, Directions, Gradients> {
  readonly #data: QpBatch;
  readonly #solution: BatchSolution;
  /** Codes of active rows up to which they are held, see {@link BatchSolution}. */
  readonly #code: 1 | 2;
  readonly #systems: (ElementSystem | undefined)[];

  constructor(data: QpBatch, solution: BatchSolution, weak: boolean) {
    this.#data = data;
    this.#solution = solution;
    this.#code = weak ? 2 : 1;
    this.#systems = new Array(data.batch);
  }

  #isHeld(at: number): boolean {
    const code = this.#solution.active[at]!;
    return code > 0 && code <= this.#code;
  }

  #system(e: number): ElementSystem {
    const kept = this.#systems[e];
    if (kept) return kept;
    const { p } = this.#data;
    const held = Int32Array.from({ length: p }, (_, i) => i).filter((i) => this.#isHeld(e * p + i));
    const system = new ElementSystem(elementOf(this.#data, e), held);
    this.#systems[e] = system;
    return system;
  }

  #point(e: number): QpPoint {
    const { n, m, p, z, nu, lam, s } = this.#solution;
    return { z: piece(z, n, e), nu: piece(nu, m, e), lam: piece(lam, p, e), s: piece(s, p, e) };
  }

  #zeros(): Triple {
    const { batch, n, m, p } = this.#data;
    return {
      z: new Float64Array(batch * n),
      nu: new Float64Array(batch * m),
      lam: new Float64Array(batch * p),
    };
  }

  residual(): Triple {
    const { batch, n, m, p } = this.#data;
    const out = this.#zeros();
    for (let e = 0; e < batch; e++) {
      if (!isSolved(this.#solution.statuses[e]!)) continue;
      const { Q, q, A, b, G, h } = elementOf(this.#data, e);
      const { z, nu, lam } = this.#point(e);
      const [rz, rA, rG] = [piece(out.z, n, e), piece(out.nu, m, e), piece(out.lam, p, e)];
      rz.set(q);
      addTimes(Q, z, 1, rz);
      addTransposedTimes(A, nu, 1, rz);
      addTransposedTimes(G, lam, 1, rz);
      addTimes(A, z, 1, rA);
      addTimes(G, z, 1, rG);
      for (let i = 0; i < m; i++) rA[i] = rA[i]! - b[i]!;
      for (let i = 0; i < p; i++) rG[i] = this.#isHeld(e * p + i) ? rG[i]! - h[i]! : 0;
    }
    return out;
  }

  /** K is symmetric: `transposed` makes no difference. One number per element. */
  solve(g: Triple): Float64Array {
    const { batch, n, m, p } = this.#data;
    const { statuses } = this.#solution;
    const errors = new Float64Array(batch);
    const kept = keptFor(this.#solution);
    const of = (x: Triple, e: number): Triple => ({
      z: piece(x.z, n, e),
      nu: piece(x.nu, m, e),
      lam: piece(x.lam, p, e),
    });
    const given = { z: g.z.slice(), nu: g.nu.slice(), lam: g.lam.slice() };
    const found =
      kept &&
      (solvePartsKept(this.#data, this.#solution, g) ?? solveKept(this.#data, this.#solution, kept, g));
    for (let e = 0; e < batch; e++) {
      if (kept?.solved[e] === 1) {
        errors[e] = found![e]!;
        // Where it is small beside what adds up in badly scaled rows the kernels, which measure it by g alone, do not see that.
        if (errors[e]! <= ACCURATE) continue;
      }
      const own = of(g, e);
      if (!isSolved(statuses[e]!)) {
        for (const values of Object.values(own)) values.fill(0);
        continue;
      }
      const { u, error } = this.#system(e).solve(of(given, e));
      errors[e] = error;
      own.z.set(u.z);
      own.nu.set(u.nu);
      own.lam.set(u.lam);
    }
    return errors;
  }

  /** `instead`: what the gradients of elements without a solution are; `into`: where they are written. */
  pullback({ s, ...u }: Adjoint, instead = 0, into?: Gradients): Gradients {
    const without = (e: number) => (isSolved(this.#solution.statuses[e]!) ? undefined : instead);
    return gradientsOf(this.#data, this.#solution, u, s, without, into);
  }

  pushforward(directions: Directions): Triple {
    const { batch, n, m, p } = this.#data;
    const out = this.#zeros();
    for (let e = 0; e < batch; e++) {
      const side = forwardSide(directionOf(this.#data, directions, e), this.#point(e));
      out.z.set(side.z, e * n);
      out.nu.set(side.nu, e * m);
      out.lam.set(side.lam, e * p);
    }
    return out;
  }

  dispose(): void {
    this.#systems.fill(undefined);
    release(this.#solution);
    releaseParts(this.#solution);
  }
}

/** The directions of element e, zeros where none are given, that of Q symmetric. */
function directionOf(data: QpBatch, directions: Directions, e: number): Qp {
  const block = (name: InputName) => ({
    values: directions[name] ?? new Float64Array(data[name].values.length),
    shared: data[name].shared,
  });
  const { batch, n, m, p } = data;
  return elementOf(
    {
      batch,
      n,
      m,
      p,
      Q: block('Q'),
      q: block('q'),
      A: block('A'),
      b: block('b'),
      G: block('G'),
      h: block('h'),
    },
    e,
  );
}
