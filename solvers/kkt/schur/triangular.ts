import { addColumns, addRows } from '../../../src/core/structure/dense-products.js';
import { Matrices, type Matrix, type Rows } from '../../linear/matrices.js';
import type { Block, BlockValues } from './block.js';
import type { Layer, Layers, Part } from './layers.js';

/** A pivot this much smaller than its row is not trusted. */
const LEAST_PIVOT = 1e-8;

/** A part with its numbers: by rows where it is full, else one per place. */
interface Filled {
  readonly part: Part;
  readonly matrix: Matrix | null;
  readonly numbers: Float64Array;
}

interface FilledLayer extends Layer {
  readonly filled: readonly Filled[];
  readonly outer: Filled;
}

/**
 * A block whose rows determine its columns one after the other: `J_v` is triangular, and with E = 0 on its rows
 *
 *     [ H_vv  J_vᵀ ]
 *     [ J_v   0    ]
 *
 * has as many negative as positive eigenvalues, whatever H_vv is. With the tangents `T = −J_v⁻¹ J_c`, computed layer by layer
 * as products of dense matrices, its Schur complement is that of the reduced space:
 *
 *     S_cc = Tᵀ H_vv T + H_cv T + Tᵀ H_vc,   S_νc = F_v T
 *
 * (Parker, Garcia & Bent 2026, arXiv 2602.17968.) Positions that are multiples of one other, such as those after an activation,
 * need no tangents of their own. T is kept as long as the Jacobian's values stay.
 */
export class TriangularBlock implements Block {
  readonly columns: Int32Array;
  readonly rows: Int32Array;
  readonly coupling: Int32Array;
  readonly others: Int32Array;
  readonly #core: number;
  readonly #layers: readonly FilledLayer[];
  readonly #ofOthers: readonly Filled[];
  readonly #structure: Layers;
  readonly #memory: Matrices;
  /** Tangents, then two rows for each pair of positions with a mixed second derivative. */
  readonly #T: Matrix;
  /** Weights of these rows, in pairs. */
  readonly #weights: Matrix;
  /** Tangents of the sources of one part. */
  readonly #sources: Matrix;
  readonly #S: Matrix;
  readonly #F: Matrix;
  /** By position: the pivot, the coefficient of what it is a multiple of, and the factor to its row of T. */
  readonly #pivot: Float64Array;
  readonly #multiple: Float64Array;
  readonly #scale: Float64Array;
  /** Second derivatives: diagonal by position, D included; and the values of the triples. */
  readonly #curvature: Float64Array;
  readonly #crossed: Float64Array;
  readonly #outward: Float64Array;
  /** One number per position, in turn. */
  readonly #v: Float64Array;
  readonly #w: Float64Array;
  /** Whether T belongs to the Jacobian at hand, and whether the pivots of that are large enough. */
  #hasTangents = false;
  #isTrusted = false;

