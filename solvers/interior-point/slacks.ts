import { type Restricted, restrict } from '../../src/core/structure/restrict.js';
import type { Structure } from '../../src/core/structure/structure.js';
import type { Nlp, Order } from '../../src/nlp/contract.js';
import type { CountedNlp } from './counted-nlp.js';
import type { InteriorPointOptions } from './options.js';
import type { Scaling } from './scaling.js';
import { finiteEntries, type StandardForm, type Unscale } from './standard-form.js';

/** Which variables and rows of the user's problem the algorithm sees. */
export interface Selection {
  /** 1 for a variable with equal bounds. */
  readonly fixed: Uint8Array;
  /** User's index of core variable j. */
  readonly free: Int32Array;
  /** User's index of row i; rows without any bound are left out. */
  readonly rows: Int32Array;
}

/** Bounds of size `infinity` and more are none. */
export function select(nlp: Nlp, infinity: number): Selection {
  const { variables, constraints } = nlp;
  const fixed = new Uint8Array(variables.lower.length);
  for (let j = 0; j < fixed.length; j++) fixed[j] = variables.lower[j] === variables.upper[j] ? 1 : 0;
  const free: number[] = [];
  fixed.forEach((is, j) => {
    if (!is) free.push(j);
  });
  const rows: number[] = [];
  constraints.lower.forEach((lower, i) => {
    if (lower > -infinity || constraints.upper[i]! < infinity) rows.push(i);
  });
  return { fixed, free: Int32Array.from(free), rows: Int32Array.from(rows) };
}

function inverse(list: Int32Array, size: number): Int32Array {
  const map = new Int32Array(size).fill(-1);
  list.forEach((original, position) => {
    map[original] = position;
  });
  return map;
}

function numbers(length: number, of: (k: number) => number): Float64Array {
  const values = new Float64Array(length);
  for (let k = 0; k < length; k++) values[k] = of(k);
  return values;
}

/**
 * The user's problem in standard form, scaled: fixed variables become parameters, inequality rows get a slack
 * (`dᵢ(x) − sᵢ = 0`), bounds are widened by `bound_relax_factor`.
 */
export class SlackForm implements StandardForm {
  readonly n: number;
  readonly core: number;
  readonly m: number;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** The bounds without widening. */
  readonly statedLower: Float64Array;
  readonly statedUpper: Float64Array;
  readonly withLower: Int32Array;
  readonly withUpper: Int32Array;
  readonly jacobian: Structure;
  readonly hessian: Structure;
  readonly partition?: Int32Array;
  readonly attachedRow: Int32Array;
  readonly attachedSign: Float64Array;
  readonly barrierDependent = false;
  readonly learnsObjective = true;
  readonly unscale: Unscale;
  readonly accuracy: number;

  /** The user's x: entries of fixed variables stay. */
  private readonly x: Float64Array;
  /** The user's λ, g, ∇f: full length. */
  private readonly λ: Float64Array;
  private readonly g: Float64Array;
  private readonly ofAllColumns: Float64Array;
  /** Scaled right-hand side of the equality rows; 0 for the others. */
  private readonly target: Float64Array;
  private readonly rowFactor: Float64Array;
  /** Variable that is the slack of row i; −1 for an equality. */
  private readonly slackOf: Int32Array;
  private readonly rowsScaled: boolean;
  private readonly columnFactor: Float64Array | null;
  private readonly ownJacobian: Restricted;
  private readonly ownHessian: Restricted;
  private readonly jacobianBuffer: Float64Array;
  private readonly hessianBuffer: Float64Array;

