import { operands, type Program } from './program.js';

/** Which of a mixed executable's two precisions a tensor has; a constant has that of whoever reads it. */
export type Level = 'full' | 'lower' | 'either';

/** The level of every instruction's result. Constants are read at the level of the instruction that reads them. */
export function levels({ instructions }: Program): Level[] {
  const found: Level[] = [];
  instructions.forEach((instruction, k) => {
    if (instruction.kind === 'constant') found[k] = 'either';
    else if (instruction.kind === 'lower') found[k] = 'lower';
    else found[k] = operands(instruction).some((ref) => found[ref] === 'lower') ? 'lower' : 'full';
  });
  return found;
}