  /** Of a system with `core` columns. */
  constructor(structure: Layers, core: number, denseKernels: 'auto' | 'wasm' | 'blas') {
    this.#structure = structure;
    this.#core = core;
    this.columns = structure.columns;
    this.rows = structure.rows;
    this.coupling = structure.coupling;
    this.others = structure.others;
    const size = this.columns.length;
    const width = this.coupling.length;
    const parts = [
      ...structure.layers.flatMap(({ parts, coupling }) => [...parts, coupling]),
      ...structure.ofOthers,
    ];
    const widest = parts.reduce(
      (most, { isFull, sources }) => (isFull ? Math.max(most, sources.length) : most),
      0,
    );
    const tallest = parts.reduce((most, { count }) => Math.max(most, count), 0);
    const tangents = structure.tangents + 2 * structure.crossed.value.length;
    const full = parts.reduce((sum, p) => sum + (p.isFull ? p.count * p.sources.length : 0), 0);
    const numbers = full + (tangents + widest + width + this.others.length) * width + 2 * (tangents + 1);
    this.#memory = new Matrices(numbers, parts.length + 6, Math.max(widest, tallest, width), denseKernels);
    const fill = (part: Part): Filled => {
      const matrix = part.isFull ? this.#memory.allocate(part.count, part.sources.length) : null;
      return { part, matrix, numbers: matrix?.data ?? new Float64Array(part.value.length) };
    };
    this.#layers = structure.layers.map((layer) => ({
      ...layer,
      filled: layer.parts.map(fill),
      outer: fill(layer.coupling),
    }));
    this.#ofOthers = structure.ofOthers.map(fill);
    this.#T = this.#memory.allocate(tangents, width);
    this.#weights = this.#memory.allocate(tangents + 1, 2);
    this.#sources = this.#memory.allocate(widest, width);
    this.#S = this.#memory.allocate(width, width);
    this.#F = this.#memory.allocate(this.others.length, width);
    const vector = (): Float64Array => new Float64Array(size);
    [this.#pivot, this.#multiple, this.#scale, this.#curvature] = [vector(), vector(), vector(), vector()];
    [this.#v, this.#w] = [vector(), vector()];
    this.#crossed = new Float64Array(structure.crossed.value.length);
    this.#outward = new Float64Array(structure.outward.value.length);
  }

  get negative(): number {
    return this.rows.length;
  }

  get bytes(): number {
    return this.#memory.bytes;
  }

  /** Who multiplies its large matrices. */
  get denseKernels(): string {
    return this.#memory.denseKernels;
  }

  factor({ H, J, D, E }: BlockValues): boolean {
    for (const i of this.rows) if (E[i] !== 0) return false;
    if (this.#takeJacobian(J)) {
      this.#hasTangents = false;
      this.#isTrusted = this.#pivotsHold();
    }
    if (!this.#isTrusted) return false;
    this.#takeHessian(H, D);
    if (!this.#hasTangents) this.#formTangents();
    this.#hasTangents = true;
    return true;
  }

  /** Takes the values of the Jacobian; whether one of them changed. */
  #takeJacobian(J: Float64Array): boolean {
    const { diagonal, multiple } = this.#structure;
    let changed = gather(diagonal.position, diagonal.value, J, this.#pivot);
    changed = gather(multiple.position, multiple.value, J, this.#multiple) || changed;
    for (const filled of this.#all()) changed = takePart(filled, J) || changed;
    return changed;
  }

  *#all(): Iterable<Filled> {
    for (const { filled, outer } of this.#layers) {
      yield* filled;
      yield outer;
    }
    yield* this.#ofOthers;
  }

  #pivotsHold(): boolean {
    const most = new Float64Array(this.rows.length);
    for (const { first, filled, outer } of this.#layers)
      for (const part of [...filled, outer]) raiseToLargest(part, most, first);
    return this.#pivot.every((d, p) => {
      const size = Math.abs(d);
      const row = Math.max(most[p]!, Math.abs(this.#multiple[p]!));
      return size > 0 && size >= LEAST_PIVOT * row && Number.isFinite(row / size);
    });
  }

  #takeHessian(H: Float64Array, D: Float64Array): void {
    const { curvature, crossed, outward } = this.#structure;
    const own = this.#curvature;
    for (let p = 0; p < own.length; p++) own[p] = D[this.columns[p]!]!;
    for (let k = 0; k < curvature.value.length; k++) own[curvature.position[k]!]! += H[curvature.value[k]!]!;
    for (let k = 0; k < crossed.value.length; k++) this.#crossed[k] = H[crossed.value[k]!]!;
    for (let k = 0; k < outward.value.length; k++) this.#outward[k] = H[outward.value[k]!]!;
  }

  #formTangents(): void {
    const { multipleOf } = this.#structure;
    const T = this.#T;
    const width = T.columns;
    const [pivot, multiple, scale] = [this.#pivot, this.#multiple, this.#scale];
    for (const { first, count, end, tangent, filled, outer } of this.#layers) {
      const own = T.data.subarray(tangent * width, (tangent + count) * width);
      own.fill(0);
      scatterPart(outer, own, width);
      for (const part of filled) this.#subtractPart(part, { matrix: T, first: tangent, count });
      for (let p = first; p < first + count; p++) {
        scale[p] = 1;
        const row = own.subarray((p - first) * width, (p - first + 1) * width);
        const factor = 1 / pivot[p]!;
        for (let c = 0; c < width; c++) row[c]! *= factor;
      }
      for (let p = first + count; p < end; p++)
        scale[p] = (-multiple[p]! / pivot[p]!) * scale[multipleOf[p]!]!;
    }
    const F = this.#F;
    F.data.fill(0);
    for (const part of this.#ofOthers) this.#subtractPart(part, { matrix: F, first: 0, count: F.rows });
    for (let k = 0; k < F.data.length; k++) F.data[k] = -F.data[k]!;
  }

  /** Subtracts a part times the tangents of its sources from rows `to`. */
  #subtractPart({ part, matrix, numbers }: Filled, to: Rows): void {
    const { tangentOf } = this.#structure;
    const { data, columns: width } = this.#T;
    const scale = this.#scale;
    const { sources } = part;
    if (matrix === null) {
      for (let k = 0; k < numbers.length; k++) {
        const p = sources[part.source[k]!]!;
        const factor = numbers[k]! * scale[p]!;
        if (factor === 0) continue;
        const from = tangentOf[p]! * width;
        const at = (to.first + part.row[k]!) * width;
        for (let c = 0; c < width; c++) to.matrix.data[at + c]! -= factor * data[from + c]!;
      }
      return;
    }
    const own = this.#sources.data;
    for (let s = 0; s < sources.length; s++) {
      const p = sources[s]!;
      const factor = scale[p]!;
      const from = tangentOf[p]! * width;
      const at = s * width;
      for (let c = 0; c < width; c++) own[at + c] = factor * data[from + c]!;
    }
    this.#memory.subtractProduct(to, matrix, { matrix: this.#sources, first: 0, count: sources.length });
  }

  writeComplement(H: Float64Array, J: Float64Array): void {
    const { tangentOf, tangents } = this.#structure;
    const S = this.#S;
    const width = S.columns;
    const scale = this.#scale;
    const weights = this.#weights.data;
    S.data.fill(0);
    weights.fill(0);
    for (let p = 0; p < scale.length; p++)
      weights[2 * tangentOf[p]!]! -= this.#curvature[p]! * scale[p]! * scale[p]!;
    const used = tangents + this.#crossTangents(tangents);
    this.#memory.subtractGram(S, this.#T, used, this.#weights);
    this.#addOutward();
    // Column by column below the diagonal: row by row, from there on, as S has them.
    for (let i = 0, at = 0; i < width; i++) for (let j = 0; j <= i; j++) H[at++] = S.data[j * width + i]!;
    J.set(this.#F.data);
  }

  /** Rows of T and weights for mixed second derivatives: `h(aᵀb + bᵀa) = h/2 ((a+b)ᵀ(a+b) − (a−b)ᵀ(a−b))`, a and b of one size. */
  #crossTangents(first: number): number {
    const { crossed, tangentOf } = this.#structure;
    const { data, columns: width } = this.#T;
    const weights = this.#weights.data;
    let next = first;
    for (let k = 0; k < crossed.value.length; k++) {
      const [p, q] = [crossed.position[k]!, crossed.other[k]!];
      const h = this.#crossed[k]! * this.#scale[p]! * this.#scale[q]!;
      const [a, b] = [tangentOf[p]!, tangentOf[q]!];
      if (a === b) {
        weights[2 * a]! -= 2 * h;
        continue;
      }
      const [sizeA, sizeB] = [largest(data, a * width, width), largest(data, b * width, width)];
      if (h === 0 || sizeA === 0 || sizeB === 0) continue;
      // A power of two, so that it is exact.
      const ratio = 2 ** Math.round(Math.log2(sizeB / sizeA) / 2);
      for (let c = 0; c < width; c++) {
        const [one, other] = [data[a * width + c]! * ratio, data[b * width + c]! / ratio];
        data[next * width + c] = one + other;
        data[(next + 1) * width + c] = one - other;
      }
      weights[2 * next] = -h / 2;
      weights[2 * next + 2] = h / 2;
      next += 2;
    }
    return next - first;
  }

  #addOutward(): void {
    const { outward, tangentOf } = this.#structure;
    const { data, columns: width } = this.#T;
    const S = this.#S.data;
    for (let k = 0; k < outward.value.length; k++) {
      const [p, own] = [outward.position[k]!, outward.other[k]!];
      const factor = this.#outward[k]! * this.#scale[p]!;
      const from = tangentOf[p]! * width;
      for (let c = 0; c < width; c++) {
        const value = factor * data[from + c]!;
        S[Math.min(c, own) * width + Math.max(c, own)]! += c === own ? 2 * value : value;
      }
    }
  }

  reduce(b: Float64Array): void {
    const v = this.#v;
    const core = this.#core;
    for (let p = 0; p < v.length; p++) v[p] = b[core + this.rows[p]!]!;
    this.#solve(v);
    const w = this.#curvatureTimes(v);
    for (let p = 0; p < w.length; p++) w[p] = b[this.columns[p]!]! - w[p]!;
    this.#solveTransposed(w);
    this.#subtractCouplingTransposed(w, b);
    const { outward } = this.#structure;
    for (let k = 0; k < outward.value.length; k++)
      b[this.coupling[outward.other[k]!]!]! -= this.#outward[k]! * v[outward.position[k]!]!;
    for (const { part, matrix, numbers } of this.#ofOthers) {
      const sum = times(part, matrix, numbers, v);
      for (let i = 0; i < sum.length; i++) b[core + this.others[i]!]! -= sum[i]!;
    }
  }

  expand(b: Float64Array): void {
    const core = this.#core;
    const v = this.#v;
    for (let p = 0; p < v.length; p++) v[p] = b[core + this.rows[p]!]!;
    const c = new Float64Array(this.coupling.length);
    for (let k = 0; k < c.length; k++) c[k] = b[this.coupling[k]!]!;
    for (const { first, outer } of this.#layers) {
      const sum = times(outer.part, outer.matrix, outer.numbers, c);
      for (let i = 0; i < sum.length; i++) v[first + i]! -= sum[i]!;
    }
    this.#solve(v);
    const w = this.#curvatureTimes(v);
    const { outward } = this.#structure;
    for (let k = 0; k < outward.value.length; k++)
      w[outward.position[k]!]! += this.#outward[k]! * c[outward.other[k]!]!;
    const ν = new Float64Array(this.others.length);
    for (let i = 0; i < ν.length; i++) ν[i] = b[core + this.others[i]!]!;
    for (const { part, matrix, numbers } of this.#ofOthers) addTransposed(part, matrix, numbers, ν, 1, w);
    for (let p = 0; p < w.length; p++) w[p] = b[this.columns[p]!]! - w[p]!;
    this.#solveTransposed(w);
    for (let p = 0; p < v.length; p++) {
      b[this.columns[p]!] = v[p]!;
      b[core + this.rows[p]!] = w[p]!;
    }
  }

  /** `v ← J_v⁻¹ v`. */
  #solve(v: Float64Array): void {
    const { multipleOf } = this.#structure;
    for (const { first, count, end, filled } of this.#layers) {
      for (const { part, matrix, numbers } of filled) {
        const sum = times(part, matrix, numbers, v);
        for (let i = 0; i < count; i++) v[first + i]! -= sum[i]!;
      }
      for (let p = first + count; p < end; p++) v[p]! -= this.#multiple[p]! * v[multipleOf[p]!]!;
      for (let p = first; p < end; p++) v[p]! /= this.#pivot[p]!;
    }
  }

  /** `w ← J_v⁻ᵀ w`. */
  #solveTransposed(w: Float64Array): void {
    const { multipleOf } = this.#structure;
    for (let l = this.#layers.length - 1; l >= 0; l--) {
      const { first, count, end, filled } = this.#layers[l]!;
      for (let p = first; p < end; p++) w[p]! /= this.#pivot[p]!;
      for (let p = first + count; p < end; p++) w[multipleOf[p]!]! -= this.#multiple[p]! * w[p]!;
      const own = w.slice(first, first + count);
      for (const { part, matrix, numbers } of filled) addTransposed(part, matrix, numbers, own, -1, w);
    }
  }

  /** `H_vv v` in a vector that the next call overwrites. */
  #curvatureTimes(v: Float64Array): Float64Array {
    const w = this.#w;
    const { crossed } = this.#structure;
    for (let p = 0; p < v.length; p++) w[p] = this.#curvature[p]! * v[p]!;
    for (let k = 0; k < crossed.value.length; k++) {
      const [p, q] = [crossed.position[k]!, crossed.other[k]!];
      w[p]! += this.#crossed[k]! * v[q]!;
      w[q]! += this.#crossed[k]! * v[p]!;
    }
    return w;
  }

  #subtractCouplingTransposed(w: Float64Array, b: Float64Array): void {
    const c = new Float64Array(this.coupling.length);
    for (const { first, count, outer } of this.#layers)
      addTransposed(outer.part, outer.matrix, outer.numbers, w.slice(first, first + count), 1, c);
    for (let k = 0; k < c.length; k++) b[this.coupling[k]!]! -= c[k]!;
  }

  dispose(): void {
    this.#memory.dispose();
  }
}

