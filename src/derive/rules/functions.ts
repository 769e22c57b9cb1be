import { activationOf } from '../../network/activation/table.js';
import { algebra } from '../algebra.js';
import type { Ref } from '../program.js';
import { sizeOf } from '../shape.js';
import type { Rule, Site } from './rule.js';

const slope = ({ b, op, value, inputs: [u] }: Site<'elementwise'>): Ref =>
  activationOf(op.fn).first(algebra(b), u!.value, value);

/** `v = φ(u)`, `T_v = T_u ∘ φ′(u)`, `ū = v̄ ∘ φ′(u)`, second: `T_u diag(v̄ ∘ φ″(u)) T_uᵀ`, turn: `T_u ∘ v̄ ∘ φ″(u)`. */
export const elementwise: Rule<'elementwise'> = {
  value: ({ b, op, inputs: [u] }) => activationOf(op.fn).value(algebra(b), u!.value),
  tangent: (site, t, [T]) => t.scaled(T!, slope(site), site.shape),
  adjoint: (site, v̄) => [site.b.multiply(v̄, slope(site))],
  second: ({ b, op, value, inputs: [u] }, t, v̄, [T]) => {
    const φ = activationOf(op.fn);
    if (φ.kind !== 'smooth') return { terms: [] };
    return t.square(T!, b.multiply(v̄, φ.second(algebra(b), u!.value, value)), u!.shape);
  },
  turn: ({ b, op, value, inputs: [u] }, t, v̄, [T]) => {
    const φ = activationOf(op.fn);
    if (φ.kind !== 'smooth') return [];
    const bend = b.multiply(v̄, φ.second(algebra(b), u!.value, value));
    return [t.dense(t.scaled(T!, bend, u!.shape), u!.shape)];
  },
};

/**
 * `p = softmax(u)`, `T_p = p ∘ (T_u − T_u p)`, `ū = q = p ∘ (p̄ − p̄ᵀp)`,
 * second: `T_u (diag(q) − q pᵀ − p qᵀ) T_uᵀ`, turn: `T_p ∘ (p̄ − p̄ᵀp) − p (T_p p̄)`, block by block along the last axis.
 */
export const softmax: Rule<'softmax'> = {
  value: ({ b, inputs: [u] }) => b.softmax(u!.value),
  tangent: ({ b, value: p, inputs: [u] }, t, [T]) => {
    const T_u = t.dense(T!, u!.shape);
    const tensor = b.multiply(p, b.subtract(T_u, b.sumLast(b.multiply(T_u, p))));
    return { kind: 'dense', tensor };
  },
  adjoint: ({ b, value: p }, p̄) => [b.multiply(p, b.subtract(p̄, b.sumLast(b.multiply(p̄, p))))],
  second: ({ b, value: p, inputs: [u] }, t, p̄, [T]) => {
    const T_u = t.dense(T!, u!.shape);
    const q = b.multiply(p, b.subtract(p̄, b.sumLast(b.multiply(p̄, p))));
    const T_q = b.multiply(T_u, q);
    const T_p = b.multiply(T_u, p);
    const cross = b.add(b.multiply(b.sumLast(T_q), p), b.multiply(b.sumLast(T_p), q));
    const matrix = [t.rows, sizeOf(u!.shape)];
    return {
      terms: [{ left: b.reshape(b.subtract(T_q, cross), matrix), right: b.reshape(T_u, matrix) }],
    };
  },
  turn: ({ b, value: p, shape }, t, p̄, _, own) => {
    const T_p = t.dense(own, shape);
    const low = (ref: Ref): Ref => (t.low ? b.lower(ref) : ref);
    const over = b.subtract(p̄, b.sumLast(b.multiply(p̄, p)));
    const moved = b.sumLast(b.multiply(T_p, low(p̄)));
    return [b.subtract(b.multiply(T_p, low(over)), b.multiply(low(p), moved))];
  },
};

/** Shares of the largest entries of `u` along the last axis, 0 elsewhere: `m/Σm`, `m = [u = max u]`. */
function largest({ b, value, inputs: [u] }: Site<'maximum'>): Ref {
  const marked = b.subtract(b.scalar(1), b.unary('step', b.subtract(value, u!.value)));
  return b.binary('divide', marked, b.sumLast(marked));
}

/**
 * `v = max u` along the last axis, `T_v = Σ s ∘ T_u`, `ū = v̄ ∘ s` with the shares `s` of the largest entries: where
 * several are equal, the mean of their slopes. No second derivative: the slopes are constant between kinks.
 */
export const maximum: Rule<'maximum'> = {
  value: ({ b, inputs: [u] }) => {
    let best = u!.value;
    const axis = u!.shape.length - 1;
    // In halves; an odd one out goes along.
    for (let length = u!.shape.at(-1)!; length > 1; ) {
      const half = Math.floor(length / 2);
      const paired = b.binary('maximum', b.slice(best, axis, 0, half), b.slice(best, axis, half, half));
      best = length % 2 === 0 ? paired : b.concat([paired, b.slice(best, axis, length - 1, 1)], axis);
      length = half + (length % 2);
    }
    return best;
  },
  tangent: (site, t, [T]) => {
    const [u] = site.inputs;
    const scaled = t.scaled(T!, largest(site), u!.shape);
    return t.sumLast(scaled, u!.shape);
  },
  adjoint: (site, v̄) => [site.b.multiply(v̄, largest(site))],
  second: () => ({ terms: [] }),
  turn: () => [],
};
