import { EvaluationError, isOutOfMemory, Stopped } from '../../src/core/errors.js';
import type { Structure } from '../../src/core/structure/structure.js';
import type { Nlp } from '../../src/nlp/contract.js';
import { nameOf } from '../../src/nlp/names.js';
import type { Multipliers, Result, Seconds, Status } from '../../src/nlp/result.js';
import type { Iteration, Monitor } from '../../src/nlp/solver.js';
import { unknownValues } from '../../src/nlp/values.js';
import { conclude, type Outcome, type Point } from '../../src/nlp/verdict.js';
import { type Evaluated, Held } from './held.js';
import { judge } from './judge.js';
import { measureOf, numbersOf } from './measure.js';
import type { IpoptOptions } from './options.js';

/** What Ipopt takes for "no bound". */
const NO_BOUND = 2e19;

/** What Ipopt left behind. */
export interface Ending extends Outcome {
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
  /** When the call began, and its seconds before the solver did. */
  readonly #begin: number;
  readonly #build: number;
  readonly #oracleBefore: number;
  readonly #held: Held;
  /** First derivatives where Ipopt asked for them first: it scales by them. */
  readonly #first: { gradient?: Float64Array; jacobian?: Float64Array } = {};
  #end: Outcome | undefined;
  /** Where a function was undefined last, in words. */
  #undefined = '';

  constructor(
    readonly nlp: Nlp,
    readonly monitor: Monitor | undefined,
    readonly secondsAllowed: number,
    readonly options: Partial<IpoptOptions> = {},
  ) {
    const now = performance.now();
    this.#begin = monitor?.started ?? now;
    this.#build = (now - this.#begin) / 1000;
    this.#held = new Held(nlp);
    this.#oracleBefore = nlp.oracleSeconds?.() ?? 0;
  }

