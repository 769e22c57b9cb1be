import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { EvaluationError, InputError } from '../../core/errors.js';
import type { Programs } from '../../derive/program.js';
import type { Tensor } from '../../network/graph.js';
import type {
  CompileOptions,
  Device,
  Engine,
  Evaluation,
  Executable,
  Order,
  Precision,
} from '../contract.js';
import { packBlock } from '../programs.js';
import { Weights } from '../weights.js';
import { Arrays } from './arrays.js';
import { type Answering, jointGraph, singleGraph, wantsHessian, wantsJacobian } from './graphs.js';
import { type OnnxGraph, serialize } from './model.js';
import { firstLine, loadRuntime, type OnnxRuntime } from './runtime.js';

/** Rows of a block of `H`: smaller blocks skip more of the upper triangle, larger ones keep the product efficient. */
const blockRows: { readonly [D in Device]: number } = { cpu: 128, cuda: 1024, webgpu: 1024 };
/** On the CPU, arrays of at least this many numbers are fed by reference, so that three sessions share one copy. */
const sharedFrom = 256;
/**
 * Up to this many parameters (256 MiB of doubles) the f64 value and adjoint passes on the CPU have transposed copies of
 * the weights: a matrix times a column runs at the memory's pace, a row times a matrix at a third of it.
 */
const transposedUpTo = 2 ** 25;

/** ONNX Runtime: CPU by default; CUDA and WebGPU where its build and the machine have them. */
export const onnxEngine: Engine = {
  name: 'onnx',
  async compile(programs: Programs, options: CompileOptions): Promise<Executable> {
    const { device, precision } = options;
    if (device === 'webgpu' && precision === 'f64')
      throw new InputError(
        'engine onnx: device webgpu computes in f32 only; use precision f32, or device cpu or cuda',
      );
    const runtime = await loadRuntime();
    requireDevice(runtime, device);
    const executable = new OnnxExecutable(runtime, programs, options);
    await executable.warm();
    return executable;
  },
};

function requireDevice(runtime: OnnxRuntime, device: Device): void {
  const names = runtime.listSupportedBackends().map(({ name }) => name);
  if (!names.includes(device))
    throw new InputError(
      `engine onnx: device '${device}' is not in this build of onnxruntime-node (it has ${names.join(', ')}); ` +
        'use device cpu, or reinstall onnxruntime-node where it can fetch that provider',
    );
}

/** A session, what it is always fed, and what is fetched from it. */
interface Loaded {
  readonly session: InferenceSession;
  readonly feeds: Record<string, OrtTensor>;
  /** Buffers that are filled anew, or names where shapes depend on the order. */
  readonly fetches: Record<string, OrtTensor> | readonly string[];
  readonly results: Answering;
}

/**
 * On the CPU each program has a session of its own, opened at first use, and all are fed the same arrays by reference.
 * Other devices hold their own copy of the weights, once: there one session has the programs as branches.
 */
class OnnxExecutable implements Executable {
  readonly engine = 'onnx';
  readonly device: Device;
  readonly precision: Precision;
  readonly inputs: number;
  readonly outputs: number;
  readonly #sessions = new Map<Order | 'joint', Promise<Loaded>>();
  readonly #weights: Weights;
  /** Tensors over the trained arrays, shared by the sessions. */
  readonly #tensors = new Map<Tensor, OrtTensor>();
  readonly #x: Float64Array | Float32Array;
  readonly #λ: Float64Array | Float32Array;
  #disposed = false;

  constructor(
    private readonly runtime: OnnxRuntime,
    private readonly programs: Programs,
    private readonly options: CompileOptions,
  ) {
    this.device = options.device;
    this.precision = options.precision;
    this.inputs = programs.inputs;
    this.outputs = programs.outputs;
    this.#weights = new Weights(options.precision);
    this.#x = this.#array(programs.inputs);
    this.#λ = this.#array(programs.outputs);
  }

  /** Opens the first session, so that a missing device or kernel fails at compilation. */
  async warm(): Promise<void> {
    await this.#session(0);
  }

