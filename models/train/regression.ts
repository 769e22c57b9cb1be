import { addProduct, plain, transposed } from './product.js';
import { random } from './random.js';

/** Samples in rows. */
export interface Samples {
  readonly count: number;
  readonly inputs: number;
  readonly outputs: number;
  /** `[count × inputs]` and `[count × outputs]`. */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Dense layers `x W + b`, tanh between them, none at the end; `W: [in × out]`. */
export interface Layers {
  readonly sizes: readonly number[];
  readonly weights: readonly Float64Array[];
  readonly biases: readonly Float64Array[];
}

export interface RegressionOptions {
  readonly hidden: readonly number[];
  readonly epochs: number;
  /** Rows per step; default all. */
  readonly batch?: number;
  readonly rate: number;
  /** Factor of half the sum of squared weights, added to half the mean squared error of standardized outputs. */
  readonly decay: number;
  readonly seed: number;
  /** Inputs that shall have no effect, beside those that never move. */
  readonly ignored?: readonly number[];
  readonly report?: (epoch: number, loss: number) => void;
}

interface Standard {
  readonly mean: Float64Array;
  /** 1 where nothing moves. */
  readonly deviation: Float64Array;
  readonly moving: readonly boolean[];
}

/**
 * Fits a tanh network to samples in standardized inputs and outputs by Adam (Kingma & Ba 2015), the rate falling along half a
 * cosine to a hundredth; the standardization is folded into the outer layers, so that the network takes and gives the
 * samples' own units. Inputs that never move, and those ignored, get weight 0. Same samples and seed: same network.
 */
export function fitRegression(samples: Samples, options: RegressionOptions): Layers {
  const { hidden, epochs, rate, decay, seed, ignored = [], report } = options;
  const [inStandard, outStandard] = [
    standardOf(samples.x, samples.count, samples.inputs),
    standardOf(samples.y, samples.count, samples.outputs),
  ];
  const used = Array.from({ length: samples.inputs }, (_, j) => j).filter(
    (j) => inStandard.moving[j] && !ignored.includes(j),
  );
  const x = standardized(samples.x, samples.count, inStandard, used);
  const y = standardized(
    samples.y,
    samples.count,
    outStandard,
    Array.from({ length: samples.outputs }, (_, j) => j),
  );
  const sizes = [used.length, ...hidden, samples.outputs];
  const stream = random(seed);
  const weights = sizes.slice(1).map((width, k) => {
    const scale = Math.sqrt(2 / (sizes[k]! + width));
    return Float64Array.from({ length: sizes[k]! * width }, () => scale * stream.normal());
  });
  const biases = sizes.slice(1).map((width) => new Float64Array(width));
  const batch = Math.min(options.batch ?? samples.count, samples.count);
  const machine = new Machine(sizes, batch);
  const adam = new Adam([...weights, ...biases]);
  const order = Int32Array.from({ length: samples.count }, (_, k) => k);
  const stepsPerEpoch = Math.max(1, Math.floor(samples.count / batch));
  const steps = epochs * stepsPerEpoch;
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    if (batch < samples.count) stream.shuffle(order);
    let loss = 0;
    for (let s = 0; s < stepsPerEpoch; s++) {
      const rows = order.subarray(s * batch, (s + 1) * batch);
      loss += machine.gradients(rows, x, y, weights, biases, decay);
      const now = rate * (0.01 + (0.99 / 2) * (1 + Math.cos((Math.PI * step) / steps)));
      adam.step(now, [...weights, ...biases], [...machine.weightGradients, ...machine.biasGradients]);
      step++;
    }
    report?.(epoch + 1, loss / stepsPerEpoch);
  }
  return unfolded({ sizes, weights, biases }, samples.inputs, used, inStandard, outStandard);
}

function standardOf(values: Float64Array, count: number, width: number): Standard {
  const [mean, deviation] = [new Float64Array(width), new Float64Array(width)];
  for (let i = 0; i < count; i++) for (let j = 0; j < width; j++) mean[j]! += values[i * width + j]! / count;
  for (let i = 0; i < count; i++)
    for (let j = 0; j < width; j++) deviation[j]! += (values[i * width + j]! - mean[j]!) ** 2 / count;
  const moving = Array.from(
    deviation,
    (variance, j) => Math.sqrt(variance) > 1e-9 * Math.max(1, Math.abs(mean[j]!)),
  );
  return { mean, deviation: deviation.map((variance, j) => (moving[j] ? Math.sqrt(variance) : 1)), moving };
}

function standardized(
  values: Float64Array,
  count: number,
  { mean, deviation }: Standard,
  columns: readonly number[],
): Float64Array {
  const [width, out] = [mean.length, new Float64Array(count * columns.length)];
  for (let i = 0; i < count; i++)
    for (const [k, j] of columns.entries())
      out[i * columns.length + k] = (values[i * width + j]! - mean[j]!) / deviation[j]!;
  return out;
}

