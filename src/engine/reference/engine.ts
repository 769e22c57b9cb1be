import { InputError } from '../../core/errors.js';
import type { Programs } from '../../derive/program.js';
import type { CompileOptions, Engine, Evaluation, Executable, Order } from '../contract.js';
import { programOf } from '../programs.js';
import { execute } from './execute.js';

/** Plain loops, written for clarity: what the other engines are measured against. */
export const referenceEngine: Engine = {
  name: 'reference',
  async compile(programs: Programs, { precision, device }: CompileOptions): Promise<Executable> {
    if (device !== 'cpu')
      throw new InputError(`engine reference has no device '${device}'; use device cpu or engine onnx`);
    const n = programs.inputs;
    return {
      engine: 'reference',
      device,
      precision,
      inputs: n,
      outputs: programs.outputs,
      evaluate(order: Order, x: Float64Array, λ: Float64Array, out: Evaluation): void {
        const program = programOf(programs, order);
        const values = execute(program, { x, λ }, precision);
        const { y, J, H } = program.outputs;
        out.y.set(values[y]!.data);
        if (J !== undefined) out.J.set(values[J]!.data);
        if (order < 2) return;
        if (H === undefined) out.H.fill(0);
        else
          for (let i = 0, k = 0; i < n; i++)
            for (let j = 0; j <= i; j++, k++) out.H[k] = values[H]!.data[i * n + j]!;
      },
      dispose() {},
    };
  },
};
