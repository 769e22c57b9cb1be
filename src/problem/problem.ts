import type { Shape } from './shape.js';

/**
 * A problem as plain data that structured clone carries to another thread: linear rows, element groups and
 * references to gray boxes. `assemble` (room `nlp`) turns it into an {@link Nlp}.
 */
export interface Problem {
  readonly name: string;
  /** +1: minimize; −1: maximize (data below already states the minimization of −f). */
  readonly sense: 1 | -1;
  readonly variables: Block & { readonly start: Float64Array };
  readonly rows: Block & {
    /** What was moved into the bounds: a row as it was written is its value plus this. Absent where nothing was. */
    readonly constant?: Float64Array;
  };
  /** Linear part of the rows, of the objective (`row = −1`) and of the sums: triplets; those at one place add up. */
  readonly linear: { readonly row: Int32Array; readonly column: Int32Array; readonly value: Float64Array };
  readonly objectiveConstant: number;
  readonly sums: AuxiliarySums;
  readonly groups: readonly ElementGroup[];
  readonly grayBoxes: readonly GrayBoxUse[];
  /** Blocks of variables as marked in the model: column → block, −1 for those outside; see `partitionOf`. */
  readonly partition?: Int32Array;
  /** The user's scaling factors, handed on to `Nlp.scaling`. */
  readonly scaling?: {
    readonly objective: number;
    readonly variables?: Float64Array;
    readonly constraints?: Float64Array;
  };
}

/**
 * Values `s_k = constant[k] + linear part + terms`, K in number, of which other terms and sums are functions: functions
 * of long sums, and what is used in several places. With n variables and m rows, column `n + k` of linear parts and
 * terms stands for the value of `s_k`, and row `m + k` for its definition, which uses only sums before it.
 */
export interface AuxiliarySums {
  readonly constant: Float64Array;
}

/** Bounds and names, of variables or of rows. */
export interface Block {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly names: readonly string[];
}

/**
 * Terms of one shape: `weight[t] · φ(x[variables[t, ·]]; constants[t, ·])`, added to row `row[t]` (−1: objective).
 * `shape` is the expression in variable slots and constant slots from which value, gradient and Hessian code is made.
 */
export interface ElementGroup {
  readonly shape: Shape;
  readonly count: number;
  /** Slots of φ. */
  readonly variableSlots: number;
  readonly constantSlots: number;
  /** `[count × variableSlots]`; entries of one term are distinct. */
  readonly variables: Int32Array;
  /** `[count × constantSlots]`. */
  readonly constants: Float64Array;
  readonly weight: Float64Array;
  readonly row: Int32Array;
}

/** Rows `y − NN(x) = 0`: one per output, from `firstRow`. */
export interface GrayBoxUse {
  /** Index into the gray boxes handed to `assemble`. */
  readonly box: number;
  /** Variables that enter, in order. */
  readonly inputs: Int32Array;
  /** Variables `y`, in order. */
  readonly outputs: Int32Array;
  readonly firstRow: number;
}
