import { InputError } from '../../src/core/errors.js';
import { restrict } from '../../src/core/structure/restrict.js';
import { isFixed, isFree, type Nlp, NO_BOUND } from '../../src/nlp/contract.js';
import { columnName, rowName } from '../../src/nlp/names.js';
import { isSolved, type Result } from '../../src/nlp/result.js';
import type { KktShape, KktSystem } from './contract.js';
import type { ParameterDerivative } from './parameter-derivative.js';
import type { SolutionMap } from './solution-map.js';

/** A vector of the equations: of `∇ₓL − zL + zU`, length n, and of the rows, length m. */
export interface SolutionPoint {
  readonly x: Float64Array;
  readonly constraints: Float64Array;
}

/** Least slack and least barrier term: where a bound is active to the last digit its variable does not move. */
const LEAST_SLACK = 1e-11;
const LEAST_TERM = 1e-13;

/**
 * A solution (x, λ) as a function of what moves its conditions and its bounds:
 *
 *     R = (∇ₓL − zL + zU,  g − s),   K = ∂R/∂(x, λ) = [H + Σ  Jᵀ; J  −Σ_s⁻¹]
 *
 * with `zL = μ/(x − xL)`, so that `∂zL/∂x = −ΣL = −zL/slack`, and slacks s of inequality rows, given by λ in the same way.
 * Fixed variables and rows that nothing determines take no part: theirs are zeros. Points, directions and gradients are lists, all of
 * which one solve serves.
 */