/** Sums values into `out` by position; whether that changed it. */
function gather(position: Int32Array, value: Int32Array, J: Float64Array, out: Float64Array): boolean {
  const before = out.slice();
  out.fill(0);
  for (let k = 0; k < value.length; k++) out[position[k]!]! += J[value[k]!]!;
  return !before.every((number, p) => number === out[p]);
}

/** Takes the values of a part; whether one of them changed. */
function takePart({ part, matrix, numbers }: Filled, J: Float64Array): boolean {
  const { row, source, value, sources } = part;
  let changed = false;
  if (matrix === null) {
    for (let k = 0; k < value.length; k++) {
      const number = J[value[k]!]!;
      if (number === numbers[k]) continue;
      numbers[k] = number;
      changed = true;
    }
    return changed;
  }
  const width = sources.length;
  if (!part.hasRepeats) {
    for (let k = 0; k < value.length; k++) {
      const at = row[k]! * width + source[k]!;
      const number = J[value[k]!]!;
      if (number === numbers[at]) continue;
      numbers[at] = number;
      changed = true;
    }
    return changed;
  }
  numbers.fill(0);
  for (let k = 0; k < value.length; k++) numbers[row[k]! * width + source[k]!]! += J[value[k]!]!;
  return true;
}

/** Raises `most[first + i]` to the largest number of row i. */
function raiseToLargest({ part, matrix, numbers }: Filled, most: Float64Array, first: number): void {
  const width = part.sources.length;
  for (let k = 0; k < numbers.length; k++) {
    const i = first + (matrix ? Math.floor(k / width) : part.row[k]!);
    const size = Math.abs(numbers[k]!);
    // NaN counts as largest.
    if (!(size <= most[i]!)) most[i] = size;
  }
}

