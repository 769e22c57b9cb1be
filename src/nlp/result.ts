/** Why a solver stopped. */
export type Status =
  | 'optimal'
  | 'acceptable'
  | 'infeasible'
  | 'unbounded'
  | 'iteration-limit'
  | 'time-limit'
  | 'interrupted'
  | 'evaluation-error'
  | 'restoration-failed'
  | 'step-failed'
  | 'out-of-memory'
  | 'invalid-problem';

/**
 * Multipliers of `L = f + λᵀg − zLᵀ(x − xL) + zUᵀ(x − xU)`, all of the problem as the user stated it (unscaled,
 * minimization): `∇f + Jᵀλ − zL + zU = 0`, `zL, zU ≥ 0`; λᵢ ≥ 0 at an active upper row bound, ≤ 0 at a lower one.
 */
export interface Multipliers {
  readonly constraints: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Unscaled maximum-norm errors of the optimality conditions at the point held. */
export interface Errors {
  /** Largest violation of a row or variable bound. */
  readonly primal: number;
  /** `‖∇f + Jᵀλ − zL + zU‖∞`. */
  readonly dual: number;
  /** Largest product of a slack and its multiplier. */
  readonly complementarity: number;
}

/** Evaluations and factorizations of a solve. */
export interface Counts {
  readonly objective: number;
  readonly gradient: number;
  readonly constraints: number;
  readonly jacobian: number;
  readonly hessian: number;
  readonly factorizations: number;
  /** Evaluations that returned NaN or infinity at a trial point. */
  readonly rejected: number;
}

/** Where the time of a solve went. */
export interface Seconds {
  /** From the start of the call. */
  readonly total: number;
  /** Stating and assembling the problem and opening engines, before the solver began. */
  readonly build: number;
  /** Inside gray-box oracles. */
  readonly oracle: number;
  /** Factorizing and solving KKT systems. */
  readonly linear: number;
  /** total − build − oracle − linear. */
  readonly other: number;
}

/**
 * What a solver returns. `status` says why it stopped; everything else describes the best point held, whatever the
 * status (for `invalid-problem` the start, with errors NaN).
 */
export interface Result {
  readonly status: Status;
  /** One line in words: names rows, columns or limits where that helps. */
  readonly message: string;
  readonly x: Float64Array;
  readonly objective: number;
  readonly constraints: Float64Array;
  readonly multipliers: Multipliers;
  readonly errors: Errors;
  readonly iterations: number;
  readonly evaluations: Counts;
  readonly seconds: Seconds;
  /** How KKT systems were factored, where the solver tells. */
  readonly kkt?: KktUse;
  /**
   * Who factored KKT systems: `wasm` or `javascript`, which compute the same bits, and a system BLAS by name, which rounds in
   * another way. Absent where nothing was factored, where the solve was cut short, and for solvers with a linear algebra of
   * their own.
   */
  readonly kernels?: readonly string[];
}

/** The form in which KKT systems were factored, and how many factorizations had to do without it. */
export interface KktUse {
  readonly form: string;
  /** Of a form that eliminates blocks: factorizations that eliminated in general, since a block could not be. */
  readonly inGeneral: number;
}

/** The point a solver holds and what it knows of it, without the reason why it stopped. */
export type Held = Omit<Result, 'status' | 'message'>;

/** A solve counts as solved when its status is one of these. */
export const isSolved = (status: Status): boolean => status === 'optimal' || status === 'acceptable';
