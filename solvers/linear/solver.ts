import { EvaluationError, InputError } from '../../src/core/errors.js';
import { type KernelKind, type KernelMemory, kindOf } from '../../src/core/kernels.js';
import type { Structure } from '../../src/core/structure/structure.js';
import type { Analysis } from './analysis.js';
import { denseKernels } from './choose-kernels.js';
import type { Inertia, LinearSolver, LinearStatistics } from './contract.js';
import { wasmKernels } from './dense-kernels.js';
import { type Kernels, openKernels, openMemory, outOfMemory } from './kernels.js';
import type { MemoryLayout } from './layout.js';
import { type LinearOptions, linearOptions } from './options.js';
import type { Prediction } from './predict.js';

/** Sweeps of the scaling; entries then lie within a small factor of 1 by row. */
const SCALING_SWEEPS = 3;
/** Componentwise backward error at which refinement stops. */
const REFINED = 2e-15;

/** Right-hand sides that one pass over the factors serves. */
const AT_ONCE = 16;
/** Fewer are solved for one by one: they go in groups of four. */
const FEWEST = 3;

const now = (): number => performance.now() / 1000;

/** LDLᵀ on an assembly tree: the multifrontal kernels and their memory. */
export class MultifrontalSolver implements LinearSolver {
  readonly order: number;
  readonly statistics: LinearStatistics;
  /** Who updates large fronts. */
  readonly denseKernels: string;
  readonly #matrix: Structure;
  readonly #options: LinearOptions;
  readonly #layout: MemoryLayout;
  readonly #counts = { factorizations: 0, solves: 0, delayed: 0 };
  readonly #seconds = { analysis: 0, factor: 0, solve: 0 };
  /** Who does the rest. */
  readonly kernels: KernelKind;
  #memory: KernelMemory | undefined;
  #kernels: Kernels | undefined;
  #threshold: number;
  #solvable = false;

  /** `began`: when the analysis started, in seconds. */
  constructor(
    readonly name: string,
    { matrix, layout, prediction }: Analysis,
    options: Record<string, unknown> | undefined,
    began: number,
  ) {
    this.#options = linearOptions(options);
    this.#threshold = this.#options.pivotTolerance;
    this.order = matrix.rows;
    this.#matrix = matrix;
    this.#layout = layout;
    const factorBytes = Math.ceil((prediction.factorBytes + 64) / 16) * 16;
    this.#memory = openMemory(this.#layout.end + factorBytes + 16);
    this.kernels = kindOf(this.#memory);
    this.#layout.write(this.#memory);
    const dense = denseKernels(this.#options.denseKernels, prediction.largestFront);
    this.denseKernels = dense.name;
    this.#kernels = openKernels(this.#memory, dense);
    this.#kernels.setup(this.#layout.table, factorBytes);
    this.statistics = this.#describe(prediction);
    this.#seconds.analysis = now() - began;
  }

  #describe(prediction: Prediction): LinearStatistics {
    const counts = this.#counts;
    const seconds = this.#seconds;
    const bytes = (): number => this.#memory?.buffer.byteLength ?? 0;
    return {
      get factorizations() {
        return counts.factorizations;
      },
      get solves() {
        return counts.solves;
      },
      seconds,
      factorNonzeros: prediction.factorNonzeros,
      flops: prediction.flops,
      kernels: [this.kernels, ...(this.denseKernels === wasmKernels.name ? [] : [this.denseKernels])],
      get bytes() {
        return bytes();
      },
    };
  }

  /** Columns that the last factorization passed to a parent front, counted at every level. */
  get delayedPivots(): number {
    return this.#counts.delayed;
  }

  #open(): { kernels: Kernels; buffer: ArrayBufferLike } {
    if (this.#kernels === undefined || this.#memory === undefined) {
      throw new InputError(`linear solver ${this.name}: used after dispose()`);
    }
    return { kernels: this.#kernels, buffer: this.#memory.buffer };
  }

  factor(values: Float64Array, negativeLimit = this.order): Inertia {
    const { kernels, buffer } = this.#open();
    if (values.length !== this.#matrix.length)
      throw new InputError(
        `linear solver: ${values.length} values for a structure with ${this.#matrix.length}`,
      );
    const began = now();
    this.#solvable = false;
    new Float64Array(buffer, this.#layout.tripletValue, values.length).set(values);
    const bad = kernels.gather();
    if (bad >= 0) {
      const { row, column } = this.#matrix.position(bad);
      const where = `(${row}, ${column})`;
      throw new EvaluationError(`linear solver: ${values[bad]} at ${where} of the matrix`, where);
    }
    kernels.equilibrate(SCALING_SWEEPS);
    const end = kernels.factor(this.#threshold, negativeLimit);
    if (end === 1) throw outOfMemory(this.#memory!, kernels.refusedBytes());
    const report = new Int32Array(this.#memory!.buffer, this.#layout.report, 4);
    const inertia = { positive: report[0]!, negative: report[1]!, zero: report[2]! };
    this.#counts.delayed = report[3]!;
    this.#counts.factorizations++;
    this.#solvable = end === 0;
    this.#seconds.factor += now() - began;
    return inertia;
  }

  solve(b: Float64Array, count = 1): number {
    const { kernels } = this.#open();
    if (!this.#solvable) throw new InputError('linear solver: solve() needs a successful factor() first');
    if (b.length !== this.order * count)
      throw new InputError(
        `linear solver: ${count} right-hand sides of ${b.length} numbers in all for order ${this.order}`,
      );
    const began = now();
    let error = 0;
    for (let done = 0; done < count; ) {
      const taken = Math.min(AT_ONCE, count - done);
      const own = b.subarray(done * this.order, (done + taken) * this.order);
      const many = taken >= FEWEST ? this.#solveMany(kernels, own, taken) : undefined;
      error = Math.max(error, many ?? this.#solveEach(kernels, own));
      done += taken;
    }
    this.#counts.solves += count;
    this.#seconds.solve += now() - began;
    return error;
  }

  #solveEach(kernels: Kernels, b: Float64Array): number {
    const vector = new Float64Array(this.#memory!.buffer, this.#layout.vectorB, this.order);
    let error = 0;
    for (let from = 0; from < b.length; from += this.order) {
      const own = b.subarray(from, from + this.order);
      vector.set(own);
      error = Math.max(error, kernels.solve(this.#options.refinementSteps, REFINED));
      own.set(vector);
    }
    return error;
  }

  /** Undefined where there is no memory for all at once. */
  #solveMany(kernels: Kernels, b: Float64Array, count: number): number | undefined {
    const groups = Math.ceil(count / 4);
    const at = kernels.prepareMany(groups) >>> 0;
    if (at === 0) return undefined;
    const vectors = new Float64Array(this.#memory!.buffer, at, 4 * groups * this.order);
    vectors.set(b);
    vectors.fill(0, b.length);
    const error = kernels.solveMany(this.#options.refinementSteps, REFINED);
    b.set(vectors.subarray(0, b.length));
    return error;
  }

  increaseQuality(): boolean {
    this.#open();
    const most = this.#options.pivotToleranceMaximum;
    if (this.#threshold >= most) return false;
    this.#threshold = Math.min(most, this.#threshold ** 0.75);
    return true;
  }

  dispose(): void {
    this.#memory = undefined;
    this.#kernels = undefined;
    this.#solvable = false;
  }
}
