import type { Op } from '../network/graph.js';
import { type Builder, sizeOf } from './builder.js';
import { elementwiseRule } from './elementwise.js';
import type { Ref } from './program.js';
import type { Curvature, Tangent, Tangents } from './tangent.js';

/** What a rule sees of the node it differentiates. */
export interface Site<K extends Op['kind']> {
  readonly b: Builder;
  readonly op: Extract<Op, { kind: K }>;
  /** Shape of the node's value `v`, and the value itself once the value rule has run. */
  readonly shape: readonly number[];
  readonly value: Ref;
  /** Values and shapes of the node's inputs. */
  readonly inputs: readonly { readonly value: Ref; readonly shape: readonly number[] }[];
}

/** The four derivatives of an op; each op has all of them. */
export interface Rule<K extends Op['kind']> {
  /** `v` from its inputs. `x` is the network's input. */
  value(site: Omit<Site<K>, 'value'>, x: Ref): Ref;
  /** `T_v` from the tangents of its inputs. */
  tangent(site: Site<K>, t: Tangents, inputs: readonly Tangent[]): Tangent;
  /** `ū` of every input from `v̄`, `[batch, …shape]`; at an `input` op, `v̄` itself, `[batch, size]`. */
  adjoint(site: Site<K>, adjoint: Ref): readonly Ref[];
  /** The op's share of `H`, from `v̄` of the op's shape and the tangents of its inputs; `null` where `v` is affine in them. */
  readonly second:
    | null
    | ((site: Site<K>, t: Tangents, adjoint: Ref, inputs: readonly Tangent[]) => Curvature);
}

const rowsOf = (shape: readonly number[]): number => sizeOf(shape.slice(0, -1));

/** One rule per op; a missing one does not compile. Notation: `v` the op's value, `u` its input, `T` tangents, bars adjoints. */
export const rules: { readonly [K in Op['kind']]: Rule<K> } = {
  // v = x[offset : offset + size]
  input: {
    value: ({ b, op, shape }, x) => b.reshape(b.slice(x, 0, op.offset, sizeOf(shape)), shape),
    tangent: ({ op }) => ({ kind: 'diagonal', offset: op.offset, scale: null }),
    adjoint: ({ b, shape }, v̄) => [b.reshape(v̄, [b.shape(v̄)[0]!, sizeOf(shape)])],
    second: null,
  },

  // v = u W + b,  T_v = T_u W,  ū = v̄ Wᵀ
  affine: {
    value: ({ b, op, shape, inputs: [u] }) => {
      const matrix = b.reshape(u!.value, [rowsOf(u!.shape), u!.shape.at(-1)!]);
      const product = b.matmul(matrix, b.constant(op.weight));
      return b.reshape(op.bias ? b.add(product, b.constant(op.bias)) : product, shape);
    },
    tangent: ({ b, op, inputs: [u] }, t, [T]) => t.through(T!, b.constant(op.weight), u!.shape),
    adjoint: ({ b, op, shape, inputs: [u] }, v̄) => {
      const batch = b.shape(v̄)[0]!;
      const matrix = b.reshape(v̄, [batch * rowsOf(shape), shape.at(-1)!]);
      return [b.reshape(b.matmul(matrix, b.constant(op.weight), false, true), [batch, ...u!.shape])];
    },
    second: null,
  },

  // v = s ∘ u + t,  T_v = T_u ∘ s,  ū = v̄ ∘ s
  scale: {
    value: ({ b, op, inputs: [u] }) =>
      b.add(b.multiply(u!.value, b.constant(op.scale)), b.constant(op.shift)),
    tangent: ({ b, op, inputs: [u] }, t, [T]) => t.scaled(T!, b.constant(op.scale), u!.shape),
    adjoint: ({ b, op }, v̄) => [b.multiply(v̄, b.constant(op.scale))],
    second: null,
  },

  // v = φ(u),  T_v = T_u ∘ φ′(u),  ū = v̄ ∘ φ′(u),  second: T_u diag(v̄ ∘ φ″(u)) T_uᵀ
  elementwise: {
    value: ({ b, op, inputs: [u] }) => elementwiseRule(op.fn).value(b, u!.value, op.fn),
    tangent: ({ b, op, value, inputs: [u] }, t, [T]) =>
      t.scaled(T!, elementwiseRule(op.fn).first(b, u!.value, value, op.fn), u!.shape),
    adjoint: ({ b, op, value, inputs: [u] }, v̄) => [
      b.multiply(v̄, elementwiseRule(op.fn).first(b, u!.value, value, op.fn)),
    ],
    second: ({ b, op, value, inputs: [u] }, t, v̄, [T]) => {
      const { second } = elementwiseRule(op.fn);
      if (second === 'kink') return { terms: [] };
      return t.square(T!, b.multiply(v̄, second(b, u!.value, value, op.fn)), u!.shape);
    },
  },

  // p = softmax(u),  T_p = p ∘ (T_u − T_u p),  ū = q = p ∘ (p̄ − p̄ᵀp),
  // second: T_u (diag(q) − q pᵀ − p qᵀ) T_uᵀ, block by block along the last axis
  softmax: {
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
  },

  // v = Σ u,  T_v = Σ T_u,  ū = v̄
  add: {
    value: ({ b, inputs }) => inputs.map(({ value }) => value).reduce((sum, u) => b.add(sum, u)),
    tangent: ({ shape }, t, inputs) => inputs.reduce((sum, T) => t.add(sum, T, shape)),
    adjoint: ({ inputs }, v̄) => inputs.map(() => v̄),
    second: null,
  },

  // w = a ∘ b,  T_w = T_a ∘ b + T_b ∘ a,  ā = w̄ ∘ b, b̄ = w̄ ∘ a,  second: C + Cᵀ, C = T_a diag(w̄) T_bᵀ
  multiply: {
    value: ({ b, inputs: [left, right] }) => b.multiply(left!.value, right!.value),
    tangent: ({ shape, inputs: [left, right] }, t, [T_left, T_right]) =>
      t.add(t.scaled(T_left!, right!.value, shape), t.scaled(T_right!, left!.value, shape), shape),
    adjoint: ({ b, inputs: [left, right] }, w̄) => [b.multiply(w̄, right!.value), b.multiply(w̄, left!.value)],
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
  },

  // v = [u₁ … ] along an axis; tangents likewise, adjoints are its slices
  concat: {
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
  },

  // v = u in another shape
  reshape: {
    value: ({ b, shape, inputs: [u] }) => b.reshape(u!.value, shape),
    tangent: ({ b, shape }, t, [T]) => {
      if (T!.kind === 'dense') return { kind: 'dense', tensor: b.reshape(T!.tensor, [t.rows, ...shape]) };
      return T!.scale === null ? T! : { ...T!, scale: b.reshape(T!.scale, shape) };
    },
    adjoint: ({ b, inputs: [u] }, v̄) => [b.reshape(v̄, [b.shape(v̄)[0]!, ...u!.shape])],
    second: null,
  },
};
