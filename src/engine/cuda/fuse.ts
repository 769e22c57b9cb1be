import type { Instruction, Program, Ref } from '../../derive/program.js';
import { operands } from '../../derive/program.js';
import { type Shape, sizeOf } from '../../derive/shape.js';

/** Instructions that one kernel computes, at the place of the first. */
export interface Group {
  readonly shape: Shape;
  readonly members: Ref[];
}

/** Members of a group at most: a kernel's numbers stay in registers. */
const most = 48;

export const isElementwise = ({ kind }: Instruction): boolean =>
  kind === 'unary' || kind === 'binary' || kind === 'lower';

/** Without axes of length 1 at the front, which do not move numbers. */
const trimmed = (shape: Shape): string => shape.slice(shape.findIndex((length) => length !== 1)).join();

/**
 * Elementwise instructions in groups, by the first group of their shape that they can be computed with: whatever else they
 * read stands there already where that group begins. `rootOf` is the instruction whose numbers an instruction shows, itself
 * where it has its own; `skip` says which are no work.
 */
export function fused(
  { instructions }: Program,
  rootOf: (ref: Ref) => Ref,
  skip: (ref: Ref) => boolean,
): ReadonlyMap<Ref, Group> {
  const groupOf = new Map<Ref, Group>();
  const byShape = new Map<string, Group[]>();
  /** Where the numbers of an instruction are there. */
  const since = (ref: Ref): number => groupOf.get(ref)?.members[0] ?? ref;
  instructions.forEach((instruction, k) => {
    const ref = k as Ref;
    if (!isElementwise(instruction) || skip(ref)) return;
    const { shape } = instruction;
    const known = byShape.get(trimmed(shape)) ?? [];
    byShape.set(trimmed(shape), known);
    const joins = (group: Group): boolean =>
      group.members.length < most &&
      operands(instruction).every((operand) => {
        const root = rootOf(operand);
        if (groupOf.get(root) !== group) return since(root) < group.members[0]!;
        return sizeOf(instructions[operand]!.shape) === sizeOf(shape);
      });
    let group = known.find(joins);
    if (group === undefined) {
      group = { shape, members: [] };
      known.push(group);
    }
    group.members.push(ref);
    groupOf.set(ref, group);
  });
  return groupOf;
}