  get seconds(): number {
    return (performance.now() - this.#begin) / 1000;
  }

  /** Hessians asked for so far, one an iteration. */
  get hessians(): number {
    return this.#counts.hessian;
  }

  /** True once evaluations are refused. */
  get stopping(): boolean {
    return this.#end !== undefined;
  }

  /** The last accepted iterate; empty before the first. */
  get accepted(): Float64Array {
    return this.#held.x;
  }

  /** Asks the monitor and the clock; false when the solve shall stop. */
  poll(): boolean {
    if (this.#end !== undefined) return false;
    try {
      if (this.monitor?.stopRequested?.())
        this.#end = { status: 'interrupted', message: 'stopped at the caller’s request' };
      else if (this.seconds > this.secondsAllowed)
        this.#end = { status: 'time-limit', message: `time limit of ${this.secondsAllowed} s reached` };
    } catch (error) {
      this.#fail(error);
    }
    return !this.stopping;
  }

  /** Hands a row of the progress table on; false when the solve shall stop. */
  iteration(row: Iteration): boolean {
    this.#hold(row.iteration);
    try {
      if (this.poll() && this.monitor?.iteration?.(row) === false)
        this.#end = { status: 'interrupted', message: 'stopped at the caller’s request' };
    } catch (error) {
      this.#fail(error);
    }
    return !this.stopping;
  }

  /** A row of the progress table from the evaluations at the accepted iterate alone, before its Hessian is asked for. */
  row(): boolean {
    const nan = Number.NaN;
    return this.iteration({
      iteration: this.hessians,
      objective: this.#held.values().objective?.[0] ?? nan,
      primal: this.#primal(),
      dual: nan,
      barrier: nan,
      step: nan,
      regularization: nan,
      alphaDual: nan,
      alphaPrimal: nan,
      trials: nan,
      restoration: false,
      seconds: this.seconds,
    });
  }

  /** Largest violation of a row at the accepted iterate; NaN where it is not known. */
  #primal(): number {
    const { lower, upper } = this.nlp.constraints;
    const { constraints } = this.#held.values();
    if (constraints === undefined) return lower.length > 0 ? Number.NaN : 0;
    return constraints.reduce((most, g, i) => Math.max(most, lower[i]! - g, g - upper[i]!), 0);
  }

  /** Tells the monitor the accepted iterate; Ipopt's multipliers are not known before its end. */
  #hold(iterations: number): void {
    const { x } = this.#held;
    const { objective, constraints = new Float64Array(0) } = this.#held.values();
    const [n, m] = [this.nlp.variables.lower.length, this.nlp.constraints.lower.length];
    if (!this.monitor?.hold || x.length !== n || constraints.length !== m || !objective) return;
    const unknown = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN);
    this.monitor.hold({
      x,
      objective: objective[0]!,
      constraints,
      multipliers: { constraints: unknown(m), lower: unknown(n), upper: unknown(n) },
      errors: { primal: this.#primal(), dual: Number.NaN, complementarity: Number.NaN },
      iterations,
      evaluations: { ...this.#counts, factorizations: 0 },
      seconds: this.#seconds(),
    });
  }

  objective(x: Float64Array): number {
    const out = Float64Array.of(Number.NaN);
    this.#evaluate('objective', x, out, () => {
      out[0] = this.nlp.objective(x);
    });
    return out[0]!;
  }

  gradient(x: Float64Array, out: Float64Array): boolean {
    return this.#evaluate('gradient', x, out, () => this.nlp.gradient(x, out));
  }

  constraints(x: Float64Array, out: Float64Array): boolean {
    return this.#evaluate('constraints', x, out, () => this.nlp.constraintValues(x, out));
  }

  /** Values of the triplets of the Jacobian. */
  jacobian(x: Float64Array, out: Float64Array): boolean {
    return this.#asTriplets(this.nlp.jacobian, out, (values) =>
      this.#evaluate('jacobian', x, values, () => this.nlp.jacobianValues(x, values)),
    );
  }

  /** Values of the triplets of the Hessian. */
  hessian(x: Float64Array, σ: number, λ: Float64Array, out: Float64Array): boolean {
    return this.#asTriplets(this.nlp.hessian, out, (values) =>
      this.#evaluate('hessian', x, values, () => this.nlp.hessianValues(x, σ, λ, values)),
    );
  }

  #asTriplets(of: Structure, out: Float64Array, fill: (values: Float64Array) => boolean): boolean {
    const { direct, expand } = of.triplets();
    if (direct) return fill(out);
    const values = new Float64Array(of.length);
    const filled = fill(values);
    out.set(expand(values));
    return filled;
  }

  /** Bounds as Ipopt wants them, infinities replaced. */
  bounds(values: Float64Array): Float64Array {
    return values.map((v) => Math.max(-NO_BOUND, Math.min(NO_BOUND, v)));
  }

  /** The result, its errors recomputed here and not taken from Ipopt, and no claim that they do not bear out. */
  result(ending: Ending, factorizations = 0): Result {
    const said = this.#end ?? { status: ending.status, message: ending.message };
    const point = this.#judge(ending, said.status);
    const { status, message } = conclude(this.nlp, said, point, ...this.#measure(point));
    const detail = status === 'evaluation-error' && this.#end === undefined ? this.#undefined : '';
    return this.#told(
      { status, message: detail ? `${message}; ${detail}` : message },
      point,
      ending,
      factorizations,
    );
  }

  /** The result of a solve that was refused before it began. */
  refused(ending: Ending): Result {
    return this.#told(ending, this.#judge(ending, ending.status), ending, 0);
  }

  #told(
    { status, message }: Outcome,
    { values, multipliers, errors }: Point,
    { iterations }: Ending,
    factorizations: number,
  ): Result {
    return {
      status,
      message,
      x: values.x,
      objective: values.objective,
      constraints: values.constraints,
      multipliers,
      errors,
      iterations,
      evaluations: { ...this.#counts, factorizations },
      seconds: this.#seconds(),
    };
  }

  #seconds(): Seconds {
    const [total, build] = [this.seconds, this.#build];
    const oracle = (this.nlp.oracleSeconds?.() ?? 0) - this.#oracleBefore;
    // Ipopt does not tell what its linear solver took; it counts as other.
    return { total, build, oracle, linear: 0, other: total - build - oracle };
  }

  #measure(point: Point) {
    const numbers = numbersOf(this.options);
    const method = (this.options['nlp_scaling_method'] ?? 'gradient-based') as 'gradient-based';
    return [numbers, measureOf(this.nlp, numbers, method, this.#first, point)] as const;
  }

  #judge({ x, multipliers }: Ending, status: Status): Point {
    try {
      return judge(this.nlp, x, multipliers);
    } catch (error) {
      const expected = error instanceof EvaluationError || error instanceof Stopped;
      if (status !== 'evaluation-error' && !expected) throw error;
      const answered = this.#held.answers();
      if (answered) return judge(answered.nlp, answered.x.slice(), multipliers);
      const nan = Number.NaN;
      const errors = { primal: nan, dual: nan, complementarity: nan };
      return { values: unknownValues(this.nlp, x), multipliers, errors };
    }
  }

  #evaluate(kind: Evaluated | 'hessian', x: Float64Array, out: Float64Array, run: () => void): boolean {
    if (!this.poll()) return false;
    this.#counts[kind]++;
    try {
      run();
    } catch (error) {
      this.#fail(error);
      return false;
    }
    const bad = out.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      this.#counts.rejected++;
      this.#undefined = `${this.#place(kind, bad)} is ${out[bad]}`;
      return false;
    }
    if (kind === 'gradient' || kind === 'jacobian') this.#first[kind] ??= out.slice();
    if (kind !== 'hessian') this.#held.keep(kind, x, out);
    return true;
  }

  /** Entry `k` of a function's values in words. */
  #place(kind: Evaluated | 'hessian', k: number): string {
    const { variables, constraints, jacobian, hessian } = this.nlp;
    const column = (j: number) => nameOf('variable', variables, j);
    const row = (i: number) => nameOf('row', constraints, i);
    const derivative = (at: { row: number; column: number }) =>
      `the derivative of ${row(at.row)} by ${at.column < 0 ? 'the inputs of a network' : column(at.column)}`;
    const second = (at: { row: number; column: number }) =>
      `the second derivative by ${at.row < 0 ? 'the inputs of a network' : `${column(at.row)} and ${column(at.column)}`}`;
    switch (kind) {
      case 'objective':
        return 'the objective';
      case 'gradient':
        return `the objective's derivative by ${column(k)}`;
      case 'constraints':
        return row(k);
      case 'jacobian':
        return derivative(jacobian.position(k));
      case 'hessian':
        return second(hessian.position(k));
    }
  }

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof EvaluationError && !error.fatal) {
      this.#counts.rejected++;
      this.#undefined = message;
    } else if (error instanceof Stopped) this.#end ??= error.outcome;
    else if (isOutOfMemory(error)) this.#end ??= { status: 'out-of-memory', message };
    else this.#end ??= { status: 'evaluation-error', message };
  }
}
