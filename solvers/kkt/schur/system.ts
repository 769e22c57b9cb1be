import type { LinearStatistics } from '../../linear/contract.js';
import { Residual } from '../../linear/residual.js';
import type { KktShape, KktStatistics } from '../contract.js';
import type { CoreSystem } from '../core.js';
import type { LowRank } from '../quasi-newton.js';
import type { Block } from './block.js';
import type { Rest } from './rest.js';

/** Componentwise backward error at which refinement stops, and most of its steps. */
const REFINED = 2e-15;
const STEPS = 4;
/** Factorizations in which blocks failed, after which they are not tried again. */
const MOST_FAILURES = 5;

const now = (): number => performance.now() / 1000;

/**
 * A core system whose blocks are eliminated one by one, see {@link Block}; what is left is a core system of another form. Its
 * eigenvalues are those of the blocks and of the rest (Haynsworth 1968). Where a block is singular, or has rows that
 * triangular blocks need unperturbed, the whole is factored by another system that eliminates in general.
 */
export class SchurSystem implements CoreSystem {
  readonly H: Float64Array;
  readonly J: Float64Array;
  readonly #shape: KktShape;
  readonly #jacobian: Residual;
  readonly #blocks: readonly Block[];
  readonly #rest: Rest;
  readonly #inner: CoreSystem;
  readonly #openWhole: () => CoreSystem;
  readonly #D: Float64Array;
  readonly #E: Float64Array;
  readonly #innerD: Float64Array;
  readonly #innerE: Float64Array;
  readonly #seconds = { analysis: 0, factor: 0, solve: 0 };
  #counts = { factorizations: 0, solves: 0, general: 0, failures: 0 };
  #whole: CoreSystem | undefined;
  /** Whether the latest factorization is that of the whole. */
  #inGeneral = false;
  /** Whether the next one shall be. */
  #isDistrusted = false;

  /**
   * `blocks` of `shape` leave `rest`, which `inner` factors.
   * @param began when the analysis did, in seconds.
   */
  constructor(
    shape: KktShape,
    blocks: readonly Block[],
    rest: Rest,
    inner: CoreSystem,
    openWhole: () => CoreSystem,
    began: number,
  ) {
    this.#shape = shape;
    this.#blocks = blocks;
    this.#rest = rest;
    this.#inner = inner;
    this.#openWhole = openWhole;
    this.H = new Float64Array(shape.hessian.length);
    this.#jacobian = new Residual(shape.jacobian);
    this.J = this.#jacobian.values;
    this.#D = new Float64Array(shape.core);
    this.#E = new Float64Array(shape.m);
    this.#innerD = new Float64Array(rest.columns.length);
    this.#innerE = new Float64Array(rest.rows.length);
    this.#seconds.analysis = now() - began;
  }

  readonly form = 'schur';

  factor(
    D: Float64Array,
    E: Float64Array,
    memory: LowRank | null,
    negativeLimit = this.#shape.m,
  ): { readonly negative: number; readonly zero: number } {
    this.#D.set(D);
    this.#E.set(E);
    const found = this.#factorByBlocks(negativeLimit);
    if (found !== undefined) return found;
    this.#inGeneral = true;
    this.#counts.general++;
    this.#whole ??= this.#openWhole();
    this.#whole.H.set(this.H);
    this.#whole.J.set(this.J);
    return this.#whole.factor(D, E, memory, negativeLimit);
  }

