import { Builder } from '../builder.js';
import { levels } from '../levels.js';
import { type InstructionOf, type Outputs, operands, type Program, type Ref } from '../program.js';
import type { Shape } from '../shape.js';

/** Products of `rows` rows in all with one constant factor, `inner × outer`. */
export interface Shared {
  readonly rows: number;
  readonly inner: number;
  readonly outer: number;
}

/**
 * `program` with products that have one constant factor made one product of more rows, such as a layer's value and its
 * tangents: the factor is read once, for a copy of the rows. Only where `pays` says so, and where none of the products
 * depends on another.
 */
export function merged(program: Program, pays: (shared: Shared) => boolean): Program {
  let result = program;
  for (;;) {
    const group = nextGroup(result, pays);
    if (group === undefined) return result;
    result = joined(result, group);
  }
}

/** The first products that may be merged. */
function nextGroup(program: Program, pays: (shared: Shared) => boolean): Ref[] | undefined {
  const { instructions } = program;
  const level = levels(program);
  const groups = new Map<string, Ref[]>();
  instructions.forEach((instruction, k) => {
    if (instruction.kind !== 'matmul' || instruction.transposeA || instruction.shape.length > 2) return;
    if (instructions[instruction.b]!.kind !== 'constant') return;
    const key = `${instruction.b} ${instruction.transposeB} ${level[k]}`;
    groups.set(key, [...(groups.get(key) ?? []), k as Ref]);
  });
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const { a, shape } = instructions[group[0]!] as InstructionOf<'matmul'>;
    const inner = instructions[a]!.shape.at(-1)!;
    const rows = (of: readonly Ref[]): number =>
      of.reduce((sum, k) => sum + rowsOf(instructions[k]!.shape), 0);
    const paysFor = (of: readonly Ref[]): boolean => pays({ rows: rows(of), inner, outer: shape.at(-1)! });
    if (!group.some((k) => paysFor([k]))) continue;
    const apart = independent(program, group);
    if (apart.length > 1 && paysFor(apart)) return apart;
  }
  return undefined;
}

/** Rows of a matrix; a vector is one. */
const rowsOf = (shape: Shape): number => (shape.length === 1 ? 1 : shape[0]!);

/** Members of `group` of which none depends on another; the first of them in any case. */
function independent({ instructions }: Program, group: readonly Ref[]): Ref[] {
  const chosen: Ref[] = [];
  for (const candidate of group) {
    const seen = new Set<Ref>([candidate]);
    for (let k = candidate; k > chosen[0]!; k--)
      if (seen.has(k)) for (const ref of operands(instructions[k]!)) seen.add(ref);
    if (chosen.every((ref) => !seen.has(ref))) chosen.push(candidate);
  }
  return chosen;
}

/** `program` with the products `group` made one. */
function joined({ instructions, outputs }: Program, group: readonly Ref[]): Program {
  const b = new Builder();
  const place: Ref[] = [];
  const to = (ref: Ref): Ref => place[ref]!;
  const members = group.map((k) => instructions[k] as InstructionOf<'matmul'>);
  /** Writes what `ref` needs and then itself, the members of the group together. */
  const write = (root: Ref): void => {
    const stack = [root];
    while (stack.length > 0) {
      const ref = stack.at(-1)!;
      const inGroup = group.includes(ref);
      const needs = inGroup ? members.flatMap(operands) : operands(instructions[ref]!);
      const missing = needs.filter((need) => place[need] === undefined);
      if (place[ref] === undefined && missing.length > 0) {
        stack.push(...missing);
        continue;
      }
      stack.pop();
      if (place[ref] !== undefined) continue;
      if (inGroup) together();
      else place[ref] = b.copy(instructions[ref]!, to);
    }
  };
  const together = (): void => {
    const [{ b: factor, transposeB }] = members as [InstructionOf<'matmul'>];
    const rows = b.concat(
      members.map(({ a }) => b.reshape(to(a), [rowsOf(b.shape(to(a))), b.shape(to(a)).at(-1)!])),
      0,
    );
    const product = b.matmul(rows, to(factor), false, transposeB);
    let from = 0;
    group.forEach((k, i) => {
      const { shape } = members[i]!;
      place[k] = b.reshape(b.slice(product, 0, from, rowsOf(shape)), shape);
      from += rowsOf(shape);
    });
  };
  for (const ref of Object.values(outputs)) write(ref);
  const ends = Object.entries(outputs).map(([name, ref]) => [name, to(ref)]);
  return b.finish(Object.fromEntries(ends) as unknown as Outputs);
}
