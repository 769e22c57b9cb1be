import { InputError } from '../core/errors.js';
import { flops } from '../derive/flops.js';
import type { Shared } from '../derive/passes/merge.js';
import type { Program, Programs } from '../derive/program.js';
import type { CompileOptions, Device, Engine, Order, Precision } from './contract.js';

/** The program that computes what `order` asks for at a precision. */
export function programOf(programs: Programs, order: Order, precision: Precision): Program {
  const second = precision === 'mixed' ? programs.mixed : programs.hessian;
  return [programs.value, programs.jacobian, second][order]!;
}

/** What an executable of `programs` says of itself. */
export const shapeOf = ({ inputs, outputs, through }: Programs) => ({
  inputs,
  outputs,
  ...(through && { through }),
});

/** Why `engine` was not written for a device, undefined where it was. */
export const lacks = ({ name, devices }: Engine, device: Device): string | undefined =>
  devices.includes(device)
    ? undefined
    : `engine ${name} has no device '${device}'; it has ${devices.join(', ')}`;

/** Refuses what `engine` was not written for. */
export function requireSupport(engine: Engine, { device, precision }: CompileOptions): void {
  const { name, precisions } = engine;
  const reason = lacks(engine, device);
  if (reason !== undefined) throw new InputError(reason);
  if (!precisions.includes(precision))
    throw new InputError(`engine ${name} has no precision '${precision}'; it has ${precisions.join(', ')}`);
}

/**
 * Operations up to which more points in one run make each cheaper: beyond, products fill the machine by themselves and
 * what lies between them no longer fits its caches (a 784-128⁵-10 network's Hessian, 2 points: 1.06 ms each, 9 points: 1.18).
 */
const together = 5e7;

/** `count` points in parts that are computed by one run of a batched program each, of up to so many operations. */
export function parts(program: Program, count: number, upTo = together): number[] {
  const most = Math.max(1, Math.floor(upTo / flops(program)));
  const sizes = new Array<number>(Math.floor(count / most)).fill(most);
  return count % most === 0 ? sizes : [...sizes, count % most];
}

/**
 * On the CPU products with one factor are made one where reading that once more costs more than copying the rows, twice
 * in and twice out (3 to 7 % of a call of 117 rows through 1000 and 2000 wide layers).
 */
export const readsLess = ({ rows, inner, outer }: Shared): boolean =>
  inner * outer >= 4 * rows * (inner + outer);

/** A block of a matrix, on or below the diagonal. */
export interface Block {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/** Copies `factor` times what `block` holds of the lower triangle to its place in `packed`, the lower triangle by rows. */
export function packBlock(
  data: Float64Array | Float32Array,
  { row, rows, column, columns }: Block,
  packed: Float64Array,
  factor = 1,
): void {
  for (let i = 0; i < rows; i++) {
    const width = Math.min(columns, row + i + 1 - column);
    const to = ((row + i) * (row + i + 1)) / 2 + column;
    packed.set(data.subarray(i * columns, i * columns + width), to);
    if (factor !== 1) for (let k = to; k < to + width; k++) packed[k]! *= factor;
  }
}

/**
 * A power of two to divide multipliers by where `H`, which is linear in them, is computed in f32: 1, or where the largest
 * is beyond a million or below a millionth, one near that, so that no product of them leaves the range of f32.
 */
export function unitOf(λ: Float64Array): number {
  let largest = 0;
  for (const value of λ) largest = Math.max(largest, Math.abs(value));
  if (!(largest > 0) || largest === Number.POSITIVE_INFINITY) return 1;
  return largest > 1e6 || largest < 1e-6 ? 2 ** Math.floor(Math.log2(largest)) : 1;
}
