import { InputError } from '../../src/core/errors.js';
import { restrict } from '../../src/core/structure/restrict.js';
import { isFixed, isFree, type Nlp, NO_BOUND } from '../../src/nlp/contract.js';
import { columnName, rowName } from '../../src/nlp/names.js';
import { isSolved, type Result } from '../../src/nlp/result.js';
import type { KktShape, KktSystem } from './contract.js';

/** How the problem's functions depend on one parameter p at the solution. A bound of a row that moves by dp counts as −1. */
export interface ParameterDerivative {
  /** `∂(∇ₓL)/∂p`, length n, with `L = f + λᵀg`. */
  readonly lagrangian: Float64Array;
  /** `∂g/∂p`, length m. */
  readonly constraints: Float64Array;
  /** `∂xL/∂p` and `∂xU/∂p` of variables that are not fixed, length n; left out: 0. */
  readonly lower?: Float64Array;
  readonly upper?: Float64Array;
}

/** Derivatives of the solution by one parameter, in the conventions of {@link Result}. */
export interface SolutionDerivative {
  /** `dx/dp`, length n. */
  readonly x: Float64Array;
  /** Of the multipliers: `dλ/dp`, length m, `dzL/dp` and `dzU/dp`, length n. */
  readonly constraints: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Derivatives of a scalar ℓ by the solution; parts left out are 0. */
export type SolutionSeed = { readonly [Part in keyof SolutionDerivative]?: Float64Array };

/** Derivatives of the solution, or of scalars ℓ of it, asked for along with a solve. */
export interface DerivativeRequest {
  readonly forward?: readonly ParameterDerivative[];
  readonly adjoint?: readonly SolutionSeed[];
}

export interface DerivativeAnswer {
  readonly forward: readonly SolutionDerivative[];
  readonly adjoint: readonly ParameterDerivative[];
}

/** A bound is weakly active where its slack is less than this, relative to `max(1, |bound|)`, and … */
const NEAR = 1e-2;
/** … z/slack is within this factor of the curvature, so that it neither holds its variable nor leaves it free. */
const UNDECIDED = 1e3;

/** Least slack and least barrier term: where a bound is active to the last digit its variable does not move. */
const LEAST_SLACK = 1e-11;
const LEAST_TERM = 1e-13;

/**
 * The derivatives of a solution by the implicit function theorem, from the KKT system factored there:
 *
 *     [ H + Σ  Jᵀ ] [ dx/dp ]     [ ∂(∇ₓL)/∂p ]
 *     [ J      0  ] [ dλ/dp ] = − [ ∂g/∂p      ]
 *
 * (Fiacco 1983; Pirnay, López-Negrete & Biegler 2012). Σ = z/slack holds active bounds and rows in place and leaves
 * the others free; at a bound that is only weakly active the derivative does not exist, and what is returned lies
 * between its one-sided values.
 */
export class Sensitivity {
  readonly #nlp: Nlp;
  readonly #result: Result;
  readonly #free: Int32Array;
  readonly #rows: Int32Array;
  readonly #kkt: KktSystem;
  readonly #H: Float64Array;
  readonly #J: Float64Array;
  readonly #ΣL: Float64Array;
  readonly #ΣU: Float64Array;

