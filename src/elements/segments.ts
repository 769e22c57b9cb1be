import type { ElementGroup } from '../problem/problem.js';
import { type Kernel, makeKernel } from './kernel.js';
import type { Table } from './loop.js';

/** Terms of one shape that add either to the objective or to rows. */
export interface Segment {
  readonly kernel: Kernel;
  readonly table: Table;
  /** Row of each term; 0 for the objective, whose values go to `out[0]`. */
  readonly row: Int32Array;
  /** All 0: the source of the factor 1 where only the weight counts. */
  readonly none: Int32Array;
}

/** More shapes than this, and those with few terms are interpreted: compiling each would cost more than it saves. */
const manyShapes = 300;
const fewTerms = 4;

/** Compiles each group and parts its terms into those of the objective and those of the rows. */
export function segments(groups: readonly ElementGroup[]): { objective: Segment[]; rows: Segment[] } {
  const objective: Segment[] = [];
  const rows: Segment[] = [];
  for (const group of groups) {
    const kernel = makeKernel(group.shape, groups.length <= manyShapes || group.count > fewTerms);
    const ofObjective: number[] = [];
    const ofRows: number[] = [];
    for (let t = 0; t < group.count; t++) (group.row[t]! < 0 ? ofObjective : ofRows).push(t);
    if (ofObjective.length > 0) objective.push(segment(kernel, group, ofObjective));
    if (ofRows.length > 0) rows.push(segment(kernel, group, ofRows));
  }
  return { objective, rows };
}

function segment(kernel: Kernel, group: ElementGroup, terms: readonly number[]): Segment {
  const count = terms.length;
  const { variableSlots, constantSlots } = group;
  const variables = new Int32Array(count * variableSlots);
  const constants = new Float64Array(count * constantSlots);
  const weight = new Float64Array(count);
  const row = new Int32Array(count);
  terms.forEach((t, k) => {
    variables.set(group.variables.subarray(t * variableSlots, (t + 1) * variableSlots), k * variableSlots);
    constants.set(group.constants.subarray(t * constantSlots, (t + 1) * constantSlots), k * constantSlots);
    weight[k] = group.weight[t]!;
    row[k] = Math.max(group.row[t]!, 0);
  });
  const table = { count, variableSlots, constantSlots, variables, constants, weight };
  return { kernel, table, row, none: new Int32Array(count) };
}

/** Variables of the gradient's nonzeros, term by term. */
export function gradientColumns({ kernel, table }: Segment): Int32Array {
  const { gradientSlots } = kernel;
  const columns = new Int32Array(table.count * gradientSlots.length);
  for (let t = 0, o = 0; t < table.count; t++)
    for (const slot of gradientSlots) columns[o++] = table.variables[t * table.variableSlots + slot]!;
  return columns;
}
