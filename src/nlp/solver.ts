import type { Nlp } from './contract.js';
import type { Held, Multipliers, Result } from './result.js';

/** One row of the progress table. */
export interface Iteration {
  readonly iteration: number;
  /** Unscaled objective (of the minimization). */
  readonly objective: number;
  /** Unscaled constraint violation, maximum norm. */
  readonly primal: number;
  /** Scaled dual infeasibility, maximum norm. */
  readonly dual: number;
  /** Barrier parameter μ. */
  readonly barrier: number;
  /** ‖d‖∞ of the primal step that led here; 0 at the start. */
  readonly step: number;
  /** Hessian perturbation δ_w; 0 when none. */
  readonly regularization: number;
  readonly alphaDual: number;
  readonly alphaPrimal: number;
  readonly trials: number;
  readonly restoration: boolean;
  readonly seconds: number;
  /** The point of the last iterate of the problem itself, where it was asked for. */
  readonly x?: Float64Array;
}

/** What a caller may attach to a running solve; called synchronously in the solver's thread. */
export interface Monitor {
  /** `performance.now()` of this thread at which the call began: limits and seconds count from there. Default: now. */
  readonly started?: number;

  /** Called once per iteration; returning `false` stops the solve with status `interrupted`. */
  iteration?(row: Iteration): boolean | void;
  /** Polled often; returning true stops the solve with status `interrupted`. */
  stopRequested?(): boolean;
  /** Called at every iterate that would be returned if the solve ended there, should its thread be ended from outside. */
  hold?(point: Held): void;
}

/** Where to start when not from `nlp.variables.start` without multipliers. */
export interface WarmStart {
  readonly x?: Float64Array;
  readonly multipliers?: Multipliers;
  /** Barrier parameter to continue with. */
  readonly barrier?: number;
}

/** Every solver: ours and the Ipopt adapters. Synchronous; throws {@link InputError} only for a caller's mistake. */
export interface Solver<Options = Record<string, unknown>> {
  readonly name: string;
  solve(nlp: Nlp, options?: Partial<Options>, monitor?: Monitor, warmStart?: WarmStart): Result;
}