  async evaluate(order: Order, x: Float64Array, λ: Float64Array, out: Evaluation): Promise<void> {
    if (this.#disposed) throw new EvaluationError('engine onnx: this executable was disposed', '', true);
    const { session, feeds, fetches, results } = await this.#session(order);
    this.#x.set(x);
    if (order === 2) this.#λ.set(λ);
    const flags = this.device === 'cpu' ? {} : this.#flags(order);
    const found = await session.run({ ...feeds, ...flags }, fetches as Record<string, OrtTensor>);
    const numbers = (name: string) => found[name]!.data as Float64Array | Float32Array;
    out.y.set(numbers(results.y));
    if (order >= 1) out.J.set(numbers(results.J!));
    if (order < 2) return;
    if (results.blocks.length === 0) out.H.fill(0);
    for (const block of results.blocks) packBlock(numbers(block.name), block, out.H);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    const sessions = await Promise.all(this.#sessions.values());
    this.#sessions.clear();
    this.#tensors.clear();
    for (const { session } of sessions) await session.release();
  }

  #session(order: Order): Promise<Loaded> {
    const key = this.device === 'cpu' ? order : 'joint';
    let loaded = this.#sessions.get(key);
    if (loaded === undefined) {
      loaded = key === 'joint' ? this.#openJoint() : this.#openSingle(key);
      this.#sessions.set(key, loaded);
    }
    return loaded;
  }

  async #openSingle(order: Order): Promise<Loaded> {
    const arrays = new Arrays(this.#weights, this.precision, sharedFrom);
    const results = singleGraph(this.programs, order, arrays, {
      blockRows: blockRows.cpu,
      transposedCopies: this.programs.parameters <= transposedUpTo,
    });
    const session = await this.#open(results.graph);
    const feeds = this.#ownFeeds(results.graph);
    for (const { name, shape } of arrays.inputs) {
      const trained = arrays.fed.get(name)!;
      const tensor = this.#tensors.get(trained) ?? this.#tensor(this.#weights.of(trained), shape);
      this.#tensors.set(trained, tensor);
      feeds[name] = tensor;
    }
    const fetches: Record<string, OrtTensor> = {};
    for (const { name, shape } of results.outputs)
      fetches[name] = this.#tensor(this.#array(shape.reduce((a, b) => a * b, 1)), shape);
    return { session, feeds, fetches, results };
  }

  async #openJoint(): Promise<Loaded> {
    const arrays = new Arrays(this.#weights, this.precision, Number.POSITIVE_INFINITY);
    const options = { blockRows: blockRows[this.device], transposedCopies: false };
    const results = jointGraph(this.programs, arrays, options);
    const session = await this.#open(results.graph);
    const fetches = results.graph.outputs.map(({ name }) => name);
    return { session, feeds: this.#ownFeeds(results.graph), fetches, results };
  }

  async #open(graph: OnnxGraph): Promise<InferenceSession> {
    const { device, threads } = this.options;
    const { bytes, externalData } = serialize(graph);
    try {
      return await this.runtime.InferenceSession.create(bytes, {
        executionProviders: [device],
        logSeverityLevel: 3,
        // Further levels fuse into operators that exist in f32 only.
        graphOptimizationLevel: 'basic',
        // Threads that spin while waiting take the cores from the solver between calls.
        extra: { session: { intra_op: { allow_spinning: '0' } } },
        ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
        ...(externalData.length === 0 ? {} : { externalData }),
      });
    } catch (cause) {
      const advice = device === 'cpu' ? '' : '; use device cpu';
      throw new InputError(
        `engine onnx: cannot open '${this.programs.name}' on device ${device}, ${this.precision}: ${firstLine(cause)}${advice}`,
        { cause },
      );
    }
  }

  /** The point and the multipliers as far as `graph` takes them. */
  #ownFeeds(graph: OnnxGraph): Record<string, OrtTensor> {
    const own = { x: this.#x, λ: this.#λ };
    const feeds: Record<string, OrtTensor> = {};
    for (const { name, shape } of graph.inputs)
      if (name === 'x' || name === 'λ') feeds[name] = this.#tensor(own[name], shape);
    return feeds;
  }

  #flags(order: Order): Record<string, OrtTensor> {
    return {
      [wantsHessian]: new this.runtime.Tensor('bool', [order === 2], []),
      [wantsJacobian]: new this.runtime.Tensor('bool', [order === 1], []),
    };
  }
  #array(size: number): Float64Array | Float32Array {
    return this.precision === 'f64' ? new Float64Array(size) : new Float32Array(size);
  }
  #tensor(data: Float64Array | Float32Array, shape: readonly number[]): OrtTensor {
    return data instanceof Float64Array
      ? new this.runtime.Tensor('float64', data, shape)
      : new this.runtime.Tensor('float32', data, shape);
  }
}
