import type { Block, GrayBoxUse, Problem } from '../problem/problem.js';
import type { Tape } from './tape.js';

/**
 * A model as plain data in flat arrays, which structured clone carries to another thread in no time; {@link extract}
 * makes the problem of it there.
 */
export interface Statement {
  readonly name: string;
  /** Statements with the same key differ in bounds, starts and scaling alone; absent where that is not known. */
  readonly key?: string;
  /** +1: minimize; −1: maximize. */
  readonly sense: 1 | -1;
  readonly variables: Block & { readonly start: Float64Array };
  /** Bounds as stated, of whole expressions. */
  readonly rows: Block;
  readonly tape: Tape;
  /** Reference of each row's expression; −1 for rows of gray boxes. */
  readonly expressions: Int32Array;
  /** Reference of the objective, −1 where there is none. */
  readonly objective: number;
  readonly grayBoxes: readonly GrayBoxUse[];
  readonly groups: readonly GroupUse[];
  readonly partition?: Int32Array;
  readonly scaling?: Problem['scaling'];
  /** Columns that are parameters: their bounds and starts are their values. */
  readonly parameters: Int32Array;
  /** Bounds that follow a parameter. */
  readonly links: readonly Link[];
}

/** A bound of a variable that is the value of a parameter. */
export interface Link {
  readonly column: number;
  readonly side: 'lower' | 'upper';
  /** Its column. */
  readonly parameter: number;
}

/** A template added to many rows at once. */
export interface GroupUse {
  /** Its objective is the template; its first `width` variables are those of the template, the others its constants. */
  readonly template: Statement;
  readonly width: number;
  /** Variables of each instance, `[instances × width]`. */
  readonly columns: Int32Array;
  /** Constants of each instance, `[instances × constants]`. */
  readonly constants: Float64Array;
  /** Row of each instance, −1 for the objective. */
  readonly rows: Int32Array;
}

/** The statement with other parts; it no longer has the key of the one that it was made from. */
export function otherStatement({ key: _, ...statement }: Statement, parts: Partial<Statement>): Statement {
  return { ...statement, ...parts };
}
