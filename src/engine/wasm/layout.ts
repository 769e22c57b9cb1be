import { sizeOf } from '../../derive/builder.js';
import { operands, type Program, type Ref } from '../../derive/program.js';
import type { Tensor } from '../../network/graph.js';

/** Where things stand in memory: bytes from its beginning, all multiples of 16. */
export class Layout {
  readonly #constants = new Map<Tensor, number>();
  #end: number;
  constructor(base: number) {
    this.#end = base;
  }

  /** Total bytes so far. */
  get end(): number {
    return this.#end;
  }
  get constants(): ReadonlyMap<Tensor, number> {
    return this.#constants;
  }
  /** Room for `count` doubles. */
  reserve(count: number): number {
    const at = this.#end;
    this.#end += 16 * Math.ceil(count / 2);
    return at;
  }
  /** The one copy of a trained array. */
  constant(tensor: Tensor): number {
    let at = this.#constants.get(tensor);
    if (at === undefined) {
      at = this.reserve(tensor.data.length);
      this.#constants.set(tensor, at);
    }
    return at;
  }
  /** Makes room up to `end`. */
  extend(end: number): void {
    this.#end = Math.max(this.#end, end);
  }
}

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
 * Addresses of all tensors of `program`: constants in the shared part of `layout`, `x` and `λ` where told, the rest from
 * `scratch` on, places of dead tensors used again. A reshaped tensor stands where it stood. Returns the end of the scratch.
 */
export function place(
  program: Program,
  layout: Layout,
  given: { readonly x: number; readonly λ: number },
  scratch: number,
): { readonly addresses: readonly number[]; readonly end: number } {
  const { instructions } = program;
  const owner: Ref[] = [];
  instructions.forEach((instruction, k) => {
    owner[k] = instruction.kind === 'reshape' ? owner[instruction.a]! : (k as Ref);
  });
  const last = lastReads(program, owner);
  const dying: number[][] = instructions.map(() => []);
  last.forEach((at, k) => {
    if (owner[k] === k && at < instructions.length) dying[at]!.push(k);
  });
  const addresses: number[] = [];
  const bytesOf = (k: number): number => 16 * Math.ceil(sizeOf(instructions[k]!.shape) / 2);
  /** Free places by their bytes: sizes recur from layer to layer. */
  const free = new Map<number, number[]>();
  let end = scratch;
  instructions.forEach((instruction, k) => {
    if (instruction.kind === 'constant') addresses[k] = layout.constant(instruction.tensor);
    else if (instruction.kind === 'x' || instruction.kind === 'λ') addresses[k] = given[instruction.kind];
    else if (instruction.kind === 'reshape') addresses[k] = addresses[instruction.a]!;
    else {
      const bytes = bytesOf(k);
      const reused = free.get(bytes)?.pop();
      addresses[k] = reused ?? end;
      if (reused === undefined) end += bytes;
    }
    for (const dead of dying[k]!) {
      const { kind } = instructions[dead]!;
      if (kind === 'constant' || kind === 'x' || kind === 'λ') continue;
      const places = free.get(bytesOf(dead)) ?? [];
      places.push(addresses[dead]!);
      free.set(bytesOf(dead), places);
    }
  });
  return { addresses, end };
}
