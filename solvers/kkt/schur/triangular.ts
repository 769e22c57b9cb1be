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
  /** The size of the largest number of each row. */
  readonly largest: Float64Array;
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
  /** Multiples of columns that couple, themselves. */
  readonly #outerMultiples: Int32Array;
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
      const numbers = matrix?.data ?? new Float64Array(part.value.length);
      return { part, matrix, numbers, largest: new Float64Array(part.count) };
    };
    this.#layers = structure.layers.map((layer) => ({
      ...layer,
      filled: layer.parts.map(fill),
      outer: fill(layer.coupling),
    }));
    this.#ofOthers = structure.ofOthers.map(fill);
    this.#outerMultiples = Int32Array.from(
      [...this.columns.keys()].filter((p) => structure.outerOf[p]! >= 0 && structure.multipleOf[p]! < 0),
    );
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
  get kernels(): readonly string[] {
    return [this.#memory.denseKernels];
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
    for (const filled of this.#all()) {
      if (!takePart(filled, J)) continue;
      findLargest(filled);
      changed = true;
    }
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
      for (const { largest } of [...filled, outer])
        for (let i = 0; i < largest.length; i++) raise(most, first + i, largest[i]!);
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
        scale[p] = (-multiple[p]! / pivot[p]!) * (multipleOf[p]! < 0 ? 1 : scale[multipleOf[p]!]!);
    }
    const F = this.#F;
    F.data.fill(0);
    for (const part of this.#ofOthers) this.#subtractPart(part, { matrix: F, first: 0, count: F.rows });
    for (let k = 0; k < F.data.length; k++) F.data[k] = -F.data[k]!;
  }

  /** Subtracts a part times the tangents of its sources from rows `to`. */
  #subtractPart({ part, matrix, numbers }: Filled, to: Rows): void {
    const { tangentOf, outerOf } = this.#structure;
    const { data, columns: width } = this.#T;
    const scale = this.#scale;
    const { sources } = part;
    const first = to.first * width;
    if (matrix === null) {
      for (let k = 0; k < numbers.length; k++) {
        const p = sources[part.source[k]!]!;
        const factor = numbers[k]! * scale[p]!;
        const at = first + part.row[k]! * width;
        if (outerOf[p]! >= 0) to.matrix.data[at + outerOf[p]!]! -= factor;
        else addScaled(to.matrix.data, at, -factor, data, tangentOf[p]! * width, width);
      }
      return;
    }
    if (sources.every((p) => outerOf[p]! >= 0)) {
      for (let i = 0, k = 0; i < part.count; i++)
        for (let s = 0; s < sources.length; s++) {
          const p = sources[s]!;
          to.matrix.data[first + i * width + outerOf[p]!]! -= numbers[k++]! * scale[p]!;
        }
      return;
    }
    const own = this.#sources.data;
    own.fill(0, 0, sources.length * width);
    for (let s = 0; s < sources.length; s++) {
      const p = sources[s]!;
      if (outerOf[p]! >= 0) own[s * width + outerOf[p]!] = scale[p]!;
      else addScaled(own, s * width, scale[p]!, data, tangentOf[p]! * width, width);
    }
    this.#memory.subtractProduct(to, matrix, { matrix: this.#sources, first: 0, count: sources.length });
  }

  writeComplement(H: Float64Array, J: Float64Array): void {
    const { tangentOf, outerOf, tangents } = this.#structure;
    const S = this.#S;
    const width = S.columns;
    const scale = this.#scale;
    const weights = this.#weights.data;
    S.data.fill(0);
    weights.fill(0);
    for (let p = 0; p < scale.length; p++) {
      const weight = this.#curvature[p]! * scale[p]! * scale[p]!;
      if (outerOf[p]! >= 0) this.#addTo(outerOf[p]!, outerOf[p]!, weight);
      else weights[2 * tangentOf[p]!]! -= weight;
    }
    const used = tangents + this.#crossTangents(tangents);
    this.#memory.subtractGram(S, this.#T, used, this.#weights);
    this.#addOutward();
    // Column by column below the diagonal: row by row, from there on, as S has them.
    for (let i = 0, at = 0; i < width; i++) for (let j = 0; j <= i; j++) H[at++] = S.data[j * width + i]!;
    J.set(this.#F.data);
  }

  /** Rows of T and weights for mixed second derivatives: `h(aᵀb + bᵀa) = h/2 ((a+b)ᵀ(a+b) − (a−b)ᵀ(a−b))`, a and b of one size. */
  #crossTangents(first: number): number {
    const { crossed, tangentOf, outerOf } = this.#structure;
    const { data, columns: width } = this.#T;
    const weights = this.#weights.data;
    let next = first;
    for (let k = 0; k < crossed.value.length; k++) {
      const [p, q] = [crossed.position[k]!, crossed.other[k]!];
      const h = this.#crossed[k]! * this.#scale[p]! * this.#scale[q]!;
      const [a, b] = [tangentOf[p]!, tangentOf[q]!];
      if (a < 0 || b < 0) {
        if (a < 0) this.#addOuter(outerOf[p]!, q, h);
        else this.#addOuter(outerOf[q]!, p, h);
        continue;
      }
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
    const { outward } = this.#structure;
    for (let k = 0; k < outward.value.length; k++) {
      const p = outward.position[k]!;
      this.#addOuter(outward.other[k]!, p, this.#outward[k]! * this.#scale[p]!);
    }
  }

  /** Adds `h (e tᵀ + t eᵀ)` to S: e the unit vector of a column that couples, t the direction that position p is a multiple of. */
  #addOuter(own: number, p: number, h: number): void {
    const { tangentOf, outerOf } = this.#structure;
    const { data, columns: width } = this.#T;
    if (outerOf[p]! >= 0) {
      this.#addTo(own, outerOf[p]!, own === outerOf[p] ? 2 * h : h);
      return;
    }
    const from = tangentOf[p]! * width;
    for (let c = 0; c < width; c++) {
      const value = h * data[from + c]!;
      this.#addTo(own, c, c === own ? 2 * value : value);
    }
  }

  /** Adds to one entry of S, and so to its mirror. */
  #addTo(a: number, b: number, value: number): void {
    const S = this.#S;
    S.data[Math.min(a, b) * S.columns + Math.max(a, b)]! += value;
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
    const ν = new Float64Array(this.others.length);
    for (const filled of this.#ofOthers) this.#subtractTimes(filled, v, ν);
    for (let i = 0; i < ν.length; i++) b[core + this.others[i]!]! += ν[i]!;
  }

  expand(b: Float64Array): void {
    const core = this.#core;
    const v = this.#v;
    for (let p = 0; p < v.length; p++) v[p] = b[core + this.rows[p]!]!;
    const c = new Float64Array(this.coupling.length);
    for (let k = 0; k < c.length; k++) c[k] = b[this.coupling[k]!]!;
    for (const { first, count, outer } of this.#layers)
      this.#subtractTimes(outer, c, v.subarray(first, first + count));
    for (const p of this.#outerMultiples) v[p]! -= this.#multiple[p]! * c[this.#structure.outerOf[p]!]!;
    this.#solve(v);
    const w = this.#curvatureTimes(v);
    const { outward } = this.#structure;
    for (let k = 0; k < outward.value.length; k++)
      w[outward.position[k]!]! += this.#outward[k]! * c[outward.other[k]!]!;
    const ν = new Float64Array(this.others.length);
    for (let i = 0; i < ν.length; i++) ν[i] = -b[core + this.others[i]!]!;
    for (const filled of this.#ofOthers) this.#subtractTransposed(filled, ν, w);
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
      for (const part of filled) this.#subtractTimes(part, v, v.subarray(first, first + count));
      for (let p = first + count; p < end; p++)
        if (multipleOf[p]! >= 0) v[p]! -= this.#multiple[p]! * v[multipleOf[p]!]!;
      for (let p = first; p < end; p++) v[p]! /= this.#pivot[p]!;
    }
  }

  /** `w ← J_v⁻ᵀ w`. */
  #solveTransposed(w: Float64Array): void {
    const { multipleOf } = this.#structure;
    for (let l = this.#layers.length - 1; l >= 0; l--) {
      const { first, count, end, filled } = this.#layers[l]!;
      for (let p = first; p < end; p++) w[p]! /= this.#pivot[p]!;
      for (let p = first + count; p < end; p++)
        if (multipleOf[p]! >= 0) w[multipleOf[p]!]! -= this.#multiple[p]! * w[p]!;
      const own = w.subarray(first, first + count);
      for (const part of filled) this.#subtractTransposed(part, own, w);
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

  /** Subtracts a part times the numbers of its sources from those of its rows, `to`. */
  #subtractTimes({ part, matrix, numbers }: Filled, from: Float64Array, to: Float64Array): void {
    const { sources, row, source } = part;
    if (matrix !== null) this.#memory.subtractTimes(matrix, pick(from, sources), to);
    else for (let k = 0; k < numbers.length; k++) to[row[k]!]! -= numbers[k]! * from[sources[source[k]!]!]!;
  }

  /** Subtracts the transposed part times the numbers of its rows from those of its sources. */
  #subtractTransposed({ part, matrix, numbers }: Filled, from: Float64Array, to: Float64Array): void {
    const { sources, row, source } = part;
    if (matrix === null) {
      for (let k = 0; k < numbers.length; k++) to[sources[source[k]!]!]! -= numbers[k]! * from[row[k]!]!;
      return;
    }
    const own = pick(to, sources);
    this.#memory.subtractTransposedTimes(matrix, from, own);
    for (let s = 0; s < own.length; s++) to[sources[s]!] = own[s]!;
  }

  #subtractCouplingTransposed(w: Float64Array, b: Float64Array): void {
    const c = new Float64Array(this.coupling.length);
    for (const { first, count, outer } of this.#layers)
      this.#subtractTransposed(outer, w.subarray(first, first + count), c);
    for (const p of this.#outerMultiples) c[this.#structure.outerOf[p]!]! -= this.#multiple[p]! * w[p]!;
    for (let k = 0; k < c.length; k++) b[this.coupling[k]!]! += c[k]!;
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
  if (part.first !== null) {
    for (let i = 0, at = 0; i < part.count; i++) {
      let k = part.first[i]!;
      for (const end = at + width; at < end; at++, k++) {
        const number = J[k]!;
        if (number === numbers[at]) continue;
        numbers[at] = number;
        changed = true;
      }
    }
    return changed;
  }
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

function findLargest({ part, matrix, numbers, largest }: Filled): void {
  const width = part.sources.length;
  largest.fill(0);
  if (matrix === null)
    for (let k = 0; k < numbers.length; k++) raise(largest, part.row[k]!, Math.abs(numbers[k]!));
  else
    for (let i = 0; i < part.count; i++) {
      let most = 0;
      for (let k = i * width; k < (i + 1) * width && !Number.isNaN(most); k++) {
        const size = Math.abs(numbers[k]!);
        if (!(size <= most)) most = size;
      }
      largest[i] = most;
    }
}

/** NaN counts as largest. */
function raise(list: Float64Array, at: number, size: number): void {
  if (!(size <= list[at]! || Number.isNaN(list[at]))) list[at] = size;
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

/** `to ← to + factor · from` for `count` numbers of each. */
function addScaled(
  to: Float64Array,
  at: number,
  factor: number,
  from: Float64Array,
  first: number,
  count: number,
): void {
  if (factor === 0) return;
  for (let k = 0; k < count; k++) to[at + k]! += factor * from[first + k]!;
}

/** The numbers at some places. */
function pick(from: Float64Array, places: Int32Array): Float64Array {
  const out = new Float64Array(places.length);
  for (let k = 0; k < out.length; k++) out[k] = from[places[k]!]!;
  return out;
}

function largest(data: Float64Array, from: number, count: number): number {
  let most = 0;
  for (let k = from; k < from + count; k++) most = Math.max(most, Math.abs(data[k]!));
  return most;
}
