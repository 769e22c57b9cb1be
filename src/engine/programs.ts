import type { Program, Programs } from '../derive/program.js';
import type { Order } from './contract.js';

/** The program that computes what `order` asks for. */
export function programOf(programs: Programs, order: Order): Program {
  return [programs.value, programs.jacobian, programs.hessian][order]!;
}

/** Copies the lower triangle of `full`, `[n, n]`, into `packed`, by rows. */
export function packLower(full: Float64Array | Float32Array, n: number, packed: Float64Array): void {
  for (let i = 0, start = 0; i < n; start += ++i) packed.set(full.subarray(i * n, i * n + i + 1), start);
}
