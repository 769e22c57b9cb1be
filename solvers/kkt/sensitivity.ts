import { InputError } from '../../src/core/errors.js';
import { addScaled } from '../../src/core/vector.js';
import { isFixed, type Nlp } from '../../src/nlp/contract.js';
import { columnName, rowName } from '../../src/nlp/names.js';
import type { Result } from '../../src/nlp/result.js';
import type { KktShape, KktSystem } from './contract.js';
import { inverse, NlpSolutionMap } from './nlp-solution-map.js';
import type { ParameterDerivative } from './parameter-derivative.js';

export type { ParameterDerivative } from './parameter-derivative.js';

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

/** Derivatives of a solution, in the order in which they were asked for. */
export interface DerivativeAnswer {
  readonly forward: readonly SolutionDerivative[];
  readonly adjoint: readonly ParameterDerivative[];
}

/** A bound is weakly active where its slack is less than this, relative to `max(1, |bound|)`, and … */
const NEAR = 1e-2;
/** … z/slack is within this factor of the curvature, so that it neither holds its variable nor leaves it free. */
const UNDECIDED = 1e3;

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
  readonly #map: NlpSolutionMap;

  /**
   * Evaluates the derivatives of `nlp` at the solution and factors the system that `open` makes for it, which is disposed
   * of with this. Throws {@link InputError} where the result is no solution, the problem has no second derivatives, or
   * the solution is no isolated minimizer.
   */
  constructor(nlp: Nlp, result: Result, open: (shape: KktShape) => KktSystem) {
    this.#map = new NlpSolutionMap(nlp, result, open);
  }

  /** `d(x, λ, zL, zU)/dp` for every parameter. */
  forward(parameters: readonly ParameterDerivative[]): SolutionDerivative[] {
    const { nlp, free, ΣL, ΣU } = this.#map;
    const [n, m] = [nlp.variables.lower.length, nlp.constraints.lower.length];
    parameters.forEach(({ lagrangian, constraints }, p) => {
      if (lagrangian.length !== n || constraints.length !== m)
        throw new InputError(
          `sensitivity: derivatives by parameter ${p} have lengths ${lagrangian.length} and ${constraints.length}, not ${n} and ${m}`,
        );
    });
    const points = this.#map.pushforward(parameters);
    this.#map.solve(points);
    return points.map((point, p) => {
      const { lagrangian, lower, upper } = parameters[p]!;
      const found = { ...point, lower: new Float64Array(n), upper: new Float64Array(n) };
      free.forEach((j, k) => {
        found.lower[j] = -ΣL[k]! * (found.x[j]! - (lower?.[j] ?? 0));
        found.upper[j] = ΣU[k]! * (found.x[j]! - (upper?.[j] ?? 0));
      });
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
    const { free, ΣL, ΣU } = this.#map;
    const effective = seeds.map((seed, s) => this.#effective(seed, s));
    this.#map.solve(effective);
    const gradients = this.#map.pullback(effective);
    gradients.forEach(({ lagrangian, lower, upper }, s) => {
      addScaled(lagrangian, 1, effective[s]!.fixed);
      free.forEach((j, k) => {
        lower[j] = lower[j]! + ΣL[k]! * (seeds[s]!.lower?.[j] ?? 0);
        upper[j] = upper[j]! - ΣU[k]! * (seeds[s]!.upper?.[j] ?? 0);
      });
    });
    return gradients;
  }

  /** The derivative by a direction in which fixed variables move, `H d` and `J d`; entries of others are 0. */
  along(direction: Float64Array): ParameterDerivative {
    const lagrangian = new Float64Array(direction.length);
    const constraints = new Float64Array(this.#map.nlp.constraints.lower.length);
    this.#map.nlp.hessian.addProduct(this.#map.H, direction, 1, lagrangian);
    this.#map.nlp.jacobian.addProduct(this.#map.J, direction, 1, constraints);
    return { lagrangian, constraints };
  }

  /** `Hᵀu + Jᵀv`: what {@link along} would give for every column, multiplied by u and v. */
  byColumns({ lagrangian: u, constraints: v }: ParameterDerivative): Float64Array {
    const found = new Float64Array(u.length);
    this.#map.nlp.hessian.addProduct(this.#map.H, u, 1, found);
    this.#map.nlp.jacobian.addTransposed(this.#map.J, v, 1, found);
    return found;
  }

  /**
   * Variables and rows with a bound that is weakly active, by name: its slack and its multiplier both vanish, so that the
   * derivative from one side differs from that of the other. Told by z/slack beside the curvature of the Lagrangian.
   */
  weaklyActive(): string[] {
    const { variables, constraints, hessian, jacobian } = this.#map.nlp;
    const diagonal = new Float64Array(variables.lower.length);
    hessian.addDiagonal(this.#map.H, diagonal);
    const core = this.#map.free.length;
    const largest = this.#map.free.reduce((most, j) => Math.max(most, Math.abs(diagonal[j]!)), 0) || 1;
    const curvature = (j: number): number => Math.abs(diagonal[j]!) || largest;
    // Of a row's value along its own gradient a: aᵀHa / (aᵀa)².
    const [bent, size] = [new Float64Array(this.#map.rows.length), new Float64Array(this.#map.rows.length)];
    const place = inverse(this.#map.rows, constraints.lower.length);
    jacobian.each(this.#map.J, (i, j, value) => {
      if (place[i]! < 0 || isFixed(variables, j)) return;
      bent[place[i]!]! += value * value * curvature(j);
      size[place[i]!]! += value * value;
    });
    const isWeak = (k: number, value: number, lower: number, upper: number, h: number): boolean =>
      [
        [this.#map.ΣL[k]!, value - lower, lower] as const,
        [this.#map.ΣU[k]!, upper - value, upper] as const,
      ].some(
        ([Σ, slack, bound]) =>
          slack <= NEAR * Math.max(1, Math.abs(bound)) && Σ > h / UNDECIDED && Σ < h * UNDECIDED,
      );
    const found: string[] = [];
    for (let k = 0; k < core; k++) {
      const j = this.#map.free[k]!;
      if (isWeak(k, this.#map.result.x[j]!, variables.lower[j]!, variables.upper[j]!, curvature(j)))
        found.push(columnName(this.#map.nlp, j));
    }
    this.#map.kkt.shape.attachedRow.forEach((r, k) => {
      const i = this.#map.rows[r]!;
      const g = this.#map.result.constraints[i]!;
      if (isWeak(core + k, g, constraints.lower[i]!, constraints.upper[i]!, bent[r]! / size[r]! ** 2))
        found.push(rowName(this.#map.nlp, i));
    });
    return found;
  }

  answer({ forward = [], adjoint = [] }: DerivativeRequest): DerivativeAnswer {
    return { forward: this.forward(forward), adjoint: this.adjoint(adjoint) };
  }

  /** The system it factored; whoever takes it disposes of it, and nothing is asked here any more. */
  get system(): KktSystem {
    return this.#map.kkt;
  }

  dispose(): void {
    this.#map.dispose();
  }

  /** A fixed variable's multipliers change with its reduced gradient: `H dx + Jᵀ dλ + ∂(∇ₓL)/∂p`. */
  #fixedMultipliers(lagrangian: Float64Array, found: SolutionDerivative): void {
    const { variables, hessian, jacobian } = this.#map.nlp;
    if (this.#map.free.length === lagrangian.length) return;
    const change = lagrangian.slice();
    hessian.addProduct(this.#map.H, found.x, 1, change);
    jacobian.addTransposed(this.#map.J, found.constraints, 1, change);
    for (let j = 0; j < change.length; j++) {
      if (!isFixed(variables, j)) continue;
      if (this.#takesLower(j)) found.lower[j] = change[j]!;
      else found.upper[j] = -change[j]!;
    }
  }

  /** Which of the two multipliers of a fixed variable is the one that is not 0. */
  #takesLower(j: number): boolean {
    const { lower, upper } = this.#map.result.multipliers;
    return lower[j]! >= upper[j]!;
  }

  /** A seed with what bound multipliers add to those of x and λ; `fixed` is what they add to u directly. */
  #effective(
    seed: SolutionSeed,
    s: number,
  ): { x: Float64Array; constraints: Float64Array; fixed: Float64Array } {
    const { variables, constraints: g, hessian, jacobian } = this.#map.nlp;
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
    for (let k = 0; k < this.#map.free.length; k++) {
      const j = this.#map.free[k]!;
      x[j]! += this.#map.ΣU[k]! * upper[j]! - this.#map.ΣL[k]! * lower[j]!;
    }
    for (let j = 0; j < n; j++)
      if (isFixed(variables, j)) fixed[j] = this.#takesLower(j) ? lower[j]! : -upper[j]!;
    hessian.addProduct(this.#map.H, fixed, 1, x);
    jacobian.addProduct(this.#map.J, fixed, 1, constraints);
    return { x, constraints, fixed };
  }
}
