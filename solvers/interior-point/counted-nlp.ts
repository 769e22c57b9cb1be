import { EvaluationError } from '../../src/core/errors.js';
import { isFixed, isFree, type Nlp, NO_BOUND, type Order } from '../../src/nlp/contract.js';
import { columnName, rowName } from '../../src/nlp/names.js';

/** Counts of calls, in the words of {@link Counts}. */
export interface Calls {
  objective: number;
  gradient: number;
  constraints: number;
  jacobian: number;
  hessian: number;
  rejected: number;
}

/** Position of the first entry that is NaN or infinite and concerns the solver, −1 when there is none. */
function firstBad(values: Float64Array, concerns: (k: number) => boolean): number {
  // 0·v is NaN exactly where v is not finite, so one sum without branches finds whether there is any.
  // Four sums, so that additions need not wait for each other.
  let [a, b, c, d] = [0, 0, 0, 0];
  const end = values.length & ~3;
  for (let k = 0; k < end; k += 4) {
    a += 0 * values[k]!;
    b += 0 * values[k + 1]!;
    c += 0 * values[k + 2]!;
    d += 0 * values[k + 3]!;
  }
  for (let k = end; k < values.length; k++) a += 0 * values[k]!;
  if (a + b + c + d === 0) return -1;
  return values.findIndex((value, k) => !Number.isFinite(value) && concerns(k));
}

/**
 * The user's problem with its calls counted. Every evaluation answers whether all its numbers are finite, but for those
 * of rows without bounds and derivatives by fixed variables, which nobody needs; where they are not, `trouble` says which
 * row and column. An oracle that is gone for good throws on.
 */
export class CountedNlp {
  readonly calls: Calls = { objective: 0, gradient: 0, constraints: 0, jacobian: 0, hessian: 0, rejected: 0 };
  /** What the latest failed evaluation met. */
  trouble = '';
  value = Number.NaN;

  private readonly secondsBefore: number;

  /** Whether row i, column j (−1: a whole block of columns) concern the solver. */
  private readonly row = (i: number): boolean => !isFree(this.nlp.constraints, i, this.infinity);
  private readonly column = (j: number): boolean => j < 0 || !isFixed(this.nlp.variables, j);

  /** Bounds of size `infinity` and more are none. */
  constructor(
    readonly nlp: Nlp,
    private readonly infinity = NO_BOUND,
  ) {
    this.secondsBefore = nlp.oracleSeconds?.() ?? 0;
  }

  /** Seconds inside gray boxes since the start. */
  get seconds(): number {
    return (this.nlp.oracleSeconds?.() ?? 0) - this.secondsBefore;
  }

  /** Tells the problem what is asked next; what goes wrong shows when it is. */
  ask(x: Float64Array, order: Order, σ: number, λ: Float64Array): void {
    try {
      this.nlp.ask(x, order, σ, λ);
    } catch (error) {
      if (!(error instanceof EvaluationError) || error.fatal) throw error;
    }
  }

  objective(x: Float64Array): boolean {
    this.calls.objective++;
    this.value = Number.NaN;
    const done = this.guard(() => {
      this.value = this.nlp.objective(x);
    });
    if (done && !Number.isFinite(this.value)) return this.refuse(`the objective is ${this.value}`);
    return done;
  }

  gradient(x: Float64Array, out: Float64Array): boolean {
    this.calls.gradient++;
    if (!this.guard(() => this.nlp.gradient(x, out))) return false;
    const bad = firstBad(out, this.column);
    if (bad < 0) return true;
    return this.refuse(`the objective's derivative by ${columnName(this.nlp, bad)} is ${out[bad]}`);
  }

  constraints(x: Float64Array, out: Float64Array): boolean {
    this.calls.constraints++;
    if (!this.guard(() => this.nlp.constraintValues(x, out))) return false;
    const bad = firstBad(out, this.row);
    return bad < 0 || this.refuse(`${rowName(this.nlp, bad)} is ${out[bad]}`);
  }

  jacobian(x: Float64Array, out: Float64Array): boolean {
    this.calls.jacobian++;
    if (!this.guard(() => this.nlp.jacobianValues(x, out))) return false;
    const place = (k: number) => this.nlp.jacobian.position(k);
    const bad = firstBad(out, (k) => this.row(place(k).row) && this.column(place(k).column));
    if (bad < 0) return true;
    const { row, column } = place(bad);
    const where = `${rowName(this.nlp, row)} by ${column < 0 ? 'the inputs of a network' : columnName(this.nlp, column)}`;
    return this.refuse(`the derivative of ${where} is ${out[bad]}`);
  }

  hessian(x: Float64Array, σ: number, λ: Float64Array, out: Float64Array): boolean {
    this.calls.hessian++;
    if (!this.guard(() => this.nlp.hessianValues(x, σ, λ, out))) return false;
    const place = (k: number) => this.nlp.hessian.position(k);
    const bad = firstBad(out, (k) => this.column(place(k).row) && this.column(place(k).column));
    if (bad < 0) return true;
    const { row, column } = place(bad);
    if (row < 0) return this.refuse(`the second derivative by the inputs of a network is ${out[bad]}`);
    const where = `${columnName(this.nlp, row)} and ${columnName(this.nlp, column)}`;
    return this.refuse(`the second derivative by ${where} is ${out[bad]}`);
  }

  /** Calls the user's code; a point it refuses counts like NaN. */
  private guard(call: () => void): boolean {
    try {
      call();
      return true;
    } catch (error) {
      if (!(error instanceof EvaluationError) || error.fatal) throw error;
      return this.refuse(error.where === '' ? error.message : `${error.where}: ${error.message}`);
    }
  }

  private refuse(trouble: string): false {
    this.trouble = trouble;
    this.calls.rejected++;
    return false;
  }
}
