import { scatterAdd } from '../scatter.js';
import { sizeOf } from '../shape.js';
import type { Rule } from './rule.js';

/** `v = x[offset : offset + size]`. */
export const input: Rule<'input'> = {
  value: ({ b, op, shape }, x) => b.reshape(b.slice(x, 0, op.offset, sizeOf(shape)), shape),
  tangent: ({ op }) => ({ kind: 'diagonal', offset: op.offset, scale: null }),
  adjoint: ({ b, shape }, v̄) => [b.reshape(v̄, [b.shape(v̄)[0]!, sizeOf(shape)])],
  second: null,
  turn: null,
};

/** `v = [u₁ … ]` along an axis; tangents likewise, adjoints are its slices. */
export const concat: Rule<'concat'> = {
  value: ({ b, op, inputs }) =>
    b.concat(
      inputs.map(({ value }) => value),
      op.axis,
    ),
  tangent: ({ op, inputs }, t, tangents) =>
    t.concat(
      tangents,
      inputs.map(({ shape }) => shape),
      op.axis,
    ),
  adjoint: ({ b, op, inputs }, v̄) => {
    let start = 0;
    return inputs.map(({ shape }) => {
      const size = shape[op.axis]!;
      start += size;
      return b.slice(v̄, op.axis + 1, start - size, size);
    });
  },
  second: null,
  turn: null,
};

/** `v = u` in another shape. */
export const reshape: Rule<'reshape'> = {
  value: ({ b, shape, inputs: [u] }) => b.reshape(u!.value, shape),
  tangent: ({ b, shape }, t, [T]) => {
    if (T!.kind === 'dense') return { kind: 'dense', tensor: b.reshape(T!.tensor, [t.rows, ...shape]) };
    return T!.kind === 'patched' || T!.scale === null ? T! : { ...T!, scale: b.reshape(T!.scale, shape) };
  },
  adjoint: ({ b, inputs: [u] }, v̄) => [b.reshape(v̄, [b.shape(v̄)[0]!, ...u!.shape])],
  second: null,
  turn: null,
};

/** `v = u[index]`, tangents likewise; `ū[t] = Σ v̄[i]` over `index[i] = t`. */
export const gather: Rule<'gather'> = {
  value: ({ b, op, shape, inputs: [u] }) =>
    b.reshape(b.gather(b.reshape(u!.value, [sizeOf(u!.shape)]), op.index), shape),
  tangent: ({ op, shape, inputs: [u] }, t, [T]) => t.gather(T!, op.index, u!.shape, shape),
  adjoint: ({ b, op, shape, inputs: [u] }, v̄) => {
    const batch = b.shape(v̄)[0]!;
    const flat = b.reshape(v̄, [batch, sizeOf(shape)]);
    return [b.reshape(scatterAdd(b, flat, op.index, sizeOf(u!.shape)), [batch, ...u!.shape])];
  },
  second: null,
  turn: null,
};
