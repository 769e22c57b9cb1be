import { EvaluationError } from '../../core/errors.js';
import { execute } from '../../derive/execute.js';
import { batched } from '../../derive/passes/batch.js';
import { type Program, type Programs, widthOf } from '../../derive/program.js';
import type { CompileOptions, Engine, Executable, Order, Slot } from '../contract.js';
import { packBlock, programOf, requireSupport, shapeOf } from '../programs.js';

/** Plain loops, written for clarity: what the other engines are measured against, and what runs where they cannot. */
export const referenceEngine: Engine = {
  name: 'reference',
  synchronous: true,
  devices: ['cpu'],
  precisions: ['f64', 'f32', 'mixed'],
  available: async () => true,
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
      const values = execute(program, joined(slots), precision);
      const numbers = (ref: number, p: number, size: number): Float64Array =>
        Float64Array.from({ length: size }, (_, i) => values[ref]!.data[p * size + i]!);
      for (const [p, out] of slots.entries())
        fill(program, order, programs, out, (ref, size) => numbers(ref, p, size));
    },
    dispose() {
      open = false;
    },
  };
}

const joined = (slots: readonly Slot[]) => ({
  x: slots.flatMap(({ x }) => [...x]),
  λ: slots.flatMap(({ λ }) => [...λ]),
});

function fill(
  { outputs: { y, J, H } }: Program,
  order: Order,
  programs: Programs,
  out: Slot,
  numbers: (ref: number, size: number) => Float64Array,
): void {
  const [m, n] = [programs.outputs, widthOf(programs)];
  out.y.set(numbers(y, m));
  if (J !== undefined) out.J.set(numbers(J, m * n));
  if (order < 2) return;
  if (H === undefined) out.H.fill(0);
  else packBlock(numbers(H, n * n), { row: 0, rows: n, column: 0, columns: n }, out.H);
}