/** The network in the samples' units. */
function unfolded(
  { sizes, weights, biases }: Layers,
  inputs: number,
  used: readonly number[],
  from: Standard,
  to: Standard,
): Layers {
  const last = weights.length - 1;
  const [W, b] = [weights.map((w) => w.slice()), biases.map((each) => each.slice())];
  const width = sizes[1]!;
  const first = new Float64Array(inputs * width);
  for (const [k, j] of used.entries())
    for (let c = 0; c < width; c++) {
      const weight = W[0]![k * width + c]! / from.deviation[j]!;
      first[j * width + c] = weight;
      b[0]![c]! -= weight * from.mean[j]!;
    }
  W[0] = first;
  const outputs = sizes.at(-1)!;
  const rows = W[last]!.length / outputs;
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < outputs; c++) W[last]![r * outputs + c]! *= to.deviation[c]!;
  for (let c = 0; c < outputs; c++) b[last]![c] = b[last]![c]! * to.deviation[c]! + to.mean[c]!;
  return { sizes: [inputs, ...sizes.slice(1)], weights: W, biases: b };
}

/** Forward and backward passes over batches of one size. */
class Machine {
  readonly weightGradients: Float64Array[];
  readonly biasGradients: Float64Array[];
  readonly #values: Float64Array[];
  readonly #adjoints: Float64Array[];

  constructor(
    readonly sizes: readonly number[],
    readonly batch: number,
  ) {
    this.#values = sizes.map((width) => new Float64Array(batch * width));
    this.#adjoints = sizes.map((width) => new Float64Array(batch * width));
    this.weightGradients = sizes.slice(1).map((width, k) => new Float64Array(sizes[k]! * width));
    this.biasGradients = sizes.slice(1).map((width) => new Float64Array(width));
  }

  /** Half the mean squared error plus the decay, and its gradients. */
  gradients(
    rows: Int32Array,
    x: Float64Array,
    y: Float64Array,
    weights: readonly Float64Array[],
    biases: readonly Float64Array[],
    decay: number,
  ): number {
    const { sizes, batch } = this;
    const [values, adjoints] = [this.#values, this.#adjoints];
    const last = sizes.length - 1;
    const [inputs, outputs] = [sizes[0]!, sizes[last]!];
    for (const [i, row] of rows.entries())
      values[0]!.set(x.subarray(row * inputs, (row + 1) * inputs), i * inputs);
    for (let k = 1; k <= last; k++) {
      const [out, width] = [values[k]!, sizes[k]!];
      for (let i = 0; i < batch; i++) out.set(biases[k - 1]!, i * width);
      addProduct(
        plain(values[k - 1]!, sizes[k - 1]!),
        plain(weights[k - 1]!, width),
        out,
        batch,
        sizes[k - 1]!,
        width,
      );
      if (k < last) for (let i = 0; i < out.length; i++) out[i] = Math.tanh(out[i]!);
    }
    let loss = 0;
    const scale = 1 / (batch * outputs);
    for (const [i, row] of rows.entries())
      for (let j = 0; j < outputs; j++) {
        const error = values[last]![i * outputs + j]! - y[row * outputs + j]!;
        loss += (error * error * scale) / 2;
        adjoints[last]![i * outputs + j] = error * scale;
      }
    for (let k = last; k > 0; k--) {
      const [n, m] = [sizes[k - 1]!, sizes[k]!];
      const [W, adjoint, below, input] = [weights[k - 1]!, adjoints[k]!, adjoints[k - 1]!, values[k - 1]!];
      const [gW, gb] = [this.weightGradients[k - 1]!, this.biasGradients[k - 1]!];
      for (let p = 0; p < W.length; p++) {
        gW[p] = decay * W[p]!;
        loss += (decay * W[p]! ** 2) / 2;
      }
      gb.fill(0);
      for (let i = 0; i < batch; i++) for (let j = 0; j < m; j++) gb[j]! += adjoint[i * m + j]!;
      addProduct(transposed(plain(input, n)), plain(adjoint, m), gW, n, batch, m);
      if (k === 1) continue;
      below.fill(0);
      addProduct(plain(adjoint, m), transposed(plain(W, m)), below, batch, m, n);
      for (let p = 0; p < below.length; p++) below[p]! *= 1 - input[p]! ** 2;
    }
    return loss;
  }
}

/** Adam with β₁ = 0.9, β₂ = 0.999, ε = 1e-8. */
class Adam {
  readonly #first: Float64Array[];
  readonly #second: Float64Array[];
  #t = 0;

  constructor(variables: readonly Float64Array[]) {
    this.#first = variables.map(({ length }) => new Float64Array(length));
    this.#second = variables.map(({ length }) => new Float64Array(length));
  }

