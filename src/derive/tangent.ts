import type { Builder } from './builder.js';
import type { Ref, Term } from './program.js';
import { sizeOf } from './shape.js';

/**
 * `T_v = ∂v/∂z` of a value `v` of some shape and size `s`, with respect to `rows` numbers `z`:
 * - `diagonal`: `T[offset + j, j] = scale_j` (1 without a scale) and zero elsewhere; `scale` has the shape of `v`;
 * - `dense`: a tensor `[rows, …shape of v]`.
 */
export type Tangent =
  | { readonly kind: 'diagonal'; readonly offset: number; readonly scale: Ref | null }
  | { readonly kind: 'dense'; readonly tensor: Ref };

/** A summand of `H`: `Σ left · rightᵀ`, plus numbers on the diagonal from `offset` on. */
export interface Curvature {
  readonly terms: readonly Term[];
  readonly diagonal?: { readonly offset: number; readonly values: Ref };
}

/** Tangent arithmetic in a space of `rows` directions; `low`: in the lower precision of a mixed program. */
export class Tangents {
  constructor(
    readonly b: Builder,
    readonly rows: number,
    readonly low = false,
  ) {}

  /** As a tensor `[rows, …shape]`. */
  dense(tangent: Tangent, shape: readonly number[]): Ref {
    if (tangent.kind === 'dense') return tangent.tensor;
    const { b, rows } = this;
    const size = sizeOf(shape);
    const eye = b.eye(rows, size, tangent.offset);
    const matrix = tangent.scale === null ? eye : b.multiply(eye, b.reshape(tangent.scale, [size]));
    return b.reshape(matrix, [rows, ...shape]);
  }

  /** As a matrix `[rows, size]`. */
  matrix(tangent: Tangent, shape: readonly number[]): Ref {
    return this.b.reshape(this.dense(tangent, shape), [this.rows, sizeOf(shape)]);
  }

  /** `T ∘ d` with `d` of a shape that broadcasts to `shape`. */
  scaled(tangent: Tangent, factor: Ref, shape: readonly number[]): Tangent {
    const { b } = this;
    const d = this.low ? b.lower(factor) : factor;
    if (tangent.kind === 'dense') return { kind: 'dense', tensor: b.multiply(tangent.tensor, d) };
    const scale = b.multiply(tangent.scale ?? b.full(shape, 1), d);
    return { ...tangent, scale: tangent.scale === null && b.shape(d).length === shape.length ? d : scale };
  }

  /** `T W` along the last axis. A diagonal tangent costs a scaling of `W`'s rows, not a product. */
  through(tangent: Tangent, weight: Ref, shape: readonly number[]): Tangent {
    const { b, rows } = this;
    const [inner, outer] = b.shape(weight) as [number, number];
    if (tangent.kind === 'diagonal' && shape.length === 1) {
      const { offset, scale } = tangent;
      const block = scale === null ? weight : b.multiply(b.reshape(scale, [inner, 1]), weight);
      const after = rows - offset - inner;
      const parts = [
        ...(offset > 0 ? [b.full([offset, outer], 0)] : []),
        block,
        ...(after > 0 ? [b.full([after, outer], 0)] : []),
      ];
      return { kind: 'dense', tensor: b.concat(parts, 0) };
    }
    const lead = sizeOf(shape) / inner;
    const flat = b.reshape(this.dense(tangent, shape), [rows * lead, inner]);
    const tensor = b.reshape(b.matmul(flat, weight), [rows, ...shape.slice(0, -1), outer]);
    return { kind: 'dense', tensor };
  }

  add(first: Tangent, second: Tangent, shape: readonly number[]): Tangent {
    const { b } = this;
    if (first.kind === 'diagonal' && second.kind === 'diagonal' && first.offset === second.offset) {
      const one = b.full(shape, 1);
      return { ...first, scale: b.add(first.scale ?? one, second.scale ?? one) };
    }
    return { kind: 'dense', tensor: b.add(this.dense(first, shape), this.dense(second, shape)) };
  }

  concat(parts: readonly Tangent[], shapes: readonly (readonly number[])[], axis: number): Tangent {
    const { b } = this;
    const contiguous = shapes.every((shape) => sizeOf(shape.slice(0, axis)) === 1);
    let next: number | null = null;
    const adjacent = parts.every((part, k) => {
      const fits = part.kind === 'diagonal' && (next === null || part.offset === next);
      if (part.kind === 'diagonal') next = part.offset + sizeOf(shapes[k]!);
      return fits;
    });
    const first = parts[0]!;
    if (contiguous && adjacent && first.kind === 'diagonal') {
      const diagonals = parts as readonly (typeof first)[];
      if (diagonals.every(({ scale }) => scale === null)) return { ...first, scale: null };
      const scales = diagonals.map(({ scale }, k) => scale ?? b.full(shapes[k]!, 1));
      return { ...first, scale: b.concat(scales, axis) };
    }
    const tensors = parts.map((part, k) => this.dense(part, shapes[k]!));
    return { kind: 'dense', tensor: b.concat(tensors, axis + 1) };
  }

  /** `T diag(d) Tᵀ`, `d` of the shape of `v`. */
  square(tangent: Tangent, d: Ref, shape: readonly number[]): Curvature {
    const { b } = this;
    const size = sizeOf(shape);
    if (tangent.kind === 'diagonal') {
      const { offset, scale } = tangent;
      const values = scale === null ? d : b.multiply(d, b.multiply(scale, scale));
      return { terms: [], diagonal: { offset, values: b.reshape(values, [size]) } };
    }
    const right = this.matrix(tangent, shape);
    return { terms: [{ left: b.multiply(right, b.reshape(d, [size])), right }] };
  }
}
