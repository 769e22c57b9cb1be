import { activationOf } from '../../network/activation/table.js';
import { algebra } from '../algebra.js';
import type { Ref } from '../program.js';
import { sizeOf } from '../shape.js';
import type { Rule, Site } from './rule.js';

const slope = ({ b, op, value, inputs: [u] }: Site<'elementwise'>): Ref =>
  activationOf(op.fn).first(algebra(b), u!.value, value);

/** `v = φ(u)`, `T_v = T_u ∘ φ′(u)`, `ū = v̄ ∘ φ′(u)`, second: `T_u diag(v̄ ∘ φ″(u)) T_uᵀ`. */
export const elementwise: Rule<'elementwise'> = {
  value: ({ b, op, inputs: [u] }) => activationOf(op.fn).value(algebra(b), u!.value),
  tangent: (site, t, [T]) => t.scaled(T!, slope(site), site.shape),
  adjoint: (site, v̄) => [site.b.multiply(v̄, slope(site))],
  second: ({ b, op, value, inputs: [u] }, t, v̄, [T]) => {
    const φ = activationOf(op.fn);
    if (φ.kind !== 'smooth') return { terms: [] };
    return t.square(T!, b.multiply(v̄, φ.second(algebra(b), u!.value, value)), u!.shape);
  },
};

/**
 * `p = softmax(u)`, `T_p = p ∘ (T_u − T_u p)`, `ū = q = p ∘ (p̄ − p̄ᵀp)`,
 * second: `T_u (diag(q) − q pᵀ − p qᵀ) T_uᵀ`, block by block along the last axis.
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
};
