import { indexKey } from './blocks.js';
import type { Builder } from './builder.js';
import { apart, inverse, moved, remembered, supportOf, union } from './patches.js';
import type { Ref, Term } from './program.js';
import { scatterAdd } from './scatter.js';
import { sizeOf } from './shape.js';

/**
 * `T_v = ∂v/∂z` of a value `v` of some shape and size `s`, with respect to `rows` numbers `z`:
 * - `diagonal`: `T[offset + j, j] = scale_j` (1 without a scale) and zero elsewhere; `scale` has the shape of `v`. With an
 *   `index`, `T[offset + index[j], j] = scale_j`, and a column of zeros where `index[j]` is −1;
 * - `patched`: groups of numbers of `v`, each of a few of `z`, as behind a convolution: where `index[j] = l·width + c`,
 *   `T[support[l·reach + i], j] = weight[l, i, c]`, and zero elsewhere; no number of `z` twice in a group;
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
  /** `groups × reach`, −1 for none. */
  readonly support: Int32Array;
  /** `[groups, reach, width]`, or `[1, reach, width]`, the same for all groups. */
  readonly weight: Ref;
  /** Which number of the groups each number of `v` is, −1 for zero; absent: in order. */
  readonly index?: Int32Array;
}

/** A summand of `H`: `Σ left · rightᵀ`, plus numbers on the diagonal from `offset` on, plus a whole matrix `[rows, rows]`. */
export interface Curvature {
  readonly terms: readonly Term[];
  readonly whole?: Ref;
  readonly diagonal?: { readonly offset: number; readonly values: Ref };
}

/** Tangent arithmetic in a space of `rows` directions; `low`: in the lower precision of a mixed program. */
export class Tangents {
  /** `triangle`: what is read of their squares. */
  constructor(
    readonly b: Builder,
    readonly rows: number,
    readonly low = false,
    readonly triangle: 'lower' | 'full' = 'full',
  ) {}