  constructor(
    readonly oracle: CountedNlp,
    readonly selection: Selection,
    private readonly scaling: Scaling,
    options: InteriorPointOptions,
  ) {
    const { nlp } = oracle;
    const { free, rows, fixed } = selection;
    this.core = free.length;
    this.m = rows.length;
    this.accuracy = nlp.accuracy ?? 2 ** -52;
    this.x = nlp.variables.lower.map((lower, j) => (fixed[j] ? lower : 0));
    this.λ = new Float64Array(nlp.constraints.lower.length);
    this.g = new Float64Array(nlp.constraints.lower.length);
    this.ofAllColumns = new Float64Array(fixed.length);

    const rowFactor = numbers(this.m, (k) => scaling.row[rows[k]!]!);
    const { column } = scaling;
    const columnFactor = column && numbers(this.core, (k) => column[free[k]!]!);
    this.rowFactor = rowFactor;
    this.rowsScaled = rowFactor.some((value) => value !== 1);
    this.columnFactor = columnFactor;

    const kept = {
      row: inverse(rows, this.g.length),
      rows: this.m,
      rowFactor: this.rowsScaled ? rowFactor : null,
      column: inverse(free, fixed.length),
      columns: this.core,
      columnFactor: columnFactor?.map((value) => 1 / value) ?? null,
    };
    this.ownJacobian = restrict(nlp.jacobian, kept);
    this.ownHessian = restrict(nlp.hessian, { ...kept, row: kept.column, rows: this.core });
    this.jacobian = this.ownJacobian.structure;
    this.hessian = this.ownHessian.structure;
    if (nlp.partition) this.partition = free.map((j) => nlp.partition![j]!);
    this.jacobianBuffer = new Float64Array(this.ownJacobian.same ? 0 : nlp.jacobian.length);
    this.hessianBuffer = new Float64Array(this.ownHessian.same ? 0 : nlp.hessian.length);

    const { lower: gL, upper: gU } = nlp.constraints;
    this.target = rowFactor.map((factor, k) => (gL[rows[k]!] === gU[rows[k]!] ? factor * gL[rows[k]!]! : 0));
    this.attachedRow = rows.map((_, k) => k).filter((k) => gL[rows[k]!] !== gU[rows[k]!]);
    this.attachedSign = new Float64Array(this.attachedRow.length).fill(-1);
    this.n = this.core + this.attachedRow.length;
    this.slackOf = new Int32Array(this.m).fill(-1);
    this.attachedRow.forEach((i, k) => {
      this.slackOf[i] = this.core + k;
    });

    const slackFactor = numbers(this.n - this.core, (k) => rowFactor[this.attachedRow[k]!]!);
    const factorOf = (k: number): number =>
      k < this.core ? (columnFactor ? columnFactor[k]! : 1) : slackFactor[k - this.core]!;
    const bound = (ofColumns: Float64Array, ofRows: Float64Array, side: 1 | -1): Float64Array =>
      numbers(this.n, (k) => {
        const user = k < this.core ? ofColumns[free[k]!]! : ofRows[rows[this.attachedRow[k - this.core]!]!]!;
        return Math.abs(user) >= options.nlp_infinity ? side * Number.POSITIVE_INFINITY : user * factorOf(k);
      });
    const widened = (stated: Float64Array, side: 1 | -1): Float64Array =>
      stated.map((value, k) => {
        if (!Number.isFinite(value)) return value;
        // In the user's units: a row scaled down must not be widened by more than it says.
        const factor = factorOf(k);
        const relative = options.bound_relax_factor * Math.max(1, Math.abs(value) / factor);
        return value + side * factor * Math.min(relative, 0.5 * options.constr_viol_tol);
      });
    this.statedLower = bound(nlp.variables.lower, gL, -1);
    this.statedUpper = bound(nlp.variables.upper, gU, 1);
    this.lower = widened(this.statedLower, -1);
    this.upper = widened(this.statedUpper, 1);
    this.withLower = finiteEntries(this.lower);
    this.withUpper = finiteEntries(this.upper);

    this.unscale = {
      objective: scaling.objective,
      column: columnFactor || this.rowsScaled ? numbers(this.n, factorOf) : null,
      row: this.rowsScaled ? rowFactor : null,
    };
  }

  /** The user's x at `w`; valid until the next call of any method. */
  userPoint(w: Float64Array): Float64Array {
    const { free } = this.selection;
    const { x, columnFactor } = this;
    for (let k = 0; k < free.length; k++) x[free[k]!] = columnFactor ? w[k]! / columnFactor[k]! : w[k]!;
    return x;
  }

  /** The user's multipliers of all rows, for objective factor `scaling.objective`. */
  private userMultipliers(λ: Float64Array): Float64Array {
    const { rows } = this.selection;
    for (let k = 0; k < rows.length; k++) this.λ[rows[k]!] = λ[k]! * this.rowFactor[k]!;
    return this.λ;
  }

  objective(w: Float64Array): number {
    return this.oracle.objective(this.userPoint(w)) ? this.scaling.objective * this.oracle.value : Number.NaN;
  }

  gradient(w: Float64Array, _μ: number, out: Float64Array): boolean {
    const finite = this.oracle.gradient(this.userPoint(w), this.ofAllColumns);
    const { free } = this.selection;
    const factor = this.scaling.objective;
    for (let k = 0; k < free.length; k++) {
      const value = factor * this.ofAllColumns[free[k]!]!;
      out[k] = this.columnFactor ? value / this.columnFactor[k]! : value;
    }
    out.fill(0, this.core);
    return finite;
  }

  constraints(w: Float64Array, out: Float64Array): boolean {
    if (this.m === 0) return true;
    const finite = this.oracle.constraints(this.userPoint(w), this.g);
    this.scaleRows(this.g, out);
    for (let k = 0; k < this.attachedRow.length; k++) {
      const i = this.attachedRow[k]!;
      out[i] = out[i]! - w[this.core + k]!;
    }
    return finite;
  }

