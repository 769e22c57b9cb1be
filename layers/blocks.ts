import {
  type Block,
  type InputName,
  inputNames,
  type QpBatch,
  type QpShape,
} from '../solvers/batch/contract.js';
import { InputError } from '../src/core/errors.js';
import { optionsOf } from '../src/core/given.js';
import { sharedFloat64 } from '../src/core/memory.js';
import { arrayOf, type GivenArray, type Numbers } from './array.js';

/**
 * The six inputs of a batch. Each is one copy for all elements (Q `[n, n]`, q `[n]`, A `[m, n]`, b `[m]`, G `[p, n]`,
 * h `[p]`), or has the batch as an axis before these; flat lists are taken by their length. Blocks without numbers may be
 * left out.
 */
export type QpData = { readonly [Name in InputName]?: Numbers };

/** The axes of one copy of an input. */
export const axesOf = (name: InputName, { n, m, p }: QpShape): readonly number[] =>
  ({ Q: [n, n], q: [n], A: [m, n], b: [m], G: [p, n], h: [p] })[name];

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);
const show = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((length, k) => length === b[k]);

/** Entries of Q and Qᵀ may differ by this much of the largest one; more is no rounding. */
export const asymmetry = { f64: 1e-9, f32: 1e-5 } as const;

export interface ReadBatch {
  /** Inputs that must be the same for all elements; the others then have one copy each. */
  readonly shared?: readonly InputName[] | undefined;
  readonly rounding?: number;
  /** Whether other threads shall see the numbers. */
  readonly visible?: boolean;
}

/**
 * The batch that a caller's data describe. Throws InputError, by input and element, for what is missing or unknown, for
 * shapes and batch sizes that disagree, for rows of different lengths, for NaN and infinities, and for Q that is not
 * symmetric to `rounding`.
 */
export function batchOf(
  given: QpData,
  shape: QpShape,
  { shared, rounding = asymmetry.f64, visible = false }: ReadBatch = {},
): QpBatch {
  const data = optionsOf(given, 'qp data');
  const stranger = Object.keys(data).find((name) => !inputNames.includes(name as InputName));
  if (stranger !== undefined)
    throw new InputError(`qp data: unknown input '${stranger}'; known are ${inputNames.join(', ')}`);
  const read = inputNames.map((name) => {
    const axes = axesOf(name, shape);
    const value = data[name];
    if (value === undefined) {
      if (sizeOf(axes) > 0) throw new InputError(`${name} is missing: it has the shape ${show(axes)}`);
      return { name, block: { values: new Float64Array(0), shared: true }, batch: undefined };
    }
    return {
      name,
      ...place(name, arrayOf(value, name, sizeOf(axes), visible ? sharedFloat64 : undefined), axes, shared),
    };
  });
  const first = read.find(({ batch }) => batch !== undefined);
  const odd = read.find(({ batch }) => batch !== undefined && batch !== first!.batch);
  if (odd)
    throw new InputError(
      `batch sizes disagree: ${first!.name} has ${first!.batch} elements, ${odd.name} has ${odd.batch}`,
    );
  const blocks = Object.fromEntries(read.map(({ name, block }) => [name, block])) as Record<InputName, Block>;
  symmetrize(blocks.Q, shape.n, rounding);
  return { ...shape, batch: first?.batch ?? 1, ...blocks };
}

function place(
  name: InputName,
  { shape, data }: GivenArray,
  axes: readonly number[],
  shared: readonly InputName[] | undefined,
): { block: Block; batch: number | undefined } {
  const size = sizeOf(axes);
  const fits = (): { one: boolean; batch: number } | undefined => {
    if (same(shape, axes)) return { one: true, batch: 1 };
    if (size === 0 && data.length === 0 && shape.length < axes.length + 1) return { one: true, batch: 1 };
    if (shape.length === axes.length + 1 && same(shape.slice(1), axes))
      return { one: false, batch: shape[0]! };
    if (shape.length !== 1) return shape[0] === 0 ? { one: false, batch: 0 } : undefined;
    if (size > 0 && data.length % size === 0) return { one: data.length === size, batch: data.length / size };
    return undefined;
  };
  const found = fits();
  const expected = `one copy of ${show(axes)} for all elements, or one for each: [batch${axes.map((length) => `, ${length}`).join('')}]`;
  if (found === undefined) throw new InputError(`${name} has the shape ${show(shape)}, expected ${expected}`);
  const asked = shared === undefined || size === 0 ? found.one : shared.includes(name);
  if (asked && !found.one)
    throw new InputError(
      `${name} has ${found.batch} copies, but 'shared' says that all elements share one of ${show(axes)}`,
    );
  return { block: { values: data, shared: asked }, batch: asked ? undefined : found.batch };
}

/** Takes ½(Q + Qᵀ), in place, of Q that is symmetric to rounding. */
function symmetrize({ values, shared }: Block, n: number, rounding: number): void {
  const size = n * n;
  for (let start = 0; start < values.length; start += size) {
    let [largest, apart, row, column] = [0, 0, 0, 0];
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        const [a, b] = [values[start + i * n + j]!, values[start + j * n + i]!];
        largest = Math.max(largest, Math.abs(a), Math.abs(b));
        if (Math.abs(a - b) > apart) [apart, row, column] = [Math.abs(a - b), i, j];
      }
    if (apart === 0) continue;
    if (apart <= rounding * largest) {
      for (let i = 0; i < n; i++)
        for (let j = 0; j < i; j++) {
          const mean = (values[start + i * n + j]! + values[start + j * n + i]!) / 2;
          values[start + i * n + j] = mean;
          values[start + j * n + i] = mean;
        }
      continue;
    }
    const element = shared ? '' : ` of element ${start / size}`;
    throw new InputError(
      `Q${element} is not symmetric: Q[${row}][${column}] is ${values[start + row * n + column]}, Q[${column}][${row}] is ${values[start + column * n + row]}; give ½(Q + Qᵀ), which is the same problem`,
    );
  }
}
