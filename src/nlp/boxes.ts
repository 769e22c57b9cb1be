import { InputError } from '../core/errors.js';
import { type Factor, type PieceShape, triangle } from '../core/structure/piece.js';
import type { BoxShape, GrayBox, Order, Slot } from '../oracle/contract.js';
import type { GrayBoxUse } from '../problem/problem.js';

/**
 * One use of a gray box: rows `y − NN(x)` from `firstRow`, with its slot and the memory of which point (and λ) the `y`,
 * `J` and `H` there belong to.
 */
export class BoxUse {
  readonly shape: BoxShape;
  readonly slot: Slot;
  /** The variables that enter, each once. */
  readonly columns: Int32Array;
  /** The constant factor of the box by these variables. */
  readonly factor: Factor | undefined;
  /** Input → index in `columns`; null where no variable enters twice, or where a factor takes care of it. */
  readonly #fold: Int32Array | null;
  /** The latest question, and what `y`, `J` and `H` answer. */
  readonly #question: Question;
  readonly #held: readonly [Question, Question, Question];

  constructor(
    readonly box: GrayBox,
    readonly use: GrayBoxUse,
  ) {
    this.shape = box.shape;
    this.slot = box.slot();
    const { columns, fold } = distinct(use.inputs);
    const { through } = this.shape;
    this.columns = columns;
    this.factor = through && (fold === null ? through : folded(through, fold, columns.length));
    this.#fold = through === undefined ? fold : null;
    const { inputs: n, outputs: m } = this.shape;
    this.#question = new Question(n, m);
    this.#held = [new Question(n, 0), new Question(n, 0), new Question(n, m)];
  }

  /**
   * Puts the question for `x` and the multipliers `λ` of the rows (read at order 2 only). Returns the order to ask for,
   * undefined where the answer is at hand. The rows' part of the Lagrangian's Hessian is `∇²((−λ)ᵀNN)`, none where all
   * are 0.
   */
  prepare(x: Float64Array, order: Order, λ: Float64Array): Order | undefined {
    const question = this.#question;
    const { inputs, firstRow } = this.use;
    for (let k = 0; k < inputs.length; k++) question.x[k] = x[inputs[k]!]!;
    if (order === 2) for (let i = 0; i < question.λ.length; i++) question.λ[i] = -λ[firstRow + i]!;
    const wanted = order === 2 && !(this.shape.secondDerivatives && this.#curved) ? 1 : order;
    if (this.#held[wanted].equals(question)) return undefined;
    this.slot.x.set(question.x);
    if (wanted === 2) this.slot.λ.set(question.λ);
    // An evaluation that throws leaves buffers of unknown content behind.
    for (let own = 0; own <= wanted; own++) this.#held[own]!.clear();
    return wanted;
  }

  /** The slot was answered. */
  remember(order: Order): void {
    for (let own = 0; own <= order; own++) this.#held[own]!.set(this.#question);
  }

  get #curved(): boolean {
    return this.#question.λ.some((value) => value !== 0);
  }

  /** The block of `∂(y − NN)/∂x`. */
  jacobianPiece(): PieceShape {
    const rows = Int32Array.from(this.use.outputs, (_, i) => this.use.firstRow + i);
    return { ...this.#block(), rows };
  }

  /** The block of `∇²((−λ)ᵀNN)`. */
  hessianPiece(): PieceShape {
    return { ...this.#block(), rows: null };
  }

  #block() {
    const { columns, factor } = this;
    return factor === undefined
      ? ({ kind: 'dense', columns } as const)
      : ({ kind: 'through', columns, factor } as const);
  }

  /** Writes the values of the Jacobian's block from `at` on. */
  writeJacobian(out: Float64Array, at: number): void {
    const { J } = this.slot;
    const fold = this.#fold;
    if (fold === null) {
      for (let k = 0; k < J.length; k++) out[at + k] = -J[k]!;
      return;
    }
    const width = this.columns.length;
    out.fill(0, at, at + this.shape.outputs * width);
    for (let i = 0, k = 0; i < this.shape.outputs; i++)
      for (let j = 0; j < fold.length; j++) out[at + i * width + fold[j]!]! -= J[k++]!;
  }

  /** Writes the values of the Hessian's block, `length` of them, from `at` on. */
  writeHessian(out: Float64Array, at: number, length: number): void {
    const { H } = this.slot;
    const fold = this.#fold;
    if (!this.#curved) {
      out.fill(0, at, at + length);
      return;
    }
    if (fold === null) {
      out.set(H, at);
      return;
    }
    out.fill(0, at, at + length);
    for (let a = 0, k = 0; a < fold.length; a++)
      for (let b = 0; b <= a; b++, k++) {
        const [i, j] = [Math.max(fold[a]!, fold[b]!), Math.min(fold[a]!, fold[b]!)];
        // Both orders of two inputs that are one variable fall on the diagonal.
        out[at + triangle(i) + j]! += a !== b && i === j ? 2 * H[k]! : H[k]!;
      }
  }
}

function distinct(inputs: Int32Array): { columns: Int32Array; fold: Int32Array | null } {
  const place = new Map<number, number>();
  const fold = inputs.map((j) => {
    if (!place.has(j)) place.set(j, place.size);
    return place.get(j)!;
  });
  const columns = Int32Array.from(place.keys());
  return { columns, fold: columns.length === inputs.length ? null : fold };
}

/** `B` with the columns of one variable added up. */
function folded({ rank, columns, data }: Factor, fold: Int32Array, width: number): Factor {
  const sum = new Float64Array(rank * width);
  for (let q = 0; q < rank; q++)
    for (let j = 0; j < columns; j++) sum[q * width + fold[j]!]! += data[q * columns + j]!;
  return { rank, columns: width, data: sum };
}

/** Pairs each use with its box and checks that their sizes agree. */
export function boxUses(uses: readonly GrayBoxUse[], boxes: readonly GrayBox[]): BoxUse[] {
  return uses.map((use, k) => {
    const box = boxes[use.box];
    if (box === undefined)
      throw new InputError(
        `gray box ${use.box} (use ${k}) is missing: assemble was given ${boxes.length} boxes`,
      );
    const { inputs, outputs } = box.shape;
    if (inputs !== use.inputs.length || outputs !== use.outputs.length)
      throw new InputError(
        `gray box ${use.box} maps ${inputs} inputs to ${outputs} outputs, but use ${k} connects ${use.inputs.length} and ${use.outputs.length} variables`,
      );
    return new BoxUse(box, use);
  });
}

/** A point, and multipliers where they matter; compared bit by bit. */
class Question {
  readonly x: Float64Array;
  readonly λ: Float64Array;
  readonly #bits: { readonly x: Int32Array; readonly λ: Int32Array };
  #empty = true;

  constructor(inputs: number, multipliers: number) {
    this.x = new Float64Array(inputs);
    this.λ = new Float64Array(multipliers);
    this.#bits = { x: new Int32Array(this.x.buffer), λ: new Int32Array(this.λ.buffer) };
  }

  set({ x, λ }: Question): void {
    this.x.set(x);
    this.λ.set(λ.subarray(0, this.λ.length));
    this.#empty = false;
  }

  clear(): void {
    this.#empty = true;
  }

  equals(other: Question): boolean {
    return !this.#empty && same(this.#bits.x, other.#bits.x) && same(this.#bits.λ, other.#bits.λ);
  }
}

/** Whether `a` holds the same numbers as the beginning of `b`. */
function same(a: Int32Array, b: Int32Array): boolean {
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return false;
  return true;
}
