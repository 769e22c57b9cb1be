import { levels } from '../../derive/levels.js';
import { operands, type Program, type Ref } from '../../derive/program.js';
import { type Shape, sizeOf } from '../../derive/shape.js';
import type { Precision } from '../contract.js';
import type { Float } from '../trained.js';
import { bytesOf, numberBytes } from './arena.js';

/** What every instruction's result is stored as. */
export const floatsOf = (program: Program, precision: Precision): Float[] =>
  levels(program).map((level) =>
    precision === 'f32' || (precision === 'mixed' && level === 'lower') ? 'f32' : 'f64',
  );

/** Where a tensor stands: `bytes` into the place of instruction `owner`. */
interface Home {
  readonly owner: Ref;
  readonly bytes: number;
}

/** Whether parts along `axis` are whole runs of numbers. */
const inRuns = (shape: Shape, axis: number): boolean => shape.slice(0, axis).every((length) => length === 1);

/**
 * Where every tensor stands. One that is reshaped, or of which runs are taken, stands where it stood, and so does a lowered
 * one unless it is stored otherwise; what is joined in whole runs is written where it goes.
 */
function homes({ instructions, outputs }: Program, floats: readonly Float[]): readonly Home[] {
  const found: Home[] = [];
  const size = (k: number): number => numberBytes[floats[k]!] * sizeOf(instructions[k]!.shape);
  instructions.forEach((own, k) => {
    const { kind } = own;
    const from = kind === 'reshape' || kind === 'lower' || kind === 'slice' ? own.a : undefined;
    const stays =
      from !== undefined &&
      floats[from] === floats[k] &&
      (kind !== 'slice' || inRuns(instructions[from]!.shape, own.axis));
    if (!stays) found[k] = { owner: k as Ref, bytes: 0 };
    else {
      const before = kind === 'slice' ? own.start * (size(k) / own.size) : 0;
      found[k] = { owner: found[from]!.owner, bytes: found[from]!.bytes + before };
    }
  });
  const hosts = new Map<Ref, Home>();
  const kept = new Set<Ref>(Object.values(outputs).map((ref) => found[ref]!.owner));
  instructions.forEach((own, k) => {
    if (own.kind !== 'concat' || !inRuns(own.shape, own.axis)) return;
    let bytes = 0;
    for (const part of own.parts) {
      const { owner } = found[part]!;
      const { kind } = instructions[owner]!;
      const given =
        kind === 'constant' || kind === 'x' || kind === 'λ' || kept.has(owner) || hosts.has(owner);
      if (!given && size(owner) === size(part) && floats[owner] === floats[k])
        hosts.set(owner, { owner: k as Ref, bytes });
      bytes += size(part);
    }
  });
  const last = (home: Home): Home => {
    let { owner, bytes } = home;
    for (let host = hosts.get(owner); host !== undefined; host = hosts.get(owner))
      [owner, bytes] = [host.owner, bytes + host.bytes];
    return { owner, bytes };
  };
  return found.map(last);
}

/** Reads of every tensor end at an instruction; its place is free after that. */
function lastReads({ instructions, outputs }: Program, home: readonly Home[]): number[] {
  const last = instructions.map((_, k) => k);
  const read = (ref: Ref, at: number): void => {
    const { owner } = home[ref]!;
    last[owner] = Math.max(last[owner]!, at);
  };
  instructions.forEach((instruction, k) => {
    read(k as Ref, k);
    for (const ref of operands(instruction)) read(ref, k);
  });
  for (const ref of Object.values(outputs)) read(ref, instructions.length);
  return last;
}

/**
 * Addresses of all tensors of `program`, of constants from the beginning of their own, and the instruction whose place each
 * has: `x` and `λ` where told, the rest from `scratch` on, places of dead tensors used again. Returns the end of the scratch.
 */
export function place(
  program: Program,
  floats: readonly Float[],
  given: { readonly x: number; readonly λ: number },
  scratch: number,
): { readonly addresses: readonly number[]; readonly owner: readonly Ref[]; readonly end: number } {
  const { instructions } = program;
  const home = homes(program, floats);
  const last = lastReads(program, home);
  const dying: number[][] = instructions.map(() => []);
  last.forEach((at, k) => {
    if (home[k]!.owner === k && at < instructions.length) dying[at]!.push(k);
  });
  const bytes = (k: number): number => bytesOf(sizeOf(instructions[k]!.shape), floats[k]!);
  /** Free places by their bytes: sizes recur from layer to layer. */
  const free = new Map<number, number[]>();
  const places = new Map<Ref, number>();
  let end = scratch;
  const placeOf = (owner: Ref): number => {
    const { kind } = instructions[owner]!;
    if (kind === 'constant') return 0;
    if (kind === 'x' || kind === 'λ') return given[kind];
    const known = places.get(owner);
    if (known !== undefined) return known;
    const reused = free.get(bytes(owner))?.pop();
    const own = reused ?? end;
    if (reused === undefined) end += bytes(owner);
    places.set(owner, own);
    return own;
  };
  const addresses = instructions.map((_, k) => {
    const own = placeOf(home[k]!.owner) + home[k]!.bytes;
    for (const dead of dying[k]!) {
      const { kind } = instructions[dead]!;
      if (kind === 'constant' || kind === 'x' || kind === 'λ') continue;
      const left = free.get(bytes(dead)) ?? [];
      left.push(places.get(dead as Ref)!);
      free.set(bytes(dead), left);
    }
    return own;
  });
  return { addresses, owner: home.map(({ owner }) => owner), end };
}
