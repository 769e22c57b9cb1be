import { levels } from '../../derive/levels.js';
import { operands, type Program, type Ref } from '../../derive/program.js';
import { sizeOf } from '../../derive/shape.js';
import type { Precision } from '../contract.js';
import type { Float } from '../trained.js';
import { bytesOf } from './arena.js';

/** What every instruction's result is stored as. */
export const floatsOf = (program: Program, precision: Precision): Float[] =>
  levels(program).map((level) =>
    precision === 'f32' || (precision === 'mixed' && level === 'lower') ? 'f32' : 'f64',
  );

/** Reads of every tensor end at an instruction; its place is free after that. */
function lastReads({ instructions, outputs }: Program, owner: readonly Ref[]): number[] {
  const last = instructions.map((_, k) => k);
  instructions.forEach((instruction, k) => {
    for (const ref of operands(instruction)) last[owner[ref]!] = k;
  });
  for (const ref of Object.values(outputs)) last[owner[ref]!] = instructions.length;
  return last;
}

/**
 * Addresses of all tensors of `program` that are no constants, and the instruction whose place each has: `x` and `λ` where told, the rest from `scratch` on, places of
 * dead tensors used again. A reshaped tensor stands where it stood, and so does a lowered one unless it is stored
 * otherwise. Returns the end of the scratch.
 */
export function place(
  program: Program,
  floats: readonly Float[],
  given: { readonly x: number; readonly λ: number },
  scratch: number,
): { readonly addresses: readonly number[]; readonly owner: readonly Ref[]; readonly end: number } {
  const { instructions } = program;
  const owner: Ref[] = [];
  instructions.forEach((instruction, k) => {
    const from = instruction.kind === 'reshape' || instruction.kind === 'lower' ? instruction.a : undefined;
    owner[k] = from !== undefined && floats[from] === floats[k] ? owner[from]! : (k as Ref);
  });
  const last = lastReads(program, owner);
  const dying: number[][] = instructions.map(() => []);
  last.forEach((at, k) => {
    if (owner[k] === k && at < instructions.length) dying[at]!.push(k);
  });
  const addresses: number[] = [];
  const bytes = (k: number): number => bytesOf(sizeOf(instructions[k]!.shape), floats[k]!);
  /** Free places by their bytes: sizes recur from layer to layer. */
  const free = new Map<number, number[]>();
  let end = scratch;
  instructions.forEach((instruction, k) => {
    if (instruction.kind === 'constant') addresses[k] = Number.NaN;
    else if (instruction.kind === 'x' || instruction.kind === 'λ') addresses[k] = given[instruction.kind];
    else if (owner[k] !== k) addresses[k] = addresses[owner[k]!]!;
    else {
      const reused = free.get(bytes(k))?.pop();
      addresses[k] = reused ?? end;
      if (reused === undefined) end += bytes(k);
    }
    for (const dead of dying[k]!) {
      const { kind } = instructions[dead]!;
      if (kind === 'constant' || kind === 'x' || kind === 'λ') continue;
      const places = free.get(bytes(dead)) ?? [];
      places.push(addresses[dead]!);
      free.set(bytes(dead), places);
    }
  });
  return { addresses, owner, end };
}
