import type { Ref } from '../program.js';
import { sizeOf } from '../shape.js';
import type { Tangent } from '../tangent.js';
import type { Rule } from './rule.js';

/** `v = Σ u`, `T_v = Σ T_u`, `ū = v̄`. */
export const add: Rule<'add'> = {
  value: ({ b, inputs }) => inputs.map(({ value }) => value).reduce((sum, u) => b.add(sum, u)),
  tangent: ({ shape }, t, inputs) => inputs.reduce((sum, T) => t.add(sum, T, shape)),
  adjoint: ({ inputs }, v̄) => inputs.map(() => v̄),
  second: null,
  turn: null,
};

/**
 * A square's two inputs are one. `w = a ∘ b`, `T_w = T_a ∘ b + T_b ∘ a`, `ā = w̄ ∘ b`, `b̄ = w̄ ∘ a`, second: `C + Cᵀ`, `C = T_a diag(w̄) T_bᵀ`,
 * turn: `T_b ∘ w̄`, `T_a ∘ w̄`.
 */
export const multiply: Rule<'multiply'> = {
  value: ({ b, inputs: [left, right] }) => b.multiply(left!.value, right!.value),
  tangent: ({ b, shape, inputs: [left, right] }, t, [T_left, T_right]) =>
    left!.value === right!.value
      ? t.scaled(T_left!, b.times(2, left!.value), shape)
      : t.add(t.scaled(T_left!, right!.value, shape), t.scaled(T_right!, left!.value, shape), shape),
  adjoint: ({ b, inputs: [left, right] }, w̄) =>
    left!.value === right!.value
      ? [b.multiply(w̄, b.times(2, left!.value)), undefined]
      : [b.multiply(w̄, right!.value), b.multiply(w̄, left!.value)],
  second: ({ b, shape, inputs: [left, right] }, t, w̄, [T_left, T_right]) => {
    if (left!.value === right!.value) return t.square(T_left!, b.times(2, w̄), shape);
    const w̄_flat = b.reshape(w̄, [sizeOf(shape)]);
    const T_a = t.matrix(T_left!, shape);
    const T_b = t.matrix(T_right!, shape);
    return {
      terms: [
        { left: b.multiply(T_a, w̄_flat), right: T_b },
        { left: b.multiply(T_b, w̄_flat), right: T_a },
      ],
    };
  },
  turn: ({ b, shape, inputs: [left, right] }, t, w̄, [T_left, T_right]) => {
    const moved = (T: Tangent, by: Ref): Ref => t.dense(t.scaled(T, by, shape), shape);
    if (left!.value === right!.value) return [moved(T_left!, b.times(2, w̄)), undefined];
    return [moved(T_right!, w̄), moved(T_left!, w̄)];
  },
};

/**
 * `w = a b` for each of a stack, `T_w = T_a b + a T_b`, `ā = w̄ bᵀ`, `b̄ = aᵀ w̄`, second: `C + Cᵀ`,
 * `C = ⟨w̄, T_a T_b⟩ = (T_aᵀ w̄) · T_b`, turn: `w̄ T_bᵀ`, `T_aᵀ w̄`.
 */
export const contract: Rule<'contract'> = {
  value: ({ b, inputs: [left, right] }) => b.contract(left!.value, right!.value),
  tangent: ({ b, inputs: [left, right] }, t, [T_left, T_right]) => {
    const low = (ref: Ref): Ref => (t.low ? b.lower(ref) : ref);
    const first = b.contract(t.dense(T_left!, left!.shape), low(right!.value));
    const second = b.contract(low(left!.value), t.dense(T_right!, right!.shape));
    return { kind: 'dense', tensor: b.add(first, second) };
  },
  adjoint: ({ b, inputs: [left, right] }, w̄) => [
    b.contract(w̄, right!.value, false, true),
    b.contract(left!.value, w̄, true, false),
  ],
  second: ({ b, inputs: [left, right] }, t, w̄, [T_left, T_right]) => {
    const T_a = t.dense(T_left!, left!.shape);
    const pulled = b.contract(T_a, t.low ? b.lower(w̄) : w̄, true, false);
    const C = b.reshape(pulled, [t.rows, sizeOf(right!.shape)]);
    const T_b = t.matrix(T_right!, right!.shape);
    return {
      terms: [
        { left: C, right: T_b },
        { left: T_b, right: C },
      ],
    };
  },
  turn: ({ b, inputs: [left, right] }, t, w̄, [T_left, T_right]) => {
    const bar = t.low ? b.lower(w̄) : w̄;
    return [
      b.contract(bar, t.dense(T_right!, right!.shape), false, true),
      b.contract(t.dense(T_left!, left!.shape), bar, true, false),
    ];
  },
};