/** Writes minus the numbers of a part into rows of `width` numbers, sources being their columns. */
function scatterPart({ part, matrix, numbers }: Filled, out: Float64Array, width: number): void {
  const { sources, row, source } = part;
  if (matrix === null) {
    for (let k = 0; k < numbers.length; k++) out[row[k]! * width + sources[source[k]!]!]! -= numbers[k]!;
    return;
  }
  for (let i = 0, k = 0; i < part.count; i++)
    for (let s = 0; s < sources.length; s++) out[i * width + sources[s]!] = -numbers[k++]!;
}

/** A part times the numbers of its sources. */
function times(part: Part, matrix: Matrix | null, numbers: Float64Array, from: Float64Array): Float64Array {
  const { sources, row, source, count } = part;
  const out = new Float64Array(count);
  if (matrix === null) {
    for (let k = 0; k < numbers.length; k++) out[row[k]!]! += numbers[k]! * from[sources[source[k]!]!]!;
    return out;
  }
  const x = new Float64Array(sources.length);
  for (let s = 0; s < x.length; s++) x[s] = from[sources[s]!]!;
  addRows(numbers, 0, x, 1, out);
  return out;
}

/** Adds `factor` times the transposed part times y to the places of its sources. */
function addTransposed(
  part: Part,
  matrix: Matrix | null,
  numbers: Float64Array,
  y: Float64Array,
  factor: number,
  to: Float64Array,
): void {
  const { sources, row, source } = part;
  if (matrix === null) {
    for (let k = 0; k < numbers.length; k++) to[sources[source[k]!]!]! += factor * numbers[k]! * y[row[k]!]!;
    return;
  }
  const x = new Float64Array(sources.length);
  addColumns(numbers, 0, y, factor, x);
  for (let s = 0; s < x.length; s++) to[sources[s]!]! += x[s]!;
}

function largest(data: Float64Array, from: number, count: number): number {
  let most = 0;
  for (let k = from; k < from + count; k++) most = Math.max(most, Math.abs(data[k]!));
  return most;
}