  /** As a tensor `[rows, …shape]`. */
  dense(tangent: Tangent, shape: readonly number[]): Ref {
    if (tangent.kind === 'dense') return tangent.tensor;
    const { b, rows } = this;
    const size = sizeOf(shape);
    if (tangent.kind === 'patched') {
      const whole = this.#spread(tangent);
      return b.reshape(tangent.index === undefined ? whole : b.gather(whole, tangent.index), [
        rows,
        ...shape,
      ]);
    }
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
    if (tangent.kind === 'diagonal') {
      const scale = b.multiply(tangent.scale ?? b.full(shape, 1), d);
      return { ...tangent, scale: tangent.scale === null && b.shape(d).length === shape.length ? d : scale };
    }
    const own = tangent.kind === 'patched' ? this.#apart(tangent, shape) : undefined;
    if (own === undefined) return { kind: 'dense', tensor: b.multiply(this.dense(tangent, shape), d) };
    return { ...own, weight: b.multiply(own.weight, this.#inOrder(own, d, shape)) };
  }

  /** `T W` along the last axis. A diagonal tangent costs a scaling of `W`'s rows, not a product. */
  through(tangent: Tangent, weight: Ref, shape: readonly number[]): Tangent {
    const { b, rows } = this;
    const [inner, outer] = b.shape(weight) as [number, number];
    if (tangent.kind === 'diagonal' && (shape.length > 1 || tangent.index !== undefined)) {
      const patched = this.#patchesThrough(tangent, weight, shape);
      if (patched !== undefined) return patched;
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
    const [own] = (tangent.kind === 'patched' && this.#byRows([tangent], shape)) || [];
    if (own !== undefined) {
      const [groups, reach] = b.shape(own.weight) as [number, number, number];
      const product = b.matmul(b.reshape(own.weight, [groups * reach, inner]), weight);
      return { ...own, weight: b.reshape(product, [groups, reach, outer]) };
    }
    const lead = sizeOf(shape) / inner;
    const flat = b.reshape(this.dense(tangent, shape), [rows * lead, inner]);
    const tensor = b.reshape(b.matmul(flat, weight), [rows, ...shape.slice(0, -1), outer]);
    return { kind: 'dense', tensor };
  }

  /** `Σ T` along the last axis, which stays with length 1. */
  sumLast(tangent: Tangent, shape: readonly number[]): Tangent {
    const [own] = (tangent.kind === 'patched' && this.#byRows([tangent], shape)) || [];
    if (own !== undefined) return { ...own, weight: this.b.sumLast(own.weight) };
    return { kind: 'dense', tensor: this.b.sumLast(this.dense(tangent, shape)) };
  }

  /** `T W` for a diagonal `T`, one patch for each row of `v`; undefined where a number stands twice in one. */
  #patchesThrough(tangent: Diagonal, weight: Ref, shape: readonly number[]): Patched | undefined {
    const { b } = this;
    const [inner, outer] = b.shape(weight) as [number, number];
    const size = sizeOf(shape);
    const support = supportOf(tangent, size);
    if (!apart(support, inner, this.rows)) return undefined;
    const { scale } = tangent;
    const own = scale === null ? weight : b.multiply(b.reshape(scale, [size / inner, inner, 1]), weight);
    return {
      kind: 'patched',
      support,
      weight: b.reshape(own, [scale === null ? 1 : size / inner, inner, outer]),
    };
  }

  /** The numbers of all groups as a matrix, `[rows, groups · width]`. */
  #spread({ support, weight }: Patched): Ref {
    const { b, rows } = this;
    const [owned, reach, width] = b.shape(weight) as [number, number, number];
    const groups = support.length / reach;
    const index = remembered(support, `spread ${owned} ${reach} ${rows}`, () => {
      const made = new Int32Array(rows * groups).fill(-1);
      support.forEach((z, at) => {
        if (z >= 0) made[z * groups + Math.floor(at / reach)] = owned === 1 ? at % reach : at;
      });
      return made;
    });
    const picked = b.gatherBlocks(b.reshape(weight, [owned * reach * width]), index, width);
    return b.reshape(picked, [rows, groups * width]);
  }

  /** `tangent` where every number of the groups is one of `v` and stands once; undefined where it is as well dense. */
  #apart(tangent: Patched, shape: readonly number[]): Patched | undefined {
    const [, reach, width] = this.b.shape(tangent.weight) as [number, number, number];
    if (2 * reach > this.rows) return undefined;
    const numbers = (tangent.support.length / reach) * width;
    if (tangent.index === undefined || inverse(tangent.index, numbers) !== undefined) return tangent;
    return this.#byRows([tangent], shape)?.[0];
  }

  /** `d`, which broadcasts to `shape`, for the groups of a tangent set apart: `[groups or 1, 1, width]`. */
  #inOrder({ weight, support, index }: Patched, d: Ref, shape: readonly number[]): Ref {
    const { b } = this;
    const [, reach, width] = b.shape(weight) as [number, number, number];
    const groups = support.length / reach;
    if (index === undefined && sizeOf(b.shape(d)) === width && b.shape(d).at(-1) === width)
      return b.reshape(d, [1, 1, width]);
    const size = sizeOf(shape);
    const whole = sizeOf(b.shape(d)) === size ? d : b.multiply(b.full(shape, 1), d);
    const flat = b.reshape(whole, [size]);
    const ordered = index === undefined ? flat : b.gather(flat, inverse(index, groups * width)!);
    return b.reshape(ordered, [groups, 1, width]);
  }

  /**
   * Tangents of values of one `shape`, diagonal or patched, with the rows along its last axis as groups, of the same support;
   * undefined where each group reaches half of `z`.
   */
  #byRows(tangents: readonly (Diagonal | Patched)[], shape: readonly number[]): Patched[] | undefined {
    const { b, rows } = this;
    const size = sizeOf(shape);
    const inner = shape.at(-1)!;
    const parts = tangents.map((tangent): Patched => {
      if (tangent.kind === 'patched') return tangent;
      const weight = tangent.scale === null ? b.full([1, 1, 1], 1) : b.reshape(tangent.scale, [size, 1, 1]);
      return { kind: 'patched', support: supportOf(tangent, size), weight };
    });
    const [first] = parts as [Patched];
    const [, reach, width] = b.shape(first.weight) as [number, number, number];
    if (parts.length === 1 && first.index === undefined && width === inner)
      return 2 * reach > rows ? undefined : parts;
    const layouts = parts.map((part) => ({
      ...part,
      shape: b.shape(part.weight) as [number, number, number],
    }));
    const support = union(layouts, inner, size, rows);
    if (support === undefined) return undefined;
    const wide = (support.length * inner) / size;
    b.check([size / inner, wide, inner]);
    return layouts.map((part) => {
      const flat = b.reshape(part.weight, [sizeOf(part.shape)]);
      const placed = b.gather(flat, moved(part, support, inner, size, rows));
      return { kind: 'patched', support, weight: b.reshape(placed, [size / inner, wide, inner]) };
    });
  }

