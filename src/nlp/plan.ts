import type { Sparsity } from '../core/sparsity.js';
import { gradientColumns, type Segment } from '../elements/segments.js';
import type { BoxUse } from './boxes.js';
import type { LinearPart } from './linear.js';
import { Contributions, mergeContributions } from './merge.js';

export interface JacobianPlan {
  readonly sparsity: Sparsity;
  /** Values that never change: the linear part and the 1 of each `y` in `y − NN(x)`. */
  readonly constant: Float64Array;
  /** Place of each contribution, by segment and by gray box (row-major `J`). */
  readonly elements: readonly Int32Array[];
  readonly boxes: readonly Int32Array[];
}

/** Merges the contributions of gray boxes, linear rows and elements to the m × n Jacobian. */
export function jacobianPlan(
  m: number,
  n: number,
  uses: readonly BoxUse[],
  linear: LinearPart,
  rows: readonly Segment[],
): JacobianPlan {
  const columns = rows.map(gradientColumns);
  const all = new Contributions(
    uses.reduce((sum, { J, y }) => sum + J.length + y.length, 0) +
      linear.row.length +
      columns.reduce((sum, own) => sum + own.length, 0),
  );
  for (const { use } of uses)
    for (let i = 0; i < use.outputs.length; i++) for (const j of use.inputs) all.add(use.firstRow + i, j);
  for (const { use } of uses)
    for (let i = 0; i < use.outputs.length; i++) all.add(use.firstRow + i, use.outputs[i]!);
  for (let k = 0; k < linear.row.length; k++) all.add(linear.row[k]!, linear.column[k]!);
  rows.forEach(({ row, kernel }, s) => {
    const width = kernel.gradientSlots.length;
    const own = columns[s]!;
    for (let k = 0; k < own.length; k++) all.add(row[Math.floor(k / width)]!, own[k]!);
  });

  const { sparsity, place } = mergeContributions(m, n, all.row, all.column);
  const constant = new Float64Array(sparsity.row.length);
  const take = cutter(place);
  const boxes = uses.map(({ J }) => take(J.length));
  for (const { y } of uses) for (const k of take(y.length)) constant[k]! += 1;
  const ofLinear = take(linear.value.length);
  for (let k = 0; k < ofLinear.length; k++) constant[ofLinear[k]!]! += linear.value[k]!;
  return { sparsity, constant, elements: columns.map((own) => take(own.length)), boxes };
}

export interface HessianPlan {
  readonly sparsity: Sparsity;
  readonly objective: readonly Int32Array[];
  readonly rows: readonly Int32Array[];
  /** By gray box, in the packed order of its `H`. */
  readonly boxes: readonly Int32Array[];
  /** True where a box's places are consecutive and no box before it writes there: its `H` is copied whole. */
  readonly contiguous: readonly boolean[];
  /** Packed entries off the diagonal of `H` that fall on the diagonal here, as one variable enters twice: count twice. */
  readonly doubled: readonly (readonly number[])[];
}

/** Merges the contributions of gray boxes and elements to the lower triangle of the n × n Hessian. */
export function hessianPlan(
  n: number,
  uses: readonly BoxUse[],
  elements: { readonly objective: readonly Segment[]; readonly rows: readonly Segment[] },
): HessianPlan {
  const size = ({ kernel, table }: Segment): number => table.count * kernel.hessianSlots.length;
  const everything = [...elements.objective, ...elements.rows];
  const all = new Contributions(
    uses.reduce((sum, { H }) => sum + H.length, 0) + everything.reduce((sum, own) => sum + size(own), 0),
  );
  for (const { use } of uses)
    for (let i = 0; i < use.inputs.length; i++)
      for (let j = 0; j <= i; j++) addLower(all, use.inputs[i]!, use.inputs[j]!);
  for (const { kernel, table } of everything)
    for (let t = 0; t < table.count; t++) {
      const base = t * table.variableSlots;
      for (const { row, column } of kernel.hessianSlots)
        addLower(all, table.variables[base + row]!, table.variables[base + column]!);
    }

  const { sparsity, place } = mergeContributions(n, n, all.row, all.column);
  const take = cutter(place);
  let written = 0;
  const contiguous: boolean[] = [];
  const boxes = uses.map(({ H }) => {
    const own = take(H.length);
    contiguous.push(own.length > 0 && own[0]! >= written && own.every((value, k) => value === own[0]! + k));
    written = own.reduce((most, value) => Math.max(most, value + 1), written);
    return own;
  });
  return {
    sparsity,
    boxes,
    contiguous,
    doubled: uses.map(({ use }) => repeatedInputs(use.inputs)),
    objective: elements.objective.map((own) => take(size(own))),
    rows: elements.rows.map((own) => take(size(own))),
  };
}

const addLower = (all: Contributions, i: number, j: number): void => all.add(Math.max(i, j), Math.min(i, j));

/** Cuts a list into consecutive pieces of given lengths. */
function cutter(list: Int32Array): (length: number) => Int32Array {
  let at = 0;
  return (length) => {
    at += length;
    return list.slice(at - length, at);
  };
}

function repeatedInputs(inputs: Int32Array): number[] {
  if (new Set(inputs).size === inputs.length) return [];
  const packed: number[] = [];
  for (let i = 0; i < inputs.length; i++)
    for (let j = 0; j < i; j++) if (inputs[i] === inputs[j]) packed.push((i * (i + 1)) / 2 + j);
  return packed;
}