  /**
   * Evaluates the derivatives of `nlp` at the solution and factors the system that `open` makes for it, which is disposed
   * of with this. Throws {@link InputError} where the result is no solution, the problem has no second derivatives, or
   * the solution is no isolated minimizer.
   */
  constructor(nlp: Nlp, result: Result, open: (shape: KktShape) => KktSystem) {
    if (!isSolved(result.status))
      throw new InputError(`sensitivity: needs a solution, not a result with status '${result.status}'`);
    if (nlp.secondDerivatives === false) throw new InputError('sensitivity: needs second derivatives');
    this.#nlp = nlp;
    this.#result = result;
    const { variables, constraints } = nlp;
    this.#free = indices(variables.lower.length, (j) => !isFixed(variables, j));
    const entered = rowsEntered(nlp);
    // A row that no free variable enters has a multiplier that nothing determines.
    this.#rows = indices(constraints.lower.length, (i) => entered[i] === 1 && !isFree(constraints, i));
    const [n, m] = [variables.lower.length, constraints.lower.length];
    const kept = {
      row: inverse(this.#rows, m),
      rows: this.#rows.length,
      rowFactor: null,
      column: inverse(this.#free, n),
      columns: this.#free.length,
      columnFactor: null,
    };
    const jacobian = restrict(nlp.jacobian, kept);
    const hessian = restrict(nlp.hessian, { ...kept, row: kept.column, rows: kept.columns });
    const attached = indices(this.#rows.length, (k) => !isFixed(constraints, this.#rows[k]!));
    const shape: KktShape = {
      n: this.#free.length + attached.length,
      core: this.#free.length,
      m: this.#rows.length,
      jacobian: jacobian.structure,
      hessian: hessian.structure,
      attachedRow: attached,
      attachedSign: new Float64Array(attached.length).fill(-1),
      ...(nlp.partition && { partition: this.#free.map((j) => nlp.partition![j]!) }),
    };
    this.#H = new Float64Array(nlp.hessian.length);
    this.#J = new Float64Array(nlp.jacobian.length);
    const { x, multipliers } = result;
    nlp.ask(x, 2, 1, multipliers.constraints);
    nlp.jacobianValues(x, this.#J);
    nlp.hessianValues(x, 1, multipliers.constraints, this.#H);
    ({ ΣL: this.#ΣL, ΣU: this.#ΣU } = this.#barrierTerms(attached));
    this.#kkt = open(shape);
    const { values } = this.#kkt;
    jacobian.take(this.#J, values.J);
    hessian.take(this.#H, values.H);
    values.curvature.fill(0);
    this.#checkFinite(values.J, values.H, shape);
    const Σ = this.#ΣL.map((value, k) => Math.max(value + this.#ΣU[k]!, k < shape.core ? 0 : LEAST_TERM));
    if (this.#kkt.factor(Σ, 0, 0) === 'right') return;
    this.#kkt.dispose();
    throw new InputError('sensitivity: the solution is no isolated minimizer with independent active rows');
  }

  /** `d(x, λ, zL, zU)/dp` for every parameter. */
  forward(parameters: readonly ParameterDerivative[]): SolutionDerivative[] {
    const { n, m } = this.#kkt.shape;
    const [all, rows] = [this.#nlp.variables.lower.length, this.#nlp.constraints.lower.length];
    const rhs = new Float64Array(parameters.length * (n + m));
    parameters.forEach(({ lagrangian, constraints, lower, upper }, p) => {
      if (lagrangian.length !== all || constraints.length !== rows)
        throw new InputError(
          `sensitivity: derivatives by parameter ${p} have lengths ${lagrangian.length} and ${constraints.length}, not ${all} and ${rows}`,
        );
      const own = rhs.subarray(p * (n + m), (p + 1) * (n + m));
      this.#gather(lagrangian, constraints, -1, own);
      for (let k = 0; k < this.#free.length; k++) {
        const j = this.#free[k]!;
        if (lower) own[k]! += this.#ΣL[k]! * lower[j]!;
        if (upper) own[k]! += this.#ΣU[k]! * upper[j]!;
      }
    });
    this.#kkt.solve(rhs, rhs, parameters.length);
    return parameters.map(({ lagrangian, lower, upper }, p) => {
      const found: SolutionDerivative = {
        x: new Float64Array(all),
        constraints: new Float64Array(rows),
        lower: new Float64Array(all),
        upper: new Float64Array(all),
      };
      this.#scatter(rhs.subarray(p * (n + m), (p + 1) * (n + m)), found);
      for (let k = 0; k < this.#free.length; k++) {
        const j = this.#free[k]!;
        found.lower[j] = -this.#ΣL[k]! * (found.x[j]! - (lower?.[j] ?? 0));
        found.upper[j] = this.#ΣU[k]! * (found.x[j]! - (upper?.[j] ?? 0));
      }
      this.#fixedMultipliers(lagrangian, found);
      return found;
    });
  }

  /**
   * For every seed `∂ℓ/∂(x, λ, zL, zU)` the vectors u, v, wL, wU with
   * `dℓ/dp = uᵀ ∂(∇ₓL)/∂p + vᵀ ∂g/∂p + wLᵀ ∂xL/∂p + wUᵀ ∂xU/∂p` for any parameter p: one solve for all parameters. u is
   * `lagrangian`, v is `constraints`, w are `lower` and `upper`.
   */
  adjoint(seeds: readonly SolutionSeed[]): Required<ParameterDerivative>[] {
    const { n, m } = this.#kkt.shape;
    const rhs = new Float64Array(seeds.length * (n + m));
    const direct = seeds.map((seed, s) => {
      const { x, constraints, fixed } = this.#effective(seed, s);
      this.#gather(x, constraints, -1, rhs.subarray(s * (n + m), (s + 1) * (n + m)));
      return fixed;
    });
    this.#kkt.solve(rhs, rhs, seeds.length);
    return direct.map((fixed, s) => {
      const found = { x: fixed, constraints: new Float64Array(this.#nlp.constraints.lower.length) };
      this.#scatter(rhs.subarray(s * (n + m), (s + 1) * (n + m)), found);
      const bounds = this.#byBounds(found.x, seeds[s]!);
      return { lagrangian: found.x, constraints: found.constraints, ...bounds };
    });
  }

  /** How ℓ depends on bounds, given u: a bound stands in `Σ (x − bound)` alone. */
  #byBounds(u: Float64Array, seed: SolutionSeed): { lower: Float64Array; upper: Float64Array } {
    const [lower, upper] = [new Float64Array(u.length), new Float64Array(u.length)];
    for (let k = 0; k < this.#free.length; k++) {
      const j = this.#free[k]!;
      lower[j] = this.#ΣL[k]! * ((seed.lower?.[j] ?? 0) - u[j]!);
      upper[j] = -this.#ΣU[k]! * ((seed.upper?.[j] ?? 0) + u[j]!);
    }
    return { lower, upper };
  }

  /** The derivative by a direction in which fixed variables move, `H d` and `J d`; entries of others are 0. */
  along(direction: Float64Array): ParameterDerivative {
    const lagrangian = new Float64Array(direction.length);
    const constraints = new Float64Array(this.#nlp.constraints.lower.length);
    this.#nlp.hessian.addProduct(this.#H, direction, 1, lagrangian);
    this.#nlp.jacobian.addProduct(this.#J, direction, 1, constraints);
    return { lagrangian, constraints };
  }

  /** `Hᵀu + Jᵀv`: what {@link along} would give for every column, multiplied by u and v. */
  byColumns({ lagrangian: u, constraints: v }: ParameterDerivative): Float64Array {
    const found = new Float64Array(u.length);
    this.#nlp.hessian.addProduct(this.#H, u, 1, found);
    this.#nlp.jacobian.addTransposed(this.#J, v, 1, found);
    return found;
  }

  /**
   * Variables and rows with a bound that is weakly active, by name: its slack and its multiplier both vanish, so that the
   * derivative from one side differs from that of the other. Told by z/slack beside the curvature of the Lagrangian.
   */
  weaklyActive(): string[] {
    const { variables, constraints, hessian, jacobian } = this.#nlp;
    const diagonal = new Float64Array(variables.lower.length);
    hessian.addDiagonal(this.#H, diagonal);
    const core = this.#free.length;
    const largest = this.#free.reduce((most, j) => Math.max(most, Math.abs(diagonal[j]!)), 0) || 1;
    const curvature = (j: number): number => Math.abs(diagonal[j]!) || largest;
    // Of a row's value along its own gradient a: aᵀHa / (aᵀa)².
    const [bent, size] = [new Float64Array(this.#rows.length), new Float64Array(this.#rows.length)];
    const place = inverse(this.#rows, constraints.lower.length);
    jacobian.each(this.#J, (i, j, value) => {
      if (place[i]! < 0 || isFixed(variables, j)) return;
      bent[place[i]!]! += value * value * curvature(j);
      size[place[i]!]! += value * value;
    });
    const isWeak = (k: number, value: number, lower: number, upper: number, h: number): boolean =>
      [[this.#ΣL[k]!, value - lower, lower] as const, [this.#ΣU[k]!, upper - value, upper] as const].some(
        ([Σ, slack, bound]) =>
          slack <= NEAR * Math.max(1, Math.abs(bound)) && Σ > h / UNDECIDED && Σ < h * UNDECIDED,
      );
    const found: string[] = [];
    for (let k = 0; k < core; k++) {
      const j = this.#free[k]!;
      if (isWeak(k, this.#result.x[j]!, variables.lower[j]!, variables.upper[j]!, curvature(j)))
        found.push(columnName(this.#nlp, j));
    }
    this.#kkt.shape.attachedRow.forEach((r, k) => {
      const i = this.#rows[r]!;
      const g = this.#result.constraints[i]!;
      if (isWeak(core + k, g, constraints.lower[i]!, constraints.upper[i]!, bent[r]! / size[r]! ** 2))
        found.push(rowName(this.#nlp, i));
    });
    return found;
  }

  answer({ forward = [], adjoint = [] }: DerivativeRequest): DerivativeAnswer {
    return { forward: this.forward(forward), adjoint: this.adjoint(adjoint) };
  }

  /** The system it factored; whoever takes it disposes of it, and nothing is asked here any more. */
  get system(): KktSystem {
    return this.#kkt;
  }

  dispose(): void {
    this.#kkt.dispose();
  }

  /** Writes `factor` times vectors of the problem where the system has them. */
  #gather(x: Float64Array, constraints: Float64Array, factor: number, out: Float64Array): void {
    const { n } = this.#kkt.shape;
    for (let k = 0; k < this.#free.length; k++) out[k] = factor * x[this.#free[k]!]!;
    for (let k = 0; k < this.#rows.length; k++) out[n + k] = factor * constraints[this.#rows[k]!]!;
  }

  #scatter(system: Float64Array, to: Pick<SolutionDerivative, 'x' | 'constraints'>): void {
    const { n } = this.#kkt.shape;
    for (let k = 0; k < this.#free.length; k++) to.x[this.#free[k]!] = system[k]!;
    for (let k = 0; k < this.#rows.length; k++) to.constraints[this.#rows[k]!] = system[n + k]!;
  }

  /** z/slack of lower and upper bounds, of variables and then of the slacks of rows, whose multipliers follow from λ. */
  #barrierTerms(attached: Int32Array): { ΣL: Float64Array; ΣU: Float64Array } {
    const core = this.#free.length;
    const ΣL = new Float64Array(core + attached.length);
    const ΣU = new Float64Array(core + attached.length);
    const { variables, constraints } = this.#nlp;
    const { x, multipliers, constraints: g } = this.#result;
    const put = (k: number, value: number, lower: number, upper: number, zL: number, zU: number): void => {
      const least = LEAST_SLACK * Math.max(1, Math.abs(value));
      if (lower > -NO_BOUND) ΣL[k] = zL / Math.max(value - lower, least);
      if (upper < NO_BOUND) ΣU[k] = zU / Math.max(upper - value, least);
    };
    for (let k = 0; k < core; k++) {
      const j = this.#free[k]!;
      put(k, x[j]!, variables.lower[j]!, variables.upper[j]!, multipliers.lower[j]!, multipliers.upper[j]!);
    }
    for (let k = 0; k < attached.length; k++) {
      const i = this.#rows[attached[k]!]!;
      const λ = multipliers.constraints[i]!;
      put(core + k, g[i]!, constraints.lower[i]!, constraints.upper[i]!, Math.max(0, -λ), Math.max(0, λ));
    }
    return { ΣL, ΣU };
  }

  /** A fixed variable's multipliers change with its reduced gradient: `H dx + Jᵀ dλ + ∂(∇ₓL)/∂p`. */
  #fixedMultipliers(lagrangian: Float64Array, found: SolutionDerivative): void {
    const { variables, hessian, jacobian } = this.#nlp;
    if (this.#free.length === lagrangian.length) return;
    const change = lagrangian.slice();
    hessian.addProduct(this.#H, found.x, 1, change);
    jacobian.addTransposed(this.#J, found.constraints, 1, change);
    for (let j = 0; j < change.length; j++) {
      if (!isFixed(variables, j)) continue;
      if (this.#takesLower(j)) found.lower[j] = change[j]!;
      else found.upper[j] = -change[j]!;
    }
  }

  /** Which of the two multipliers of a fixed variable is the one that is not 0. */
  #takesLower(j: number): boolean {
    const { lower, upper } = this.#result.multipliers;
    return lower[j]! >= upper[j]!;
  }

  /** A seed with what bound multipliers add to those of x and λ; `fixed` is what they add to u directly. */
  #effective(
    seed: SolutionSeed,
    s: number,
  ): { x: Float64Array; constraints: Float64Array; fixed: Float64Array } {
    const { variables, constraints: g, hessian, jacobian } = this.#nlp;
    const [n, m] = [variables.lower.length, g.lower.length];
    const part = (values: Float64Array | undefined, length: number, name: string): Float64Array => {
      if (values && values.length !== length)
        throw new InputError(
          `sensitivity: '${name}' of seed ${s} has length ${values.length}, not ${length}`,
        );
      return values?.slice() ?? new Float64Array(length);
    };
    const x = part(seed.x, n, 'x');
    const constraints = part(seed.constraints, m, 'constraints');
    const lower = part(seed.lower, n, 'lower');
    const upper = part(seed.upper, n, 'upper');
    const fixed = new Float64Array(n);
    for (let k = 0; k < this.#free.length; k++) {
      const j = this.#free[k]!;
      x[j]! += this.#ΣU[k]! * upper[j]! - this.#ΣL[k]! * lower[j]!;
    }
    for (let j = 0; j < n; j++)
      if (isFixed(variables, j)) fixed[j] = this.#takesLower(j) ? lower[j]! : -upper[j]!;
    hessian.addProduct(this.#H, fixed, 1, x);
    jacobian.addProduct(this.#J, fixed, 1, constraints);
    return { x, constraints, fixed };
  }

  #checkFinite(J: Float64Array, H: Float64Array, shape: KktShape): void {
    const nlp = this.#nlp;
    const name = (j: number): string => (j < 0 ? 'the inputs of a network' : columnName(nlp, this.#free[j]!));
    const refuse = (what: string, value: number): never => {
      this.#kkt.dispose();
      throw new InputError(`sensitivity: ${what} is ${value} at the solution`);
    };
    const inJ = J.findIndex((value) => !Number.isFinite(value));
    if (inJ >= 0) {
      const { row, column } = shape.jacobian.position(inJ);
      refuse(`the derivative of ${rowName(nlp, this.#rows[row]!)} by ${name(column)}`, J[inJ]!);
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

function inverse(list: Int32Array, size: number): Int32Array {
  const map = new Int32Array(size).fill(-1);
  list.forEach((original, position) => {
    map[original] = position;
  });
  return map;
}