  /** Undefined where a block resists. */
  #factorByBlocks(negativeLimit: number): { readonly negative: number; readonly zero: number } | undefined {
    if (this.#isDistrusted || this.#counts.failures >= MOST_FAILURES) {
      this.#isDistrusted = false;
      return undefined;
    }
    const began = now();
    const { columns, rows, firstOfH, firstOfJ, takeH, takeJ } = this.#rest;
    const values = { H: this.H, J: this.J, D: this.#D, E: this.#E };
    const inner = this.#inner;
    let known = 0;
    for (const block of this.#blocks) {
      if (!block.factor(values)) return undefined;
      known += block.negative;
    }
    this.#inGeneral = false;
    this.#counts.factorizations++;
    // Eigenvalues of a part interlace those of the whole.
    if (known > negativeLimit) return { negative: known, zero: 0 };
    takeH(this.H, inner.H);
    takeJ(this.J, inner.J);
    this.#blocks.forEach((block, b) => {
      block.writeComplement(inner.H.subarray(firstOfH[b]!), inner.J.subarray(firstOfJ[b]!));
    });
    for (let k = 0; k < columns.length; k++) this.#innerD[k] = this.#D[columns[k]!]!;
    for (let k = 0; k < rows.length; k++) this.#innerE[k] = this.#E[rows[k]!]!;
    this.#seconds.factor += now() - began;
    const { negative, zero } = inner.factor(this.#innerD, this.#innerE, null, negativeLimit - known);
    return { negative: negative + known, zero };
  }

  solve(b: Float64Array, count: number): number {
    if (this.#inGeneral) return this.#whole!.solve(b, count);
    const { core, m } = this.#shape;
    const began = now();
    let error = 0;
    const rhs = b.slice();
    this.#solveOnce(b, count);
    for (let c = 0; c < count; c++) {
      const [from, to] = [c * (core + m), (c + 1) * (core + m)];
      error = Math.max(error, this.#refine(rhs.subarray(from, to), b.subarray(from, to)));
    }
    this.#counts.solves += count;
    this.#seconds.solve += now() - began;
    return error;
  }

  #solveOnce(b: Float64Array, count: number): void {
    const { core, m } = this.#shape;
    const { columns, rows } = this.#rest;
    const size = columns.length + rows.length;
    const rest = new Float64Array(count * size);
    for (let c = 0; c < count; c++) {
      const own = b.subarray(c * (core + m), (c + 1) * (core + m));
      for (const block of this.#blocks) block.reduce(own);
      const at = c * size;
      for (let k = 0; k < columns.length; k++) rest[at + k] = own[columns[k]!]!;
      for (let k = 0; k < rows.length; k++) rest[at + columns.length + k] = own[core + rows[k]!]!;
    }
    this.#inner.solve(rest, count);
    for (let c = 0; c < count; c++) {
      const own = b.subarray(c * (core + m), (c + 1) * (core + m));
      const at = c * size;
      for (let k = 0; k < columns.length; k++) own[columns[k]!] = rest[at + k]!;
      for (let k = 0; k < rows.length; k++) own[core + rows[k]!] = rest[at + columns.length + k]!;
      for (const block of this.#blocks) block.expand(own);
    }
  }

  /** Refines a solution while that halves its backward error, which is returned. */
  #refine(b: Float64Array, x: Float64Array): number {
    const r = new Float64Array(b.length);
    const best = new Float64Array(b.length);
    let error = this.#residual(b, x, r);
    for (let step = 0; error > REFINED && step < STEPS; step++) {
      best.set(x);
      this.#solveOnce(r, 1);
      for (let k = 0; k < x.length; k++) x[k]! += r[k]!;
      const next = this.#residual(b, x, r);
      if (!(next < error)) {
        x.set(best);
        break;
      }
      const slow = next > 0.5 * error;
      error = next;
      if (slow) break;
    }
    return error;
  }

  /** `r = b − K x`; returns its componentwise backward error (Arioli, Demmel & Duff 1989). */
  #residual(b: Float64Array, x: Float64Array, r: Float64Array): number {
    const { core, hessian } = this.#shape;
    const [D, E] = [this.#D, this.#E];
    const λ = x.subarray(core);
    const size = b.map(Math.abs);
    r.set(b);
    hessian.addProduct(this.H, x, -1, r);
    hessian.addSizes(this.H, x, size);
    this.#jacobian.subtract(x, λ, [r, size], [r.subarray(core), size.subarray(core)]);
    let worst = 0;
    for (let k = 0; k < r.length; k++) {
      const own = k < core ? D[k]! * x[k]! : -E[k - core]! * x[k]!;
      r[k]! -= own;
      size[k]! += Math.abs(own);
      if (size[k]! > 0) worst = Math.max(worst, Math.abs(r[k]!) / size[k]!);
    }
    return worst;
  }

  /** First the rest more stably; then, and for good after some failures, the whole in general. */
  increaseQuality(): boolean {
    if (this.#inGeneral) return this.#whole!.increaseQuality();
    this.#inner.increaseQuality();
    this.#counts.failures++;
    this.#isDistrusted = true;
    return true;
  }

  get statistics(): KktStatistics {
    const { analysis, factor, solve } = this.#seconds;
    const others = this.#whole ? [this.#inner.statistics, this.#whole.statistics] : [this.#inner.statistics];
    const sum = (of: (statistics: LinearStatistics) => number): number =>
      others.reduce((total, statistics) => total + of(statistics), 0);
    return {
      factorizations: this.#counts.factorizations + this.#counts.general,
      solves: this.#counts.solves + (this.#whole?.statistics.solves ?? 0),
      seconds: {
        analysis: analysis + (this.#whole?.statistics.seconds.analysis ?? 0),
        factor: factor + sum(({ seconds }) => seconds.factor),
        solve: solve + (this.#whole?.statistics.seconds.solve ?? 0),
      },
      factorNonzeros: this.#inner.statistics.factorNonzeros,
      flops: this.#inner.statistics.flops,
      bytes:
        sum(({ bytes }) => bytes) +
        this.#jacobian.bytes +
        this.#blocks.reduce((total, { bytes }) => total + bytes, 0),
      inGeneral: this.#counts.general,
      kernels: [...new Set([...others, ...this.#blocks].flatMap(({ kernels }) => kernels))],
    };
  }

  dispose(): void {
    for (const block of this.#blocks) block.dispose();
    this.#inner.dispose();
    this.#jacobian.dispose();
    this.#whole?.dispose();
  }
}
