import { Builder } from '../builder.js';
import type { InstructionOf, Outputs, Program, Ref } from '../program.js';

/**
 * `program` with the summands of symmetric sums that are scaled squares, `(R ∘ d) Rᵀ`, stacked into one of them: the second
 * derivatives of all layers become one product, for a copy of their tangents.
 */
export function stacked({ instructions, outputs }: Program): Program {
  const b = new Builder();
  const place: Ref[] = [];
  const to = (ref: Ref): Ref => place[ref]!;

  /** `d` where `left` is `right ∘ d`. */
  const scaleOf = (left: Ref, right: Ref): Ref | undefined => {
    const instruction = instructions[left]!;
    if (instruction.kind !== 'binary' || instruction.fn !== 'multiply') return undefined;
    const d = instruction.a === right ? instruction.b : instruction.b === right ? instruction.a : undefined;
    const width = instructions[right]!.shape.at(-1)!;
    return d !== undefined && instructions[d]!.shape.join() === String(width) ? d : undefined;
  };
  const symmetric = ({ terms, diagonal, triangle, shape }: InstructionOf<'symmetric'>): Ref => {
    const squares = terms.flatMap(({ left, right }) => {
      const d = scaleOf(left, right);
      return d === undefined ? [] : [{ d: to(d), right: to(right) }];
    });
    const others = terms.filter(({ left, right }) => scaleOf(left, right) === undefined);
    const rest = others.map(({ left, right }) => ({ left: to(left), right: to(right) }));
    const kept = diagonal === null ? null : to(diagonal);
    if (squares.length < 2) {
      const all = terms.map(({ left, right }) => ({ left: to(left), right: to(right) }));
      return b.symmetric(shape, all, kept, triangle);
    }
    const right = b.concat(
      squares.map((square) => square.right),
      1,
    );
    const d = b.concat(
      squares.map((square) => square.d),
      0,
    );
    return b.symmetric(shape, [{ left: b.multiply(right, d), right }, ...rest], kept, triangle);
  };
  instructions.forEach((instruction, k) => {
    place[k] = instruction.kind === 'symmetric' ? symmetric(instruction) : b.copy(instruction, to);
  });
  const ends = Object.entries(outputs).map(([name, ref]) => [name, to(ref)]);
  return b.finish(Object.fromEntries(ends) as unknown as Outputs);
}
