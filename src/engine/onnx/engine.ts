import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { EvaluationError, InputError } from '../../core/errors.js';
import type { Factor } from '../../core/structure/piece.js';
import { batched } from '../../derive/passes/batch.js';
import { merged } from '../../derive/passes/merge.js';
import { stacked } from '../../derive/passes/stack.js';
import { type Programs, widthOf } from '../../derive/program.js';
import type { Tensor } from '../../network/graph.js';
import type { CompileOptions, Device, Engine, Executable, Order, Precision, Slot } from '../contract.js';
import {
  lacks,
  packBlock,
  parts,
  programOf,
  readsLess,
  requireSupport,
  shapeOf,
  unitOf,
} from '../programs.js';
import { Recent } from '../recent.js';
import { type Floats, floats, trainedArrays } from '../trained.js';
import { Arrays, type Fed } from './arrays.js';
import {
  type Answering,
  jointGraph,
  outerFloat,
  singleGraph,
  wantsHessian,
  wantsJacobian,
} from './graphs.js';
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

/** Sessions kept: four numbers of points an order, and on devices, where each holds the weights, two in all. */
const kept: { readonly [D in Device]: number } = { cpu: 12, cuda: 2, webgpu: 2 };

/** ONNX Runtime: CPU by default; CUDA and WebGPU where its build and the machine have them. */
export const onnxEngine: Engine = {
  name: 'onnx',
  synchronous: false,
  devices: ['cpu', 'cuda', 'webgpu'],
  precisions: ['f64', 'f32', 'mixed'],
  async available(device = 'cpu') {
    const reason = lacks(onnxEngine, device);
    if (reason !== undefined) return reason;
    try {
      const runtime = await loadRuntime();
      requireDevice(runtime, device);
      if (device !== 'cpu') await tryDevice(runtime, device);
      return true;
    } catch (error) {
      return firstLine(error);
    }
  },
  async compile(programs, options) {
    requireSupport(onnxEngine, options);
    const { device, precision } = options;
    if (device === 'webgpu' && precision !== 'f32')
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

/** Adds two numbers on a device: a build may know a provider whose libraries, or whose card, are not there. */
async function tryDevice(runtime: OnnxRuntime, device: Device): Promise<void> {
  const element = 'f32';
  const own = { name: 'x', element, shape: [1] } as const;
  const sum = { name: 'sum', element, shape: [1] } as const;
  const node = { op: 'Add', inputs: ['x', 'x'], outputs: ['sum'], attributes: {} };
  const { bytes } = serialize({
    name: 'sum',
    nodes: [node],
    inputs: [own],
    outputs: [sum],
    initializers: [],
  });
  try {
    const session = await runtime.InferenceSession.create(bytes, {
      executionProviders: [device],
      logSeverityLevel: 4,
    });
    await session.run({ x: new runtime.Tensor('float32', Float32Array.of(1), [1]) });
    await session.release();
  } catch (cause) {
    throw new InputError(
      `engine onnx: device '${device}' does not compute here (${firstLine(cause)}); ${remedies[device]}`,
      { cause },
    );
  }
}

const remedies: { readonly [D in Device]: string } = {
  cpu: 'reinstall onnxruntime-node',
  cuda: 'on a machine with CUDA 12 or 13 and cuDNN reinstall onnxruntime-node where its script can fetch that provider (without ONNXRUNTIME_NODE_INSTALL=skip), or use engine cuda or device cpu',
  webgpu: 'install a Vulkan driver, or use device cpu',
};

/** A session for some points, what it is always fed, and what is fetched from it. */
interface Loaded {
  readonly session: InferenceSession;
  readonly x: Floats;
  readonly λ: Floats;
  readonly feeds: Record<string, OrtTensor>;
  /** Buffers that are filled anew, or names where shapes depend on the order. */
  readonly fetches: Record<string, OrtTensor> | readonly string[];
  readonly results: Answering;
}

/**
 * On the CPU each program has a session of its own, opened at first use, and all are fed the same arrays by reference.
 * Other devices hold their own copy of the weights, once per number of points: there one session has the programs as
 * branches.
 */
class OnnxExecutable implements Executable {
  readonly engine = 'onnx';
  readonly device: Device;
  readonly precision: Precision;
  readonly inputs: number;
  readonly outputs: number;
  readonly through?: Factor;
  readonly #width: number;
  readonly #sessions: Recent<string, Promise<Loaded>>;
  /** Tensors over the trained arrays, shared by the sessions. */
  readonly #tensors = { f64: new Map<Tensor, OrtTensor>(), f32: new Map<Tensor, OrtTensor>() };
  #disposed = false;

  constructor(
    private readonly runtime: OnnxRuntime,
    private readonly programs: Programs,
    private readonly options: CompileOptions,
  ) {
    this.device = options.device;
    this.precision = options.precision;
    const { inputs, outputs, through } = shapeOf(programs);
    this.inputs = inputs;
    this.outputs = outputs;
    this.#width = widthOf(programs);
    if (through) this.through = through;
    this.#sessions = new Recent(kept[options.device], release);
  }

  /** Opens the first session, so that a missing device or kernel fails at compilation. */
  async warm(): Promise<void> {
    await this.#session(0, 1);
  }

  async evaluate(order: Order, slots: readonly Slot[]): Promise<void> {
    if (this.#disposed) throw new EvaluationError('engine onnx: this executable was disposed', '', true);
    let from = 0;
    for (const size of parts(programOf(this.programs, order, this.precision), slots.length)) {
      await this.#run(order, slots.slice(from, from + size));
      from += size;
    }
  }

  async #run(order: Order, slots: readonly Slot[]): Promise<void> {
    const { inputs: n, outputs: m } = this;
    const width = this.#width;
    const { session, x, λ, feeds, fetches, results } = await this.#session(order, slots.length);
    const units: number[] = [];
    slots.forEach((slot, p) => {
      x.set(slot.x, p * n);
      if (order < 2) return;
      units[p] = this.precision === 'f64' ? 1 : unitOf(slot.λ);
      for (let i = 0; i < m; i++) λ[p * m + i] = slot.λ[i]! / units[p]!;
    });
    const flags = this.device === 'cpu' ? {} : this.#flags(order);
    const found = await session.run({ ...feeds, ...flags }, fetches as Record<string, OrtTensor>);
    const numbers = (name: string, p: number, size: number): Floats => {
      const data = found[name]!.data as Floats;
      return slots.length === 1 ? data : data.subarray(p * size, (p + 1) * size);
    };
    slots.forEach((out, p) => {
      out.y.set(numbers(results.y, p, m));
      if (order >= 1) out.J.set(numbers(results.J!, p, m * width));
      if (order < 2) return;
      if (results.blocks.length === 0) out.H.fill(0);
      for (const block of results.blocks)
        packBlock(numbers(block.name, p, block.rows * block.columns), block, out.H, units[p]);
    });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#tensors.f64.clear();
    this.#tensors.f32.clear();
    await this.#sessions.clear();
  }

  #session(order: Order, points: number): Promise<Loaded> {
    const single = this.device === 'cpu';
    return this.#sessions.get(`${single ? order : 'joint'} ${points}`, () =>
      single ? this.#openSingle(order, points) : this.#openJoint(points),
    );
  }

  async #openSingle(order: Order, points: number): Promise<Loaded> {
    const { programs, precision } = this;
    const arrays = new Arrays(trainedArrays, sharedFrom);
    const program = merged(batched(programOf(programs, order, precision), points), readsLess);
    const results = singleGraph(programs.name, program, arrays, {
      precision,
      blockRows: blockRows.cpu,
      transposedCopies: programs.parameters <= transposedUpTo,
    });
    const session = await this.#open(results.graph);
    const { x, λ, feeds } = this.#ownFeeds(results.graph, points);
    for (const { name, shape } of arrays.inputs) feeds[name] = this.#trained(arrays.fed.get(name)!, shape);
    const fetches: Record<string, OrtTensor> = {};
    for (const { name, shape, element } of results.outputs)
      fetches[name] = this.#tensor(
        floats(
          element as 'f64' | 'f32',
          shape.reduce((a, b) => a * b, 1),
        ),
        shape,
      );
    return { session, x, λ, feeds, fetches, results };
  }

  async #openJoint(points: number): Promise<Loaded> {
    const arrays = new Arrays(trainedArrays, Number.POSITIVE_INFINITY);
    const { precision, device } = this;
    const options = { precision, blockRows: blockRows[device], transposedCopies: false };
    const results = jointGraph(
      this.programs,
      (program) => stacked(batched(program, points)),
      arrays,
      options,
      points,
    );
    const session = await this.#open(results.graph);
    const fetches = results.graph.outputs.map(({ name }) => name);
    return { session, ...this.#ownFeeds(results.graph, points), fetches, results };
  }

  async #open(graph: OnnxGraph): Promise<InferenceSession> {
    const { device, precision, threads } = this.options;
    const { bytes, externalData } = serialize(graph);
    try {
      return await this.runtime.InferenceSession.create(bytes, {
        executionProviders: [device],
        logSeverityLevel: 3,
        // Further levels fuse into operators that exist in f32 only.
        graphOptimizationLevel: 'basic',
        extra: {
          session: {
            // Threads that spin while waiting take the cores from the solver between calls.
            intra_op: { allow_spinning: '0' },
            // Numbers below 1e-38 are common in a Hessian's factors and make f32 products fifty times slower.
            ...(precision !== 'f64' && { set_denormal_as_zero: '1' }),
          },
        },
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

  /** Buffers for the points and the multipliers, and the feeds that `graph` takes of them. */
  #ownFeeds(graph: OnnxGraph, points: number) {
    const float = outerFloat(this.precision);
    const own = { x: floats(float, points * this.inputs), λ: floats(float, points * this.outputs) };
    const feeds: Record<string, OrtTensor> = {};
    for (const { name, shape } of graph.inputs)
      if (name === 'x' || name === 'λ') feeds[name] = this.#tensor(own[name], shape);
    return { ...own, feeds };
  }

  #trained({ tensor, float }: Fed, shape: readonly number[]): OrtTensor {
    const known = this.#tensors[float];
    const own = known.get(tensor) ?? this.#tensor(trainedArrays.of(tensor, float), shape);
    known.set(tensor, own);
    return own;
  }

  #flags(order: Order): Record<string, OrtTensor> {
    return {
      [wantsHessian]: new this.runtime.Tensor('bool', [order === 2], []),
      [wantsJacobian]: new this.runtime.Tensor('bool', [order === 1], []),
    };
  }
  #tensor(data: Floats, shape: readonly number[]): OrtTensor {
    return data instanceof Float64Array
      ? new this.runtime.Tensor('float64', data, shape)
      : new this.runtime.Tensor('float32', data, shape);
  }
}

/** A session that did not open has told so whoever asked for it. */
const release = (loaded: Promise<Loaded>): Promise<void> =>
  loaded.then(
    ({ session }) => session.release(),
    () => undefined,
  );