  step(rate: number, variables: readonly Float64Array[], gradients: readonly Float64Array[]): void {
    this.#t++;
    const α = (rate * Math.sqrt(1 - 0.999 ** this.#t)) / (1 - 0.9 ** this.#t);
    for (const [k, variable] of variables.entries()) {
      const [m, v, g] = [this.#first[k]!, this.#second[k]!, gradients[k]!];
      for (let i = 0; i < variable.length; i++) {
        m[i] = 0.9 * m[i]! + 0.1 * g[i]!;
        v[i] = 0.999 * v[i]! + 0.001 * g[i]! * g[i]!;
        variable[i]! -= (α * m[i]!) / (Math.sqrt(v[i]!) + 1e-8);
      }
    }
  }
}

/** The outputs of a network for one input. */
export function predict({ sizes, weights, biases }: Layers, x: ArrayLike<number>): Float64Array {
  let value = Float64Array.from(x);
  for (const [k, W] of weights.entries()) {
    const [n, m] = [sizes[k]!, sizes[k + 1]!];
    const out = biases[k]!.slice();
    addProduct(plain(value, n), plain(W, m), out, 1, n, m);
    value = k + 1 < weights.length ? out.map(Math.tanh) : out;
  }
  return value;
}

/** Root of the mean squared error over all rows and outputs. */
export function rootMeanSquare(samples: Samples, guess: (x: Float64Array) => ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < samples.count; i++) {
    const y = guess(samples.x.subarray(i * samples.inputs, (i + 1) * samples.inputs));
    for (let j = 0; j < samples.outputs; j++) sum += (y[j]! - samples.y[i * samples.outputs + j]!) ** 2;
  }
  return Math.sqrt(sum / (samples.count * samples.outputs));
}

/** Some of the rows. */
export function rowsOf(samples: Samples, keep: (row: number) => boolean): Samples {
  const rows = Array.from({ length: samples.count }, (_, k) => k).filter(keep);
  const take = (values: Float64Array, width: number): Float64Array => {
    const out = new Float64Array(rows.length * width);
    for (const [k, row] of rows.entries())
      out.set(values.subarray(row * width, (row + 1) * width), k * width);
    return out;
  };
  return {
    ...samples,
    count: rows.length,
    x: take(samples.x, samples.inputs),
    y: take(samples.y, samples.outputs),
  };
}

/** Ridge regression in standardized inputs: what a linear model reaches. */
export function fitLinear(samples: Samples, ridge: number, ignored: readonly number[] = []): Layers {
  const from = standardOf(samples.x, samples.count, samples.inputs);
  const to = standardOf(samples.y, samples.count, samples.outputs);
  const used = Array.from({ length: samples.inputs }, (_, j) => j).filter(
    (j) => from.moving[j] && !ignored.includes(j),
  );
  const x = standardized(samples.x, samples.count, from, used);
  const outputs = Array.from({ length: samples.outputs }, (_, j) => j);
  const y = standardized(samples.y, samples.count, to, outputs);
  const n = used.length;
  const A = new Float64Array(n * n);
  for (let i = 0; i < samples.count; i++)
    for (let a = 0; a < n; a++) for (let b = 0; b < n; b++) A[a * n + b]! += x[i * n + a]! * x[i * n + b]!;
  for (let a = 0; a < n; a++) A[a * n + a]! += ridge * samples.count;
  const weights = new Float64Array(n * samples.outputs);
  for (let i = 0; i < samples.count; i++)
    for (let a = 0; a < n; a++)
      for (let j = 0; j < samples.outputs; j++)
        weights[a * samples.outputs + j]! += x[i * n + a]! * y[i * samples.outputs + j]!;
  solvePositive(A, n, weights, samples.outputs);
  const layers = {
    sizes: [n, samples.outputs],
    weights: [weights],
    biases: [new Float64Array(samples.outputs)],
  };
  return unfolded(layers, samples.inputs, used, from, to);
}

/** Overwrites `B` with `A⁻¹ B` by Cholesky, A positive definite. */
function solvePositive(A: Float64Array, n: number, B: Float64Array, m: number): void {
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < j; k++) for (let i = j; i < n; i++) A[i * n + j]! -= A[i * n + k]! * A[j * n + k]!;
    const root = Math.sqrt(A[j * n + j]!);
    for (let i = j; i < n; i++) A[i * n + j]! /= root;
  }
  for (let c = 0; c < m; c++) {
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) B[i * m + c]! -= A[i * n + k]! * B[k * m + c]!;
      B[i * m + c]! /= A[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) B[i * m + c]! -= A[k * n + i]! * B[k * m + c]!;
      B[i * m + c]! /= A[i * n + i]!;
    }
  }
}
