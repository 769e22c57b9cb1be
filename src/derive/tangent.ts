import type { Builder } from './builder.js';
import type { Ref, Term } from './program.js';
import { scatterAdd } from './scatter.js';
import { sizeOf } from './shape.js';

/**
 * `T_v = ∂v/∂z` of a value `v` of some shape and size `s`, with respect to `rows` numbers `z`:
 * - `diagonal`: `T[offset + j, j] = scale_j` (1 without a scale) and zero elsewhere; `scale` has the shape of `v`. With an
 *   `index`, `T[offset + index[j], j] = scale_j`, and a column of zeros where `index[j]` is −1;
 * - `patched`: of `v = u W` for the rows `u` of patches of `z`, as a convolution's: `T[offset + index[l·inner + i], (l, c)] =
 *   W[i, c]`, each number once in a patch;
 * - `dense`: a tensor `[rows, …shape of v]`.
 */
export type Tangent = Diagonal | Patched | { readonly kind: 'dense'; readonly tensor: Ref };

export interface Diagonal {
  readonly kind: 'diagonal';
  readonly offset: number;
  readonly scale: Ref | null;
  readonly index?: Int32Array;
}

export interface Patched {
  readonly kind: 'patched';
  readonly offset: number;
  readonly index: Int32Array;
  /** `[inner, outer]`. */
  readonly weight: Ref;
}

/** A summand of `H`: `Σ left · rightᵀ`, plus numbers on the diagonal from `offset` on, plus a whole matrix `[rows, rows]`. */
export interface Curvature {
  readonly terms: readonly Term[];
  readonly whole?: Ref;
  readonly diagonal?: { readonly offset: number; readonly values: Ref };
}

/** Tangent arithmetic in a space of `rows` directions; `low`: in the lower precision of a mixed program. */
export class Tangents {
  readonly #made = new Map<Patched, Ref>();

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
    if (tangent.kind === 'patched') return b.reshape(this.#spread(tangent), [rows, ...shape]);
    const { index, offset } = tangent;
    const eye = index === undefined ? b.eye(rows, size, offset) : b.selection(rows, index, offset);
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
    if (tangent.kind !== 'diagonal')
      return { kind: 'dense', tensor: b.multiply(this.dense(tangent, shape), d) };
    const scale = b.multiply(tangent.scale ?? b.full(shape, 1), d);
    return { ...tangent, scale: tangent.scale === null && b.shape(d).length === shape.length ? d : scale };
  }