  /** `out = ĝ − target` of the rows kept, without slacks, from the user's `g`. */
  private scaleRows(g: Float64Array, out: Float64Array): void {
    const { rows } = this.selection;
    for (let k = 0; k < rows.length; k++) out[k] = this.rowFactor[k]! * g[rows[k]!]! - this.target[k]!;
  }

  /** Sets the slacks of `w` to the values of their rows at its core; false where these are not finite. */
  rowValues(w: Float64Array): boolean {
    if (this.m === 0) return true;
    const finite = this.oracle.constraints(this.userPoint(w), this.g);
    for (let k = 0; k < this.attachedRow.length; k++) {
      const i = this.attachedRow[k]!;
      w[this.core + k] = this.rowFactor[i]! * this.g[this.selection.rows[i]!]!;
    }
    return finite;
  }

  jacobianValues(w: Float64Array, out: Float64Array): boolean {
    if (this.m === 0) return true;
    const { ownJacobian: own } = this;
    const values = own.same ? out : this.jacobianBuffer;
    const finite = this.oracle.jacobian(this.userPoint(w), values);
    if (!own.same) own.take(values, out);
    return finite;
  }

  hessianValues(w: Float64Array, σ: number, λ: Float64Array, out: Float64Array): boolean {
    const { ownHessian: own } = this;
    const values = own.same ? out : this.hessianBuffer;
    const x = this.userPoint(w);
    const finite = this.oracle.hessian(x, σ * this.scaling.objective, this.userMultipliers(λ), values);
    if (!own.same) own.take(values, out);
    return finite;
  }

  ask(w: Float64Array, order: Order, σ: number, λ: Float64Array): void {
    this.oracle.ask(this.userPoint(w), order, σ * this.scaling.objective, this.userMultipliers(λ));
  }

  violation(w: Float64Array, c: Float64Array): number {
    const { rowFactor, slackOf, lower, upper } = this;
    let largest = 0;
    for (let i = 0; i < c.length; i++) {
      const k = slackOf[i]!;
      // A row with a slack is violated by what its value d = c + s exceeds its bounds, not by d − s.
      const d = k < 0 ? 0 : c[i]! + w[k]!;
      const amount = k < 0 ? Math.abs(c[i]!) : Math.max(lower[k]! - d, d - upper[k]!);
      largest = Math.max(largest, amount / rowFactor[i]!);
    }
    return largest;
  }

  /**
   * Largest violation of a stated row or bound in the user's units, relative to `max(1, |bound|)`, at `w` with row values
   * `c`.
   */
  relativeViolation(w: Float64Array, c: Float64Array): number {
    const { rowFactor, slackOf, statedLower, statedUpper, columnFactor, target } = this;
    let largest = 0;
    const visit = (beyond: number, bound: number, factor: number): void => {
      if (beyond > 0) largest = Math.max(largest, beyond / Math.max(factor, Math.abs(bound)));
    };
    for (let j = 0; j < this.core; j++) {
      const factor = columnFactor ? columnFactor[j]! : 1;
      visit(statedLower[j]! - w[j]!, statedLower[j]!, factor);
      visit(w[j]! - statedUpper[j]!, statedUpper[j]!, factor);
    }
    for (let i = 0; i < c.length; i++) {
      const k = slackOf[i]!;
      if (k < 0) visit(Math.abs(c[i]!), target[i]!, rowFactor[i]!);
      else {
        const d = c[i]! + w[k]!;
        visit(statedLower[k]! - d, statedLower[k]!, rowFactor[i]!);
        visit(d - statedUpper[k]!, statedUpper[k]!, rowFactor[i]!);
      }
    }
    return largest;
  }

  /** The user's rows at `w` with row values `c`; 0 for rows without bounds. */
  userRows(w: Float64Array, c: Float64Array): Float64Array {
    const g = new Float64Array(this.g.length);
    for (let i = 0; i < c.length; i++) {
      const k = this.slackOf[i]!;
      g[this.selection.rows[i]!] = (c[i]! + this.target[i]! + (k < 0 ? 0 : w[k]!)) / this.rowFactor[i]!;
    }
    return g;
  }

  /** Values of the user's Jacobian from those of this form; 0 for fixed variables and rows without bounds. */
  userJacobian(J: Float64Array): Float64Array {
    const values = new Float64Array(this.oracle.nlp.jacobian.length);
    this.ownJacobian.putBack(J, values);
    return values;
  }

  knownCurvature(_μ: number, out: Float64Array): void {
    out.fill(0);
  }
}
