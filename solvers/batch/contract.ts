/**
 * Many convex quadratic programs of one shape,
 *
 *     z* = argmin ½ zᵀQz + qᵀz   s.t.   Az = b,  Gz ≤ h
 *     L  = ½ zᵀQz + qᵀz + νᵀ(Az − b) + λᵀ(Gz − h),   λ ≥ 0,   s = h − Gz
 *
 * with n variables, m equalities and p inequalities (Amos & Kolter, OptNet, arXiv 1703.00443).
 */
export interface QpShape {
  readonly n: number;
  readonly m: number;
  readonly p: number;
}

/** The six inputs: Q n × n, q n, A m × n, b m, G p × n, h p; matrices by rows. */
export const inputNames = ['Q', 'q', 'A', 'b', 'G', 'h'] as const;
export type InputName = (typeof inputNames)[number];

/** One input of all elements: the same for each (`shared`, one copy), or one copy per element, one after the other. */
export interface Block {
  readonly values: Float64Array;
  readonly shared: boolean;
}

/** `batch` quadratic programs. Q is read as ½(Q + Qᵀ). */
export interface QpBatch extends QpShape, Readonly<Record<InputName, Block>> {
  readonly batch: number;
}

export const elementStatuses = [
  'optimal',
  'acceptable',
  'infeasible',
  'unbounded',
  'iteration-limit',
  'invalid',
  'failed',
] as const;

/** How one element ended; `failed` where what computed it died or left the range of numbers. */
export type ElementStatus = (typeof elementStatuses)[number];

export const solutionFlags = [
  'weakly-active',
  'dependent-rows',
  'dual-not-unique',
  'primal-not-unique',
  'refined',
  'inaccurate',
] as const;

/** What a user of an element's answer or gradient ought to know. */
export type SolutionFlag = (typeof solutionFlags)[number];

/** Values of z (n), ν (m), λ and s (p) of all elements, one element after the other. */
export interface QpPoint {
  readonly z: Float64Array;
  readonly nu: Float64Array;
  readonly lam: Float64Array;
  readonly s: Float64Array;
}

/** Why an element has no solution: `nu`, `lam` ≥ 0 with Aᵀν + Gᵀλ = 0, bᵀν + hᵀλ = −1; or a ray with Q·ray = 0, A·ray = 0, G·ray ≤ 0, qᵀray = −1. */
export type Certificate =
  | { readonly nu: Float64Array; readonly lam: Float64Array }
  | { readonly ray: Float64Array };

/** Answers of a batch; every list has one entry per element. An element without a solution holds its last iterate. */
export interface BatchSolution extends QpShape, QpPoint {
  readonly batch: number;
  /** Rows counted as active: p bytes per element, 1 where λᵢ > 0 holds row i in place, 2 where λᵢ = sᵢ = 0 to rounding. */
  readonly active: Uint8Array;
  readonly statuses: readonly ElementStatus[];
  readonly objective: Float64Array;
  /** Largest violation of the rows, of stationarity and of λ∘s = 0, of the point returned, unscaled. */
  readonly primalError: Float64Array;
  readonly dualError: Float64Array;
  readonly complementarityError: Float64Array;
  readonly iterations: Int32Array;
  /** Smallest max(λᵢ, sᵢ) over the rows; ∞ without rows. */
  readonly margin: Float64Array;
  /** An estimate, from pivots, of the condition of the system behind derivatives; ∞ where it is singular, NaN without a solution. */
  readonly condition: Float64Array;
  readonly flags: readonly (readonly SolutionFlag[])[];
  readonly certificates: readonly (Certificate | null)[];
  readonly factorizations: number;
  readonly seconds: number;
}

/** What a row with λᵢ = sᵢ = 0 counts as in derivatives: not active, active, or reason to refuse. */
export type WeaklyActive = 'exclude' | 'include' | 'refuse';

/** Derivatives of a scalar by the answers of all elements; parts left out are 0. */
export type Cotangents = { readonly [Part in keyof QpPoint]?: Float64Array };

/** Derivatives of a scalar by the inputs: of one copy per element, or, of a shared input, their sum over the batch. */
export type Gradients = Readonly<Record<InputName, Float64Array>>;

/** Directions of the inputs, as long as the inputs themselves; parts left out are 0. */
export type Directions = { readonly [Part in InputName]?: Float64Array };

/** The solution map of a batch at its solution, with what factorization of it is kept. */
export interface BatchDerivative {
  /**
   * Reverse: one solve with K per element for all six inputs. `into`: arrays to overwrite and return, as long as the inputs; new memory costs
   * more than the solves.
   */
  backward(cotangents: Cotangents, into?: Gradients): Gradients;
  /** Forward: the directional derivative of the solutions. */
  forward(directions: Directions): QpPoint;
  /** Rows with λᵢ and sᵢ both zero to rounding, dependent active rows: where no derivative exists, by element. */
  readonly flags: readonly (readonly SolutionFlag[])[];
  dispose(): void;
}
