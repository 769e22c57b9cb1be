import type { KktShape, KktStatistics, KktSystem, KktValues, Verdict } from './contract.js';
import type { CoreSystem } from './core.js';
import { JointProduct } from './product.js';
import type { LowRank } from './quasi-newton.js';

type Counted = Required<Pick<KktStatistics, 'factorizations' | 'solves' | 'seconds' | 'inGeneral'>>;

/**
 * A KKT system whose attached variables are eliminated into the diagonal of their rows,
 * `E_r = δ_r + Σ_{k attached to r} 1/(Σ_k + δ_w)`; the rest is a core system.
 */
export class CondensedSystem implements KktSystem {
  readonly form: string;
  readonly values: KktValues;
  readonly #product: JointProduct;
  readonly #D: Float64Array;
  readonly #E: Float64Array;
  /** Σ + δ_w of the attached variables in the latest factorization. */
  readonly #attached: Float64Array;
  /** 1 for a row with an attached variable. */
  readonly #hasAttached: Uint8Array;
  /** What was counted before this system's first factorization. */
  readonly #before: Counted | undefined;

  constructor(
    readonly shape: KktShape,
    private readonly core: CoreSystem,
    readonly memory: LowRank | null,
    /** Whether pivoting is more careful than at the beginning; one for all that share the core. */
    private readonly quality = { raised: false },
    before?: Counted,
  ) {
    this.#before = before;
    this.form = core.form;
    this.values = { H: core.H, J: core.J, curvature: new Float64Array(shape.core) };
    this.#product = new JointProduct(memory ? null : shape.hessian, shape.jacobian);
    this.#D = new Float64Array(shape.core);
    this.#E = new Float64Array(shape.m);
    this.#attached = new Float64Array(shape.attachedRow.length);
    this.#hasAttached = new Uint8Array(shape.m);
    for (const r of shape.attachedRow) this.#hasAttached[r] = 1;
  }

  sharing(shape: KktShape, memory: LowRank | null): KktSystem {
    return new CondensedSystem(shape, this.core, memory, this.quality, this.#before);
  }

  again(shape: KktShape): KktSystem | undefined {
    if (this.quality.raised) return undefined;
    const { factorizations, solves, seconds, inGeneral = 0 } = this.core.statistics;
    const before = { factorizations, solves, seconds: { ...seconds }, inGeneral };
    return new CondensedSystem(shape, this.core, this.memory, this.quality, before);
  }

  factor(Σ: Float64Array, δw: number, δc: number, δd = δc, complete = false): Verdict {
    const { core, m, attachedRow } = this.shape;
    const { curvature } = this.values;
    const σ = this.memory?.σ ?? 0;
    for (let j = 0; j < core; j++) this.#D[j] = Σ[j]! + curvature[j]! + σ + δw;
    for (let i = 0; i < m; i++) this.#E[i] = this.#hasAttached[i] ? δd : δc;
    for (let k = 0; k < attachedRow.length; k++) {
      const D = Σ[core + k]! + δw;
      this.#attached[k] = D;
      this.#E[attachedRow[k]!]! += 1 / D;
    }
    const { negative, zero } = this.core.factor(this.#D, this.#E, this.memory, complete ? core + m : m);
    if (negative > m) return 'too-many-negative';
    // Eigenvalues that δ_c moved below 0 by less than rounding: dependent rows, regularized all the same.
    if (zero > 0 && δc > 0 && negative + zero === m) return 'right';
    if (zero > 0) return 'singular';
    return negative === m ? 'right' : 'too-few-negative';
  }

  solve(rhs: Float64Array, out: Float64Array, count = 1): number {
    const { n, core, m, attachedRow, attachedSign } = this.shape;
    const attached = this.#attached;
    const b = new Float64Array(count * (core + m));
    for (let c = 0; c < count; c++) {
      const from = c * (n + m);
      const own = b.subarray(c * (core + m), (c + 1) * (core + m));
      own.set(rhs.subarray(from, from + core));
      own.set(rhs.subarray(from + n, from + n + m), core);
      for (let k = 0; k < attachedRow.length; k++)
        own[core + attachedRow[k]!]! -= (attachedSign[k]! * rhs[from + core + k]!) / attached[k]!;
    }
    const error = this.core.solve(b, count);
    for (let c = 0; c < count; c++) {
      const to = c * (n + m);
      const own = b.subarray(c * (core + m), (c + 1) * (core + m));
      for (let k = 0; k < attachedRow.length; k++)
        out[to + core + k] =
          (rhs[to + core + k]! - attachedSign[k]! * own[core + attachedRow[k]!]!) / attached[k]!;
      out.set(own.subarray(0, core), to);
      out.set(own.subarray(core), to + n);
    }
    return error;
  }

  addProduct(v: Float64Array, factor: number, out: Float64Array): void {
    const { n, core, attachedRow, attachedSign } = this.shape;
    const { H, J, curvature } = this.values;
    const λ = v.subarray(n);
    const rows = out.subarray(n);
    for (let j = 0; j < core; j++) out[j]! += factor * curvature[j]! * v[j]!;
    this.memory?.addProduct(v, factor, out);
    this.#product.add(H, J, v, λ, factor, out, rows);
    for (let k = 0; k < attachedRow.length; k++) {
      const r = attachedRow[k]!;
      out[core + k]! += factor * attachedSign[k]! * λ[r]!;
      rows[r]! += factor * attachedSign[k]! * v[core + k]!;
    }
  }

  clearHessian(): void {
    this.values.H.fill(0);
    this.values.curvature.fill(0);
    this.memory?.clear();
  }

  increaseQuality(): boolean {
    const further = this.core.increaseQuality();
    if (further) this.quality.raised = true;
    return further;
  }

  get statistics(): KktStatistics {
    const { statistics } = this.core;
    const before = this.#before;
    if (before === undefined) return statistics;
    const { factorizations, solves, seconds, inGeneral } = statistics;
    return {
      factorizations: factorizations - before.factorizations,
      solves: solves - before.solves,
      seconds: {
        analysis: seconds.analysis - before.seconds.analysis,
        factor: seconds.factor - before.seconds.factor,
        solve: seconds.solve - before.seconds.solve,
      },
      factorNonzeros: statistics.factorNonzeros,
      flops: statistics.flops,
      kernels: statistics.kernels,
      bytes: statistics.bytes,
      ...(inGeneral !== undefined && { inGeneral: inGeneral - before.inGeneral }),
    };
  }

  dispose(): void {
    this.core.dispose();
  }
}
