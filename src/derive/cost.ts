import { flopsEach } from './flops.js';
import { levels } from './levels.js';
import type { Program } from './program.js';
import { sizeOf } from './shape.js';

/** Operations of a product that take as long as reading one number of memory (f64 on a CPU, measured with ONNX Runtime). */
const perNumber = 40;

/**
 * What a run of `program` costs, in operations of an f64 product: a product costs its operations or the reading of its
 * constant factor, whichever is more; anything else the numbers it writes. Lowered instructions cost half.
 */
export function cost(program: Program): number {
  const { instructions } = program;
  const operations = flopsEach(instructions);
  const level = levels(program);
  return instructions.reduce((total, instruction, k) => {
    const { kind, shape } = instruction;
    const free = kind === 'constant' || kind === 'x' || kind === 'λ' || kind === 'reshape';
    if (free) return total;
    const weight = level[k] === 'lower' ? 0.5 : 1;
    if (kind === 'symmetric') return total + weight * operations[k]!;
    if (kind === 'contract') return total + weight * Math.max(operations[k]!, perNumber * sizeOf(shape));
    if (kind !== 'matmul') return total + weight * perNumber * sizeOf(shape);
    const factor = instructions[instruction.b]!;
    const reading = factor.kind === 'constant' ? perNumber * sizeOf(factor.shape) : 0;
    return total + weight * Math.max(operations[k]!, reading);
  }, 0);
}
