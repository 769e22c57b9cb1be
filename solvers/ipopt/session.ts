import { EvaluationError } from '../../src/core/errors.js';
import type { Nlp } from '../../src/nlp/contract.js';
import { optimalityErrors } from '../../src/nlp/optimality.js';
import type { Multipliers, Result, Status } from '../../src/nlp/result.js';
import type { Iteration, Monitor } from '../../src/nlp/solver.js';

/** What Ipopt takes for "no bound". */
const NO_BOUND = 2e19;

type Evaluated = 'objective' | 'gradient' | 'constraints' | 'jacobian' | 'hessian';

/** What Ipopt left behind. */
export interface Outcome {
  readonly status: Status;
  readonly message: string;
  readonly x: Float64Array;
  readonly multipliers: Multipliers;
  readonly iterations: number;
}

/**
 * One solve as Ipopt sees it: evaluations that never throw into C or C++ frames (an exception there would unwind
 * through code that cannot clean up), counted, and refused once the solve shall stop.
 */
export class Session {
  readonly #counts = { objective: 0, gradient: 0, constraints: 0, jacobian: 0, hessian: 0, rejected: 0 };
  readonly #begin = performance.now();
  readonly #oracleBefore: number;
  #end: { status: Status; message: string } | undefined;

  constructor(
    readonly nlp: Nlp,
    readonly monitor: Monitor | undefined,
    readonly secondsAllowed: number,
  ) {
    this.#oracleBefore = nlp.oracleSeconds?.() ?? 0;
  }

  get seconds(): number {
    return (performance.now() - this.#begin) / 1000;
  }

  /** Evaluations so far that an accepted iterate needs: one a iterate. */
  get gradients(): number {
    return this.#counts.gradient;
  }

  /** True once evaluations are refused. */
  get stopping(): boolean {
    return this.#end !== undefined;
  }

  /** Polls the monitor and the clock between evaluations. */
  poll(): boolean {
    if (this.#end === undefined && this.monitor?.stopRequested?.())
      this.#end = { status: 'interrupted', message: 'stopped at the caller’s request' };
    if (this.#end === undefined && this.seconds > this.secondsAllowed)
      this.#end = { status: 'time-limit', message: `time limit of ${this.secondsAllowed} s reached` };
    return this.#end === undefined;
  }

  /** Hands a row of the progress table on; false when the solve shall stop. */
  iteration(row: Iteration): boolean {
    try {
      if (this.poll() && this.monitor?.iteration?.(row) === false)
        this.#end = { status: 'interrupted', message: 'stopped at the caller’s request' };
    } catch (error) {
      this.#fail(error);
    }
    return this.#end === undefined;
  }

  objective(x: Float64Array): number {
    let value = Number.NaN;
    this.#guard('objective', () => {
      value = this.nlp.objective(x);
    });
    if (!Number.isFinite(value)) this.#counts.rejected++;
    return value;
  }

  gradient(x: Float64Array, out: Float64Array): boolean {
    return this.#guard('gradient', () => this.nlp.gradient(x, out)) && this.#finite(out);
  }

  constraints(x: Float64Array, out: Float64Array): boolean {
    return this.#guard('constraints', () => this.nlp.constraintValues(x, out)) && this.#finite(out);
  }

  jacobian(x: Float64Array, out: Float64Array): boolean {
    return this.#guard('jacobian', () => this.nlp.jacobianValues(x, out)) && this.#finite(out);
  }

  hessian(x: Float64Array, σ: number, λ: Float64Array, out: Float64Array): boolean {
    return this.#guard('hessian', () => this.nlp.hessianValues(x, σ, λ, out)) && this.#finite(out);
  }

  /** Bounds as Ipopt wants them, infinities replaced. */
  bounds(values: Float64Array): Float64Array {
    return values.map((v) => Math.max(-NO_BOUND, Math.min(NO_BOUND, v)));
  }

  /** The result, its errors recomputed here and not taken from Ipopt. */
  result(outcome: Outcome, factorizations = 0): Result {
    const { nlp } = this;
    const constraints = new Float64Array(nlp.constraints.lower.length);
    const end = this.#end ?? outcome;
    let objective = Number.NaN;
    let errors = { primal: Number.NaN, dual: Number.NaN, complementarity: Number.NaN };
    try {
      objective = nlp.objective(outcome.x);
      nlp.constraintValues(outcome.x, constraints);
      errors = optimalityErrors(nlp, outcome.x, outcome.multipliers);
    } catch (error) {
      // Functions that failed during the solve cannot judge the point either; NaN says so.
      if (end.status !== 'evaluation-error' && !(error instanceof EvaluationError)) throw error;
      constraints.fill(Number.NaN);
    }
    const total = this.seconds;
    const oracle = (nlp.oracleSeconds?.() ?? 0) - this.#oracleBefore;
    return {
      status: end.status,
      message: end.message,
      x: outcome.x,
      objective,
      constraints,
      multipliers: outcome.multipliers,
      errors,
      iterations: outcome.iterations,
      evaluations: { ...this.#counts, factorizations },
      // Ipopt does not tell what its linear solver took; it counts as other.
      seconds: { total, oracle, linear: 0, other: total - oracle },
    };
  }

  #guard(kind: Evaluated, evaluate: () => void): boolean {
    if (!this.poll()) return false;
    this.#counts[kind]++;
    try {
      evaluate();
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof EvaluationError && !error.fatal) this.#counts.rejected++;
    else this.#end ??= { status: 'evaluation-error', message };
  }

  #finite(values: Float64Array): boolean {
    for (let k = 0; k < values.length; k++)
      if (!Number.isFinite(values[k]!)) {
        this.#counts.rejected++;
        return false;
      }
    return true;
  }
}
