import type { Budget } from '../core/budget.js';
import type { Ticker } from '../core/ticker.js';
import { levelsOf } from '../elements/levels.js';
import { type Segments, segments } from '../elements/segments.js';
import { Sums } from '../elements/sums.js';
import type { LinearByRow } from '../problem/by-row.js';
import type { Problem } from '../problem/problem.js';
import { Couplings, type MixedSegment } from './couplings.js';
import { Curvature } from './curvature.js';
import type { Most } from './most.js';

/** What the elements of a problem add to its functions and derivatives where auxiliary sums are among their arguments. */
export class Composed {
  /** All terms; those that are mixed have derivatives here only. */
  readonly elements: Segments;
  readonly couplings: Couplings;
  readonly curvature: Curvature;
  readonly #sums: Sums;
  /** σ, λ and the derivatives by the sums: factors of the second derivatives of each target. */
  readonly #factors: Float64Array;
  readonly #adjoint: Float64Array;

  constructor(problem: Problem, linear: LinearByRow, ticker: Ticker, budget: Budget, held?: Uint8Array) {
    const n = problem.variables.lower.length;
    const m = problem.rows.lower.length;
    const levels = levelsOf(problem, linear);
    this.elements = segments(problem.groups, n, m, levels, ticker, held);
    const { objective, rows, sums } = this.elements;
    this.#sums = new Sums(problem, linear, sums, levels, ticker, budget);
    const mixed = (own: Segments['rows'], first: number): MixedSegment[] =>
      own
        .filter((segment) => segment.mixed)
        .map((segment) => ({ segment, target: segment.row.map((row) => first + row) }));
    const ofRows = [...mixed(objective, 0), ...mixed(rows, 1)];
    const most: Most = (name, amount) => budget.check(name, amount, problem.name);
    this.couplings = new Couplings(n, m, linear, ofRows, this.#sums, ticker, most);
    this.curvature = new Curvature(n, [...ofRows, ...mixed(sums, 1 + m)], this.#sums, ticker, most);
    this.#factors = new Float64Array(1 + m + this.#sums.count);
    this.#adjoint = this.#factors.subarray(1 + m);
  }

  /** The variables and behind them the values of the sums; without sums `x` itself. */
  at(x: Float64Array): Float64Array {
    return this.#sums.count === 0 ? x : this.#sums.at(x);
  }

  addGradient(x: Float64Array, out: Float64Array): void {
    if (this.#differentiate(x)) this.couplings.addGradient(out);
  }

  addJacobian(x: Float64Array, out: Float64Array): void {
    if (this.#differentiate(x)) this.couplings.addJacobian(out);
  }

  /** Adds to the values of the Hessian; returns the derivatives of `σf + λᵀg` by the sums. */
  addHessian(x: Float64Array, σ: number, λ: Float64Array, out: Float64Array): Float64Array {
    if (!this.#differentiate(x)) return this.#adjoint;
    this.#factors[0] = σ;
    this.#factors.set(λ, 1);
    this.couplings.adjoint(σ, λ, this.#adjoint);
    this.curvature.addHessian(this.#sums.z, this.#factors, out);
    return this.#adjoint;
  }

  /** Brings sums and first derivatives to `x`; false where there are no sums. */
  #differentiate(x: Float64Array): boolean {
    if (this.#sums.count === 0) return false;
    if (!this.#sums.differentiate(x)) this.couplings.evaluate(this.#sums.z);
    return true;
  }
}