  /** `T W` along the last axis. A diagonal tangent costs a scaling of `W`'s rows, not a product. */
  through(tangent: Tangent, weight: Ref, shape: readonly number[]): Tangent {
    const { b, rows } = this;
    const [inner, outer] = b.shape(weight) as [number, number];
    if (tangent.kind === 'diagonal' && (shape.length > 1 || tangent.index !== undefined)) {
      const rows = this.#rowsThrough(tangent, weight, shape);
      if (rows !== undefined) return rows;
    }
    if (tangent.kind === 'diagonal' && tangent.index === undefined && shape.length === 1) {
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

  /**
   * `T W` for a diagonal `T` over several rows of `W`'s inputs, as with patches of a picture: row `z` of the result is made
   * of rows of `W`, one at most for each row of `v` where no number stands twice in it; undefined where one does.
   */
  #rowsThrough(tangent: Diagonal, weight: Ref, shape: readonly number[]): Tangent | undefined {
    const { b, rows } = this;
    const [inner, outer] = b.shape(weight) as [number, number];
    const size = sizeOf(shape);
    const index = tangent.index ?? Int32Array.from({ length: size }, (_, j) => j);
    const source = this.#sources({ offset: tangent.offset, index }, inner);
    if (source === undefined) return undefined;
    const patched: Patched = { kind: 'patched', offset: tangent.offset, index, weight };
    if (tangent.scale === null) return patched;
    const to = [rows, ...shape.slice(0, -1)];
    const scales = b.gatherBlocks(b.reshape(tangent.scale, [size]), source, 1);
    const picked = b.reshape(this.#spread(patched, source), [...to, outer]);
    return { kind: 'dense', tensor: b.multiply(picked, b.reshape(scales, [...to, 1])) };
  }

  /** Which number of which patch each of the `rows` numbers is, patch by patch, −1 for none; undefined where one is several. */
  #sources({ offset, index }: Pick<Patched, 'offset' | 'index'>, inner: number): Int32Array | undefined {
    const lead = index.length / inner;
    const source = new Int32Array(this.rows * lead).fill(-1);
    for (let j = 0; j < index.length; j++) {
      const own = index[j]!;
      if (own < 0) continue;
      const at = (offset + own) * lead + Math.floor(j / inner);
      if (source[at]! >= 0) return undefined;
      source[at] = j;
    }
    return source;
  }

  /** A patched tangent as a matrix `[rows, patches · outer]`. */
  #spread(patched: Patched, source?: Int32Array): Ref {
    const { b, rows } = this;
    const { index, weight } = patched;
    const [inner, outer] = b.shape(weight) as [number, number];
    let made = this.#made.get(patched);
    if (made === undefined) {
      const blocks = (source ?? this.#sources(patched, inner)!).map((j) => (j < 0 ? -1 : j % inner));
      const picked = b.gatherBlocks(b.reshape(weight, [inner * outer]), blocks, outer);
      made = b.reshape(picked, [rows, (index.length / inner) * outer]);
      this.#made.set(patched, made);
    }
    return made;
  }

  /** Of `v = u[index]`, `u` of shape `from`. */
  gather(tangent: Tangent, index: Int32Array, from: readonly number[], shape: readonly number[]): Tangent {
    const { b, rows } = this;
    const size = sizeOf(from);
    if (tangent.kind !== 'diagonal') {
      const flat = this.matrix(tangent, from);
      return { kind: 'dense', tensor: b.reshape(b.gather(flat, index), [rows, ...shape]) };
    }
    const { index: own, scale, ...rest } = tangent;
    const composed = own === undefined ? index : index.map((i) => (i < 0 ? -1 : own[i]!));
    const moved = scale === null ? null : b.reshape(b.gather(b.reshape(scale, [size]), index), shape);
    return { ...rest, index: composed, scale: moved };
  }

  add(first: Tangent, second: Tangent, shape: readonly number[]): Tangent {
    const { b } = this;
    if (
      first.kind === 'diagonal' &&
      second.kind === 'diagonal' &&
      first.offset === second.offset &&
      first.index === second.index
    ) {
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
      const plain = part.kind === 'diagonal' && part.index === undefined;
      const fits = plain && (next === null || part.offset === next);
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
      const { offset, scale, index } = tangent;
      const values = scale === null ? d : b.multiply(d, b.multiply(scale, scale));
      const flat = b.reshape(values, [size]);
      if (index === undefined) return { terms: [], diagonal: { offset, values: flat } };
      const reach = index.reduce((most, i) => Math.max(most, i + 1), 0);
      if (reach === 0) return { terms: [] };
      return { terms: [], diagonal: { offset, values: scatterAdd(b, flat, index, reach) } };
    }
    if (tangent.kind === 'patched') {
      const whole = this.#squareOfPatches(tangent, d);
      if (whole !== undefined) return { terms: [], whole };
    }
    const right = this.matrix(tangent, shape);
    return { terms: [{ left: b.multiply(right, b.reshape(d, [size])), right }] };
  }

  /**
   * `T diag(d) Tᵀ` patch by patch, `W diag(d_l) Wᵀ` added where the patch stands; undefined where the product of all is less
   * work: a number that is moved counts as forty operations.
   */
  #squareOfPatches({ offset, index, weight }: Patched, d: Ref): Ref | undefined {
    const { b, rows } = this;
    const [inner, outer] = b.shape(weight) as [number, number];
    const lead = index.length / inner;
    const moved = 3 * (rows * rows + lead * inner * inner);
    if (2 * lead * inner * inner * outer + 40 * moved > rows * rows * lead * outer) return undefined;
    const low = (ref: Ref): Ref => (this.low ? b.lower(ref) : ref);
    const scaled = b.multiply(b.reshape(low(d), [lead, 1, outer]), weight);
    const squares = b.matmul(b.reshape(scaled, [lead * inner, outer]), weight, false, true);
    const to = new Int32Array(lead * inner * inner).fill(-1);
    for (let j = 0; j < index.length; j++) {
      if (index[j]! < 0) continue;
      const first = j - (j % inner);
      for (let k = 0; k < inner; k++)
        if (index[first + k]! >= 0)
          to[j * inner + k] = (offset + index[j]!) * rows + offset + index[first + k]!;
    }
    const flat = b.reshape(squares, [lead * inner * inner]);
    return b.reshape(scatterAdd(b, flat, to, rows * rows), [rows, rows]);
  }
}
