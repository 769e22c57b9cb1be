import * as tf from '@tensorflow/tfjs';
import { type InputName, inputNames, type QpPoint, type QpShape } from '../../solvers/batch/contract.js';
import { InputError } from '../../src/core/errors.js';
import { optionsOf, recordOf, told } from '../../src/core/given.js';
import { readOptions } from '../../src/core/options.js';
import { asymmetry, axesOf } from '../blocks.js';
import { partSizes } from '../cotangents.js';
import { qpLayerOptions } from '../options.js';
import { openQpLayer } from '../qp-layer.js';

/**
 * The inputs as tensors: one copy for all elements (Q `[n, n]`, q `[n]`, A `[m, n]`, b `[m]`, G `[p, n]`, h `[p]`), or with
 * the batch as an axis before these. A and b, or G and h, may be left out.
 */
export interface QpTensors {
  readonly Q: tf.Tensor;
  readonly q: tf.Tensor;
  readonly A?: tf.Tensor;
  readonly b?: tf.Tensor;
  readonly G?: tf.Tensor;
  readonly h?: tf.Tensor;
}

/** The answers: z `[batch, n]`, nu `[batch, m]`, lam and s `[batch, p]`; derivatives are taken through each of them. */
export type QpAnswers = { readonly [Part in keyof QpPoint]: tf.Tensor2D };

/** How a batch is solved and derived. */
export interface SolveQpOptions {
  /** What stands for an element without a solution, and for its gradient. Default `'throw'`. */
  readonly onFailure?: 'throw' | 'zero' | 'nan';
  /** What a row with multiplier and slack both zero counts as in derivatives. Default `'exclude'`. */
  readonly weaklyActive?: 'exclude' | 'include' | 'refuse';
}

const { onFailure, weaklyActive } = qpLayerOptions;
const table = { onFailure, weaklyActive };

/**
 * `argmin ½ zᵀQz + qᵀz  s.t.  Az = b, Gz ≤ h` of every element of a batch, as a differentiable op: tensors are f32, the
 * solution and its derivatives f64 inside. First derivatives only. Throws InputError for shapes that disagree, numbers that
 * are not finite, Q that is not symmetric, and on backends that cannot be read synchronously (webgpu).
 */
export function solveQp(tensors: QpTensors, options: SolveQpOptions = {}): QpAnswers {
  const settings = readOptions(table, { ...optionsOf(options, 'solveQp') }, 'solveQp');
  recordOf(tensors, 'solveQp: what is solved');
  requireSynchronous();
  const given = inputNames.filter((name) => tensors[name] !== undefined);
  const shape = shapeOf(tensors);
  const shared = sharedOf(tensors, shape, given);
  const sizes = partSizes(shape);
  const width = sizes.z + sizes.nu + sizes.lam + sizes.s;
  const op = tf.customGrad((...args) => {
    const inputs = args.slice(0, given.length) as tf.Tensor[];
    const layer = openQpLayer({ ...qpDefaults, ...shape, ...settings, shared }, asymmetry.f32);
    const data = Object.fromEntries(given.map((name, k) => [name, inputs[k]!.dataSync()]));
    const { batch, ...answer } = layer.forward(data as Record<InputName, Float32Array>);
    return {
      value: tf.tensor2d(joined(answer, sizes, batch), [batch, width], 'float32'),
      gradFunc: (adjoint: tf.Tensor) => {
        const gradients = layer.backward(parted(adjoint.dataSync() as Float32Array, sizes, batch));
        layer.dispose();
        return given.map((name, k) => tf.tensor(Float32Array.from(gradients[name]), inputs[k]!.shape));
      },
    };
  });
  return tf.tidy(() => {
    const all = op(...given.map((name) => tf.cast(tensors[name]!, 'float32'))) as tf.Tensor2D;
    let from = 0;
    const part = (size: number): tf.Tensor2D => {
      const own = tf.slice(all, [0, from], [all.shape[0], size]);
      from += size;
      return own;
    };
    return { z: part(sizes.z), nu: part(sizes.nu), lam: part(sizes.lam), s: part(sizes.s) };
  });
}

const qpDefaults = { keepWarm: false, threads: 1 } as const;

function requireSynchronous(): void {
  const backend = tf.getBackend();
  if (backend === 'webgpu')
    throw new InputError(
      "solveQp: the backend 'webgpu' cannot be read synchronously, which a gradient needs; call tf.setBackend('wasm'), 'webgl' or 'cpu'",
    );
}

function shapeOf(tensors: QpTensors): QpShape {
  for (const [name, value] of Object.entries(tensors)) {
    if (!inputNames.includes(name as InputName))
      throw new InputError(`solveQp: unknown input '${name}'; known are ${inputNames.join(', ')}`);
    if (value !== undefined && !(value instanceof tf.Tensor))
      throw new InputError(`solveQp: ${name} is ${told(value)}, not a tensor`);
    if (value?.isDisposed) throw new InputError(`solveQp: ${name} was disposed; give a tensor that is kept`);
  }
  const last = (name: 'q' | 'b' | 'h'): number => {
    const tensor = tensors[name];
    if (tensor === undefined) return 0;
    if (tensor.rank !== 1 && tensor.rank !== 2)
      throw new InputError(`solveQp: ${name} has ${tensor.rank} axes, expected 1 or, with a batch, 2`);
    return tensor.shape.at(-1)!;
  };
  const shape = { n: last('q'), m: last('b'), p: last('h') };
  if (shape.n === 0)
    throw new InputError('solveQp: q is missing or empty: it has the shape [n] or [batch, n]');
  return shape;
}

/** The inputs without a batch axis. */
function sharedOf(tensors: QpTensors, shape: QpShape, given: readonly InputName[]): InputName[] {
  return given.filter((name) => {
    const own = tensors[name]!.shape;
    const axes = axesOf(name, shape);
    const tail = own.slice(own.length - axes.length);
    const batched = own.length === axes.length + 1;
    if ((batched || own.length === axes.length) && tail.join() === axes.join()) return !batched;
    throw new InputError(
      `solveQp: ${name} has the shape [${own.join(', ')}], expected [${axes.join(', ')}], or [batch, ${axes.join(', ')}]`,
    );
  });
}

type Sizes = Readonly<Record<keyof QpPoint, number>>;
const order = ['z', 'nu', 'lam', 's'] as const;

/** z, ν, λ, s of each element side by side. */
function joined(point: QpPoint, sizes: Sizes, batch: number): Float32Array {
  const width = order.reduce((sum, part) => sum + sizes[part], 0);
  const out = new Float32Array(batch * width);
  let from = 0;
  for (const part of order) {
    const size = sizes[part];
    for (let k = 0; k < batch; k++) out.set(point[part].subarray(k * size, (k + 1) * size), k * width + from);
    from += size;
  }
  return out;
}

function parted(values: Float32Array, sizes: Sizes, batch: number): QpPoint {
  const width = order.reduce((sum, part) => sum + sizes[part], 0);
  let from = 0;
  const parts = order.map((part) => {
    const size = sizes[part];
    const out = new Float64Array(batch * size);
    for (let k = 0; k < batch; k++)
      out.set(values.subarray(k * width + from, k * width + from + size), k * size);
    from += size;
    return [part, out];
  });
  return Object.fromEntries(parts) as unknown as QpPoint;
}
