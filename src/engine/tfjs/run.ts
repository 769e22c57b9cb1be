import type { Tensor } from '@tensorflow/tfjs';
import { type InstructionOf, operands, type Program } from '../../derive/program.js';
import type { Tfjs } from './library.js';
import { compute } from './operations.js';

/** What a run is given; all of it stays the caller's. */
export interface Given {
  readonly x: Tensor;
  readonly λ: Tensor;
  constant(instruction: InstructionOf<'constant'>): Tensor;
}

/** Tensors of the outputs, which are the caller's to dispose. */
export type Results = { readonly [O in keyof Program['outputs']]: Tensor };

/** Runs a program; every intermediate tensor is disposed after its last use, also where an operation fails. */
export function run(tf: Tfjs, { instructions, outputs }: Program, { x, λ, constant }: Given): Results {
  const last = instructions.map((_, k) => k);
  instructions.forEach((instruction, k) => {
    for (const ref of operands(instruction)) last[ref] = k;
  });
  for (const ref of Object.values(outputs)) last[ref] = Number.POSITIVE_INFINITY;
  const held = new Map<number, Tensor>();
  const at = (ref: number): Tensor => {
    const instruction = instructions[ref]!;
    return instruction.kind === 'constant' ? constant(instruction) : held.get(ref)!;
  };
  const bench = { tf, at, x, λ };
  const drop = (ref: number): void => {
    held.get(ref)?.dispose();
    held.delete(ref);
  };
  try {
    instructions.forEach((instruction, k) => {
      if (instruction.kind === 'constant') return;
      held.set(k, compute(bench, instruction));
      for (const ref of operands(instruction)) if (last[ref] === k) drop(ref);
      if (last[k] === k) drop(k);
    });
    const results = Object.entries(outputs).map(([name, ref]) => [name, at(ref).clone()]);
    return Object.fromEntries(results) as Results;
  } finally {
    for (const ref of [...held.keys()]) drop(ref);
  }
}
