import { InputError } from '../core/errors.js';
import { flops } from '../derive/flops.js';
import type { Program, Programs } from '../derive/program.js';
import type { CompileOptions, Engine, Order, Precision } from './contract.js';

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

/** Refuses what `engine` was not written for. */
export function requireSupport(
  { name, devices, precisions }: Engine,
  { device, precision }: CompileOptions,
): void {
  if (!devices.includes(device))
    throw new InputError(`engine ${name} has no device '${device}'; it has ${devices.join(', ')}`);
  if (!precisions.includes(precision))
    throw new InputError(`engine ${name} has no precision '${precision}'; it has ${precisions.join(', ')}`);
}

/** Operations up to which more points in one call make each cheaper; beyond, products fill the machine by themselves. */
const together = 2e8;

/** `count` points in parts that are computed by one run of a batched program each. */
export function parts(program: Program, count: number): number[] {
  const most = Math.max(1, Math.floor(together / flops(program)));
  const sizes = new Array<number>(Math.floor(count / most)).fill(most);
  return count % most === 0 ? sizes : [...sizes, count % most];
}

/** A block of a matrix, on or below the diagonal. */
export interface Block {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/** Copies what `block` holds of the lower triangle to its place in `packed`, the lower triangle by rows. */
export function packBlock(
  data: Float64Array | Float32Array,
  { row, rows, column, columns }: Block,
  packed: Float64Array,
): void {
  for (let i = 0; i < rows; i++) {
    const width = Math.min(columns, row + i + 1 - column);
    packed.set(data.subarray(i * columns, i * columns + width), ((row + i) * (row + i + 1)) / 2 + column);
  }
}