export class NlpSolutionMap
  implements SolutionMap<SolutionPoint[], readonly ParameterDerivative[], Required<ParameterDerivative>[]>
{
  /** Variables and rows that take part. */
  readonly free: Int32Array;
  readonly rows: Int32Array;
  /** The system factored at the solution. */
  readonly kkt: KktSystem;
  /** Values of the problem's Hessian and Jacobian. */
  readonly H: Float64Array;
  readonly J: Float64Array;
  /** z/slack of lower and upper bounds, of variables and then of the slacks of rows. */
  readonly ΣL: Float64Array;
  readonly ΣU: Float64Array;

  /**
   * Evaluates the derivatives of `nlp` at the solution and factors the system that `open` makes for it, which is disposed
   * of with this. Throws {@link InputError} where the result is no solution, the problem has no second derivatives, or
   * the solution is no isolated minimizer.
   */
  constructor(
    readonly nlp: Nlp,
    readonly result: Result,
    open: (shape: KktShape) => KktSystem,
  ) {
    if (!isSolved(result.status))
      throw new InputError(`sensitivity: needs a solution, not a result with status '${result.status}'`);
    if (nlp.secondDerivatives === false) throw new InputError('sensitivity: needs second derivatives');
    const { variables, constraints } = nlp;
    this.free = indices(variables.lower.length, (j) => !isFixed(variables, j));
    const entered = rowsEntered(nlp);
    // A row that no free variable enters has a multiplier that nothing determines.
    this.rows = indices(constraints.lower.length, (i) => entered[i] === 1 && !isFree(constraints, i));
    const [n, m] = [variables.lower.length, constraints.lower.length];
    const kept = {
      row: inverse(this.rows, m),
      rows: this.rows.length,
      rowFactor: null,
      column: inverse(this.free, n),
      columns: this.free.length,
      columnFactor: null,
    };
    const jacobian = restrict(nlp.jacobian, kept);
    const hessian = restrict(nlp.hessian, { ...kept, row: kept.column, rows: kept.columns });
    const attached = indices(this.rows.length, (k) => !isFixed(constraints, this.rows[k]!));
    const shape: KktShape = {
      n: this.free.length + attached.length,
      core: this.free.length,
      m: this.rows.length,
      jacobian: jacobian.structure,
      hessian: hessian.structure,
      attachedRow: attached,
      attachedSign: new Float64Array(attached.length).fill(-1),
      ...(nlp.partition && { partition: this.free.map((j) => nlp.partition![j]!) }),
    };
    this.H = new Float64Array(nlp.hessian.length);
    this.J = new Float64Array(nlp.jacobian.length);
    const { x, multipliers } = result;
    nlp.ask(x, 2, 1, multipliers.constraints);
    nlp.jacobianValues(x, this.J);
    nlp.hessianValues(x, 1, multipliers.constraints, this.H);
    ({ ΣL: this.ΣL, ΣU: this.ΣU } = this.#barrierTerms(attached));
    this.kkt = open(shape);
    const { values } = this.kkt;
    jacobian.take(this.J, values.J);
    hessian.take(this.H, values.H);
    values.curvature.fill(0);
    this.#checkFinite(values.J, values.H, shape);
    const Σ = this.ΣL.map((value, k) => Math.max(value + this.ΣU[k]!, k < shape.core ? 0 : LEAST_TERM));
    if (this.kkt.factor(Σ, 0, 0) === 'right') return;
    this.kkt.dispose();
    throw new InputError('sensitivity: the solution is no isolated minimizer with independent active rows');
  }

  residual(): SolutionPoint[] {
    const { nlp, free, rows } = this;
    const { x, multipliers, constraints: g } = this.result;
    const point = this.#zeros();
    const gradient = new Float64Array(x.length);
    nlp.ask(x, 1, 1, multipliers.constraints);
    nlp.gradient(x, gradient);
    nlp.jacobian.addTransposed(this.J, multipliers.constraints, 1, gradient);
    for (const j of free) point.x[j] = gradient[j]! - multipliers.lower[j]! + multipliers.upper[j]!;
    const { lower, upper } = nlp.constraints;
    for (const i of rows) point.constraints[i] = g[i]! - Math.max(lower[i]!, Math.min(upper[i]!, g[i]!));
    return [point];
  }

  /** K is symmetric: `transposed` makes no difference. One number for all. */
  solve(points: SolutionPoint[]): Float64Array {
    const { n, m } = this.kkt.shape;
    const { free, rows } = this;
    const rhs = new Float64Array(points.length * (n + m));
    points.forEach(({ x, constraints }, p) => {
      const at = p * (n + m);
      for (let k = 0; k < free.length; k++) rhs[at + k] = x[free[k]!]!;
      for (let k = 0; k < rows.length; k++) rhs[at + n + k] = constraints[rows[k]!]!;
    });
    const error = points.length > 0 ? this.kkt.solve(rhs, rhs, points.length) : 0;
    points.forEach(({ x, constraints }, p) => {
      const at = p * (n + m);
      x.fill(0);
      constraints.fill(0);
      for (let k = 0; k < free.length; k++) x[free[k]!] = rhs[at + k]!;
      for (let k = 0; k < rows.length; k++) constraints[rows[k]!] = rhs[at + n + k]!;
    });
    return Float64Array.of(error);
  }

  /** A parameter stands in ∇ₓL and g by itself, and a bound in `Σ (x − bound)` alone. */
  pullback(points: readonly SolutionPoint[]): Required<ParameterDerivative>[] {
    return points.map(({ x, constraints }) => {
      const [lower, upper] = [new Float64Array(x.length), new Float64Array(x.length)];
      this.free.forEach((j, k) => {
        lower[j] = this.ΣL[k]! * x[j]!;
        upper[j] = this.ΣU[k]! * x[j]!;
      });
      return { lagrangian: x.map((u) => 0 - u), constraints: constraints.map((v) => 0 - v), lower, upper };
    });
  }

  pushforward(directions: readonly ParameterDerivative[]): SolutionPoint[] {
    return directions.map(({ lagrangian, constraints, lower, upper }) => {
      const point = this.#zeros();
      this.free.forEach((j, k) => {
        point.x[j] = this.ΣL[k]! * (lower?.[j] ?? 0) + this.ΣU[k]! * (upper?.[j] ?? 0) - lagrangian[j]!;
      });
      for (const i of this.rows) point.constraints[i] = -constraints[i]!;
      return point;
    });
  }

  dispose(): void {
    this.kkt.dispose();
  }

  #zeros(): SolutionPoint {
    return {
      x: new Float64Array(this.nlp.variables.lower.length),
      constraints: new Float64Array(this.nlp.constraints.lower.length),
    };
  }

  /** The multipliers of the slacks of rows follow from λ. */
  #barrierTerms(attached: Int32Array): { ΣL: Float64Array; ΣU: Float64Array } {
    const core = this.free.length;
    const ΣL = new Float64Array(core + attached.length);
    const ΣU = new Float64Array(core + attached.length);
    const { variables, constraints } = this.nlp;
    const { x, multipliers, constraints: g } = this.result;
    const put = (k: number, value: number, lower: number, upper: number, zL: number, zU: number): void => {
      const least = LEAST_SLACK * Math.max(1, Math.abs(value));
      if (lower > -NO_BOUND) ΣL[k] = zL / Math.max(value - lower, least);
      if (upper < NO_BOUND) ΣU[k] = zU / Math.max(upper - value, least);
    };
    for (let k = 0; k < core; k++) {
      const j = this.free[k]!;
      put(k, x[j]!, variables.lower[j]!, variables.upper[j]!, multipliers.lower[j]!, multipliers.upper[j]!);
    }
    for (let k = 0; k < attached.length; k++) {
      const i = this.rows[attached[k]!]!;
      const λ = multipliers.constraints[i]!;
      put(core + k, g[i]!, constraints.lower[i]!, constraints.upper[i]!, Math.max(0, -λ), Math.max(0, λ));
    }
    return { ΣL, ΣU };
  }

  #checkFinite(J: Float64Array, H: Float64Array, shape: KktShape): void {
    const nlp = this.nlp;
    const name = (j: number): string => (j < 0 ? 'the inputs of a network' : columnName(nlp, this.free[j]!));
    const refuse = (what: string, value: number): never => {
      this.kkt.dispose();
      throw new InputError(`sensitivity: ${what} is ${value} at the solution`);
    };
    const inJ = J.findIndex((value) => !Number.isFinite(value));
    if (inJ >= 0) {
      const { row, column } = shape.jacobian.position(inJ);
      refuse(`the derivative of ${rowName(nlp, this.rows[row]!)} by ${name(column)}`, J[inJ]!);
    }
    const inH = H.findIndex((value) => !Number.isFinite(value));
    if (inH < 0) return;
    const { row, column } = shape.hessian.position(inH);
    refuse(`the second derivative by ${name(row)} and ${name(column)}`, H[inH]!);
  }
}

/** 1 for rows that some free variable enters. */
function rowsEntered({ variables, constraints, jacobian }: Nlp): Uint8Array {
  const entered = new Uint8Array(constraints.lower.length);
  jacobian.each(new Float64Array(jacobian.length), (i, j) => {
    if (!isFixed(variables, j)) entered[i] = 1;
  });
  return entered;
}

function indices(length: number, holds: (k: number) => boolean): Int32Array {
  return Int32Array.from(Array.from({ length }, (_, k) => k).filter(holds));
}

export function inverse(list: Int32Array, size: number): Int32Array {
  const map = new Int32Array(size).fill(-1);
  list.forEach((original, position) => {
    map[original] = position;
  });
  return map;
}
