import type { BudgetLimits } from '../core/budget.js';
import { optionsOf } from '../core/given.js';
import type { Network } from '../network/graph.js';
import type { NetworkScaling } from './scaling.js';
import type { NetworkUse } from './uses.js';

/** How hinges `max(u, 0)` are written in full space. */
export type HingeTreatment =
  /**
   * By complementarity with ε driven to the tolerance in one solve, then solved once more with the pieces held that were found, as
   * long as crossing a kink pays: y is NN(x) itself.
   */
  | 'continuation'
  | 'complementarity'
  /** `y ≥ 0, y ≥ u, y·(y − u) ≤ ε`; `'complementarity'` is ε = 1e-6. */
  | { readonly complementarity: number }
  /** `y = (u + √(u² + ε²))/2`, at most ε/2 too large. For quadratic programs `λᵢsᵢ ≤ ε`, or smoothed `λᵢsᵢ = ε²/4`. */
  | { readonly smooth: number };

/** How quadratic programs inside a network (layers `QpLayer`) are written in reduced space. */
export type QuadraticTreatment =
  /** Their optimality conditions as rows, with `λᵢsᵢ ≤ ε`; `'complementarity'` is ε = 1e-6. */
  | 'complementarity'
  | { readonly complementarity: number }
  /**
   * Gray boxes: the solution with `λᵢsᵢ = μ`, smooth in its input. `solve` comes down to μ from larger ones, each solve
   * starting where the one before ended (a prepared model is solved at μ at once); `networkError` tells how far y is from
   * the exact network.
   */
  | { readonly smooth: number };

/** How a network is stated in a model. */
export interface NetworkOptions {
  /**
   * Default `auto`: `reduced` for a smooth network and `full` where `relu` is given. A network with kinks (ReLU, max-pooling, …)
   * stays in reduced space: a solve smooths them less and less, then holds the pieces that were found, so that y is NN(x) itself.
   * One with so many inputs that its dense Hessian is larger than its rows in full space takes `relu: 'continuation'` there.
   *
   * `reduced`: variables y and a gray box. `full`: variables and rows for every layer. `lifted`: the affine map to `k`
   * numbers that the network begins with becomes `k` variables and linear rows, what follows a gray box of these; the
   * dense Hessian block shrinks from the number of inputs to `k`. `partial`: the values of chosen `layers` become variables, with
   * linear rows where they are affine in what is exposed before them, and gray boxes elsewhere. `piecewise`: `reduced` with generalized derivatives where it
   * has kinks, `kinks: 'allow'`.
   */
  readonly formulation?: Formulation;
  /** Name of the outputs, default `y`; one that is taken gets a suffix `#2`. */
  readonly name?: string;
  /** Bounds of the outputs, a number for all or one each. */
  readonly lower?: number | ArrayLike<number>;
  readonly upper?: number | ArrayLike<number>;
  /** Start of the outputs; default `NN(x)` at the start of x. */
  readonly start?: number | ArrayLike<number>;
  /** Reduced space: what `model.grayBoxes` holds for this use; default the network. */
  readonly box?: unknown;
  /** Partial space: names of layers whose values become variables. */
  readonly layers?: readonly string[];
  /** Full space: default `'complementarity'`. */
  readonly relu?: HingeTreatment;
  /**
   * Reduced and lifted space: `allow` takes activations with a kink (ReLU, abs, …), their second derivative as zero and
   * at the kink itself one of the two slopes. Default `refuse`. Beware: where slopes jump the method's theory does not
   * hold. It may creep or stop at a kink, and `optimal` there means optimal for the slopes it saw.
   */
  readonly kinks?: 'refuse' | 'allow';
  /** Reduced space: what becomes of quadratic programs inside the network; the rest of it stays gray boxes. In full space
   * they follow `relu`. */
  readonly quadratic?: QuadraticTreatment;
  /**
   * Full space: bounds of every layer's values over the bounds that x has now become bounds of their variables, and kinks that
   * lie outside of them straight lines. Later changes must not widen the bounds of x. Default false.
   */
  readonly tighten?: boolean;
  /** How the data were standardized for training: x and y are then in the units of the data. */
  readonly scaling?: NetworkScaling;
  /**
   * `keep`: rows keep what enters the network within its training range (`setTrainingRange`, or its card). Default `tell`: a
   * solve says where its answer lies outside.
   */
  readonly range?: 'tell' | 'keep';
  /** Takes the outputs before the softmax that the network ends with. Default false. */
  readonly logits?: boolean;
  /** Full and lifted space: what the rows may take, see {@link BudgetLimits}. */
  readonly limits?: BudgetLimits | undefined;
}

const optionNames: { readonly [K in keyof Required<NetworkOptions>]: true } = {
  formulation: true,
  name: true,
  lower: true,
  upper: true,
  start: true,
  box: true,
  relu: true,
  layers: true,
  tighten: true,
  kinks: true,
  quadratic: true,
  scaling: true,
  range: true,
  logits: true,
  limits: true,
};

/** How a network enters a model; see {@link NetworkOptions}. */
export type Formulation = 'auto' | 'reduced' | 'piecewise' | 'lifted' | 'partial' | 'full';

/** Options with what was chosen. */
export type Settled = Omit<NetworkOptions, 'kinks'> & { readonly kinks?: NetworkUse['kinks'] | undefined };

export function checkOptions(net: Network, options: NetworkOptions): void {
  optionsOf(options, `network '${net.name}'`, Object.keys(optionNames) as (keyof NetworkOptions)[]);
}
