import type { Program, Programs } from '../derive/program.js';
import type { Order } from './contract.js';

/** The program that computes what `order` asks for. */
export function programOf(programs: Programs, order: Order): Program {
  return [programs.value, programs.jacobian, programs.hessian][order]!;
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
