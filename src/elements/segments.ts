import type { Ticker } from '../core/ticker.js';
import type { ElementGroup } from '../problem/problem.js';
import { type Kernel, makeKernel } from './kernel.js';
import type { Table } from './loop.js';

/** Terms of one shape that add either to the objective, to rows or to auxiliary sums. */
export interface Segment {
  readonly kernel: Kernel;
  readonly table: Table;
  /** Row or sum of each term; 0 for the objective, whose values go to `out[0]`. */
  readonly row: Int32Array;
  /** All 0: the source of the factor 1 where only the weight counts. */
  readonly none: Int32Array;
  /** Whether its terms have auxiliary sums among their variables; else none has. */
  readonly mixed: boolean;
}

export interface Segments {
  readonly objective: readonly Segment[];
  readonly rows: readonly Segment[];
  /** By level within each segment. */
  readonly sums: readonly Segment[];
}

/** More shapes than this, and those with few terms are interpreted: compiling each would cost more than it saves. */
const manyShapes = 300;
const fewTerms = 4;

/**
 * Compiles each group and parts its terms, in a problem of n variables and m rows whose sums have these levels (each
 * uses only sums of lower ones). Second derivatives by slots that hold only columns marked in `held` are left out.
 */
export function segments(
  groups: readonly ElementGroup[],
  n: number,
  m: number,
  levels: Int32Array,
  ticker: Ticker,
  held?: Uint8Array,
): Segments {
  const parts: Record<keyof Segments, Segment[]> = { objective: [], rows: [], sums: [] };
  for (const group of groups) {
    ticker.check();
    const compile = groups.length <= manyShapes || group.count > fewTerms;
    const kernel = makeKernel(group.shape, compile, held && heldSlots(group, held));
    const kinds = kindsOf(group, n, m);
    for (const kind of [0, 1, 2] as const)
      for (const mixed of [false, true]) {
        const terms = select(kinds, 2 * kind + Number(mixed));
        if (terms.length === 0) continue;
        const sums = kind === 2;
        if (sums) sortByLevel(terms, group.row, m, levels);
        parts[targets[kind]].push(segment(kernel, group, terms, sums ? m : 0, mixed));
      }
  }
  return parts;
}

/** Slots that hold columns marked in `held` in every term. */
function heldSlots({ variables, variableSlots }: ElementGroup, held: Uint8Array): Uint8Array {
  const slots = new Uint8Array(variableSlots).fill(1);
  for (let slot = 0; slot < variableSlots; slot++)
    for (let k = slot; k < variables.length && slots[slot] === 1; k += variableSlots)
      if (!held[variables[k]!]) slots[slot] = 0;
  return slots;
}

const targets = ['objective', 'rows', 'sums'] as const;

/** Of each term: twice its target's place in `targets`, and 1 more where a variable is an auxiliary sum. */
function kindsOf({ row, variables, count, variableSlots }: ElementGroup, n: number, m: number): Uint8Array {
  const kinds = new Uint8Array(count);
  for (let t = 0, i = 0; t < count; t++) {
    let mixed = 0;
    for (const end = i + variableSlots; i < end; i++) if (variables[i]! >= n) mixed = 1;
    kinds[t] = (row[t]! < 0 ? 0 : row[t]! < m ? 2 : 4) + mixed;
  }
  return kinds;
}

function select(kinds: Uint8Array, wanted: number): Int32Array {
  let count = 0;
  for (const kind of kinds) if (kind === wanted) count++;
  const terms = new Int32Array(count);
  if (count > 0) for (let t = 0, k = 0; t < kinds.length; t++) if (kinds[t] === wanted) terms[k++] = t;
  return terms;
}

function sortByLevel(terms: Int32Array, row: Int32Array, m: number, levels: Int32Array): void {
  const level = (t: number): number => levels[row[t]! - m]!;
  terms.sort((a, b) => level(a) - level(b) || a - b);
}

function segment(
  kernel: Kernel,
  group: ElementGroup,
  terms: Int32Array,
  firstRow: number,
  mixed: boolean,
): Segment {
  const count = terms.length;
  const { variableSlots, constantSlots } = group;
  const row = new Int32Array(count);
  for (let k = 0; k < count; k++) row[k] = Math.max(group.row[terms[k]!]! - firstRow, 0);
  const none = new Int32Array(count);
  if (count === group.count && firstRow === 0) return { kernel, table: group, row, none, mixed };
  const variables = new Int32Array(count * variableSlots);
  const constants = new Float64Array(count * constantSlots);
  const weight = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const t = terms[k]!;
    for (let i = 0; i < variableSlots; i++)
      variables[k * variableSlots + i] = group.variables[t * variableSlots + i]!;
    for (let i = 0; i < constantSlots; i++)
      constants[k * constantSlots + i] = group.constants[t * constantSlots + i]!;
    weight[k] = group.weight[t]!;
  }
  const table = { count, variableSlots, constantSlots, variables, constants, weight };
  return { kernel, table, row, none, mixed };
}

/** Variables of the gradient's nonzeros, term by term. */
export function gradientColumns({ kernel, table }: Segment): Int32Array {
  const { gradientSlots } = kernel;
  const columns = new Int32Array(table.count * gradientSlots.length);
  for (let t = 0, o = 0; t < table.count; t++)
    for (const slot of gradientSlots) columns[o++] = table.variables[t * table.variableSlots + slot]!;
  return columns;
}
