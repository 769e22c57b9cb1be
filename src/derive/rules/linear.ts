import { type Rule, rowsOf } from './rule.js';

/** `v = u W + b`, `T_v = T_u W`, `ū = v̄ Wᵀ`. */
export const affine: Rule<'affine'> = {
  value: ({ b, op, shape, inputs: [u] }) => {
    const rows = shape.length === 1 ? u!.value : b.reshape(u!.value, [rowsOf(u!.shape), u!.shape.at(-1)!]);
    const product = b.matmul(rows, b.constant(op.weight));
    return b.reshape(op.bias ? b.add(product, b.constant(op.bias)) : product, shape);
  },
  tangent: ({ b, op, inputs: [u] }, t, [T]) => t.through(T!, b.constant(op.weight), u!.shape),
  adjoint: ({ b, op, shape, inputs: [u] }, v̄) => {
    const batch = b.shape(v̄)[0]!;
    const matrix = b.reshape(v̄, [batch * rowsOf(shape), shape.at(-1)!]);
    return [b.reshape(b.matmul(matrix, b.constant(op.weight), false, true), [batch, ...u!.shape])];
  },
  second: null,
  turn: null,
};

/** `v = s ∘ u + t`, `T_v = T_u ∘ s`, `ū = v̄ ∘ s`. */
export const scale: Rule<'scale'> = {
  value: ({ b, op, inputs: [u] }) => b.add(b.multiply(u!.value, b.constant(op.scale)), b.constant(op.shift)),
  tangent: ({ b, op, inputs: [u] }, t, [T]) => t.scaled(T!, b.constant(op.scale), u!.shape),
  adjoint: ({ b, op }, v̄) => [b.multiply(v̄, b.constant(op.scale))],
  second: null,
  turn: null,
};