  /** Of `v = u[index]`, `u` of shape `from`. */
  gather(tangent: Tangent, index: Int32Array, from: readonly number[], shape: readonly number[]): Tangent {
    const { b, rows } = this;
    const size = sizeOf(from);
    if (tangent.kind === 'dense') {
      const flat = this.matrix(tangent, from);
      return { kind: 'dense', tensor: b.reshape(b.gather(flat, index), [rows, ...shape]) };
    }
    const own = tangent.index;
    const composed =
      own === undefined
        ? index
        : remembered(index, `composed ${indexKey(own)}`, () => index.map((i) => (i < 0 ? -1 : own[i]!)));
    if (tangent.kind === 'patched') return { ...tangent, index: composed };
    const { scale, index: _, ...rest } = tangent;
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
    const sparse = first.kind !== 'dense' && second.kind !== 'dense' && this.#byRows([first, second], shape);
    if (sparse) {
      const [own, other] = sparse as [Patched, Patched];
      return { ...own, weight: b.add(own.weight, other.weight) };
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
      const own = this.#apart(tangent, shape);
      const whole = own && this.#squareOfPatches(own, this.#inOrder(own, this.low ? b.lower(d) : d, shape));
      if (whole !== undefined) return { terms: [], whole };
    }
    const right = this.matrix(tangent, shape);
    return { terms: [{ left: b.multiply(right, b.reshape(d, [size])), right }] };
  }

  /**
   * `T diag(d) Tᵀ` group by group, `W_l diag(d_l) W_lᵀ` added where the group stands; undefined where the product of all is
   * less work: a number that is moved counts as forty operations.
   */
  #squareOfPatches({ support, weight }: Patched, d: Ref): Ref | undefined {
    const { b, rows, triangle } = this;
    const [, reach, width] = b.shape(weight) as [number, number, number];
    const groups = support.length / reach;
    const pairs = groups * reach * reach;
    if (2 * pairs * width + 120 * (rows * rows + pairs) > rows * rows * groups * width) return undefined;
    const squares = b.contract(b.multiply(weight, d), weight, false, true);
    const to = remembered(support, `pairs ${reach} ${rows} ${triangle}`, () => {
      const made = new Int32Array(pairs).fill(-1);
      for (let at = 0; at < support.length; at++) {
        const z = support[at]!;
        const first = at - (at % reach);
        for (let k = 0; z >= 0 && k < reach; k++) {
          const other = support[first + k]!;
          if (other >= 0 && (triangle === 'full' || other <= z)) made[at * reach + k] = z * rows + other;
        }
      }
      return made;
    });
    return b.reshape(scatterAdd(b, b.reshape(squares, [pairs]), to, rows * rows), [rows, rows]);
  }
}
