import { EvaluationError } from '../../core/errors.js';
import { execute } from '../../derive/execute.js';
import { batched } from '../../derive/passes/batch.js';
import { type Program, type Programs, widthOf } from '../../derive/program.js';
import type { CompileOptions, Engine, Executable, Order, Slot } from '../contract.js';
import { lacks, packBlock, programOf, requireSupport, shapeOf, unitOf } from '../programs.js';

/** Plain loops, written for clarity: what the other engines are measured against, and what runs where they cannot. */
export const referenceEngine: Engine = {
  name: 'reference',
  synchronous: true,
  devices: ['cpu'],
  precisions: ['f64', 'f32', 'mixed'],
  available: async (device = 'cpu') => lacks(referenceEngine, device) ?? true,
  async compile(programs, options) {
    requireSupport(referenceEngine, options);
    return interpreted(programs, options);
  },
};

/** As `referenceEngine.compile`, without the promise. */
export function interpreted(programs: Programs, { device, precision }: CompileOptions): Executable {
  let open = true;
  return {
    engine: 'reference',
    device,
    precision,
    ...shapeOf(programs),
    evaluate(order: Order, slots: readonly Slot[]): void {
      if (!open) throw new EvaluationError('engine reference: this executable was disposed', '', true);
      if (slots.length === 0) return;
      const program = batched(programOf(programs, order, precision), slots.length);
      const units = slots.map(({ λ }) => (order < 2 || precision === 'f64' ? 1 : unitOf(λ)));
      const x = slots.flatMap((slot) => [...slot.x]);
      const λ = slots.flatMap((slot, p) => Array.from(slot.λ, (value) => value / units[p]!));
      const values = execute(program, { x, λ }, precision === 'tf32' ? 'f32' : precision);
      for (const [p, slot] of slots.entries()) {
        const numbers = (ref: number, size: number): Float64Array =>
          Float64Array.from({ length: size }, (_, i) => values[ref]!.data[p * size + i]!);
        fill(slot, program, programs, numbers, units[p]!);
        if (order === 2 && program.outputs.H === undefined) slot.H.fill(0);
      }
    },
    dispose() {
      open = false;
    },
  };
}

function fill(
  slot: Slot,
  { outputs: { y, J, H } }: Program,
  programs: Programs,
  numbers: (ref: number, size: number) => Float64Array,
  unit: number,
): void {
  const [m, n] = [programs.outputs, widthOf(programs)];
  slot.y.set(numbers(y, m));
  if (J !== undefined) slot.J.set(numbers(J, m * n));
  if (H !== undefined) packBlock(numbers(H, n * n), { row: 0, rows: n, column: 0, columns: n }, slot.H, unit);
}
