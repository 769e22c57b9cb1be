import { erf } from '../../../src/core/special.js';
import {
  type Address,
  type Cuda,
  CudaError,
  type Handle,
  type Pinned,
  type Product,
} from '../../../src/engine/cuda/cuda.js';

interface Block {
  readonly address: Address;
  readonly memory: ArrayBuffer;
}

type Argument = number | Address;
type Run = (i: number, ...args: unknown[]) => void;
interface Kernel {
  readonly parameters: readonly string[];
  readonly run: Run;
}

/**
 * A card in JavaScript: memory that is checked at every access, kernels whose CUDA C++ is made JavaScript, products in
 * plain loops, graphs that are replayed. Work that is queued is done when the stream is waited for, as on a card.
 */
export class FakeCuda implements Cuda {
  readonly card = 'Fake 100';
  readonly architecture = 'sm_90';
  readonly compiler = 'fake 1';
  readonly stream = 0n;
  /** Calls by name, in order. */
  readonly log: string[] = [];
  /** Called before each call; may throw. */
  interfere: (call: string) => void = () => {};
  compiled = 0;
  #next = 0x10000n;
  #handle = 0n;
  readonly blocks = new Map<Address, Block>();
  readonly pinned = new Map<Address, Pinned>();
  readonly #modules = new Map<Handle, Map<string, Kernel>>();
  readonly #kernels = new Map<Handle, Kernel>();
  readonly graphs = new Map<Handle, (() => void)[]>();
  #queue: (() => void)[] = [];
  #capturing: (() => void)[] | undefined;

  constructor(readonly total = 2 ** 30) {}

  get used(): number {
    return [...this.blocks.values()].reduce((sum, { memory }) => sum + memory.byteLength, 0);
  }
  memory() {
    this.#enter('memory');
    return { free: this.total - this.used, total: this.total };
  }
  allocate(bytes: number): Address {
    this.#enter('allocate');
    if (this.used + bytes > this.total) throw new CudaError('cuMemAlloc', 'out of memory', true);
    const block = { address: this.#next, memory: new ArrayBuffer(bytes) };
    // What nobody wrote is no number.
    new Uint8Array(block.memory).fill(0xff);
    this.blocks.set(block.address, block);
    this.#next += BigInt(512 * Math.ceil(bytes / 512) + 512);
    return block.address;
  }
  free(address: Address): void {
    this.#enter('free');
    if (!this.blocks.delete(address)) throw new Error(`freed twice: ${address}`);
  }
  pin(bytes: number): Pinned {
    this.#enter('pin');
    const pinned = { address: this.#next, memory: new ArrayBuffer(bytes) };
    this.#next += BigInt(512 * Math.ceil(bytes / 512) + 512);
    this.pinned.set(pinned.address, pinned);
    return pinned;
  }
  unpin({ address }: Pinned): void {
    this.#enter('unpin');
    if (!this.pinned.delete(address)) throw new Error('unpinned twice');
  }
  upload(to: Address, from: ArrayBufferView): void {
    this.#enter('upload');
    this.#notWhileRecording('upload');
    this.#bytes(to, from.byteLength).set(new Uint8Array(from.buffer, from.byteOffset, from.byteLength));
  }
  copyIn(to: Address, from: Pinned, bytes: number): void {
    this.#put('copyIn', () => this.#bytes(to, bytes).set(new Uint8Array(from.memory, 0, bytes)));
  }
  copyOut(to: Pinned, at: number, from: Address, bytes: number): void {
    this.#put('copyOut', () => new Uint8Array(to.memory, at, bytes).set(this.#bytes(from, bytes)));
  }
  compile(source: string): Uint8Array {
    this.#enter('compile');
    this.compiled++;
    return new TextEncoder().encode(source);
  }
  load(binary: Uint8Array): Handle {
    this.#enter('load');
    this.#notWhileRecording('load');
    this.#modules.set(++this.#handle, kernelsOf(new TextDecoder().decode(binary)));
    return this.#handle;
  }
  kernel(module: Handle, name: string): Handle {
    this.#enter('kernel');
    const kernel = this.#modules.get(module)?.get(name);
    if (kernel === undefined) throw new CudaError('cuModuleGetFunction', `no kernel ${name}`);
    this.#kernels.set(++this.#handle, kernel);
    return this.#handle;
  }
  launch(handle: Handle, threads: number, args: readonly Argument[]): void {
    const kernel = this.#kernels.get(handle);
    if (kernel === undefined) throw new Error('no such kernel');
    const { parameters, run } = kernel;
    if (args.length !== parameters.length) throw new Error(`${args.length} arguments for (${parameters})`);
    this.#put('launch', () => {
      const own = args.map((arg, k) => this.#argument(parameters[k]!, arg));
      for (let i = 0; i < threads; i++) run(i, ...own);
    });
  }
  multiply(product: Product): void {
    this.#put('multiply', () => this.#multiply(product));
  }
  capture(work: () => void): Handle {
    this.#enter('capture');
    this.#capturing = [];
    try {
      work();
      this.graphs.set(++this.#handle, this.#capturing);
      return this.#handle;
    } finally {
      this.#capturing = undefined;
    }
  }
  replay(graph: Handle): void {
    this.#enter('replay');
    const steps = this.graphs.get(graph);
    if (steps === undefined) throw new Error('a graph was replayed that is gone');
    this.#queue.push(...steps);
  }
  discard(graph: Handle): void {
    this.#enter('discard');
    if (!this.graphs.delete(graph)) throw new Error('a graph was discarded twice');
  }
  synchronize(): void {
    this.#enter('synchronize');
    this.#notWhileRecording('synchronize');
    for (const step of this.#queue.splice(0)) step();
  }

  /** Queues what another library does. */
  queue(call: string, step: () => void): void {
    this.#put(call, step);
  }
  floats(address: Address, count: number): Float64Array {
    const { memory, offset } = this.#from(address);
    return new Float64Array(memory, offset, count);
  }
  ints(address: Address, count: number): Int32Array {
    const { memory, offset } = this.#from(address);
    return new Int32Array(memory, offset, count);
  }

  #enter(call: string): void {
    this.log.push(call);
    this.interfere(call);
  }
  #put(call: string, step: () => void): void {
    this.#enter(call);
    (this.#capturing ?? this.#queue).push(step);
  }
  #notWhileRecording(call: string): void {
    if (this.#capturing) throw new CudaError(call, 'not permitted while a graph is recorded');
  }

  /** Memory from an address to the end of its block. */
  #from(address: Address): { memory: ArrayBuffer; offset: number } {
    for (const block of this.blocks.values()) {
      const offset = Number(address - block.address);
      if (offset >= 0 && offset < Math.max(1, block.memory.byteLength))
        return { memory: block.memory, offset };
    }
    throw new Error(`an illegal address was used: ${address}`);
  }
  #bytes(address: Address, bytes: number): Uint8Array {
    const { memory, offset } = this.#from(address);
    return new Uint8Array(memory, offset, bytes);
  }
  #argument(parameter: string, arg: Argument): unknown {
    if (!parameter.includes('*')) return Number(arg);
    const { memory, offset } = this.#from(arg as Address);
    const type = /double/.test(parameter)
      ? Float64Array
      : /float/.test(parameter)
        ? Float32Array
        : Int32Array;
    // What is read beyond it is undefined, and so no number in any result.
    return new type(memory, offset, Math.floor((memory.byteLength - offset) / type.BYTES_PER_ELEMENT));
  }

  #multiply({
    float,
    tf32,
    m,
    n,
    k,
    a,
    b,
    c,
    transposeA,
    transposeB,
    add,
    count,
    stride,
    lower,
  }: Product): void {
    const type = float === 'f64' ? Float64Array : Float32Array;
    const at = (address: Address, size: number, p: number, step: number): Float64Array | Float32Array => {
      const { memory, offset } = this.#from(address);
      return new type(memory, offset + type.BYTES_PER_ELEMENT * p * step, size);
    };
    const rounded = (values: Float64Array | Float32Array) => (tf32 ? values.map(toTf32) : values);
    for (let p = 0; p < count; p++) {
      const A = rounded(at(a, m * k, p, stride.a));
      const B = rounded(at(b, k * n, p, stride.b));
      const C = at(c, m * n, p, stride.c);
      const [stepA, nextA] = transposeA ? [m, 1] : [1, k];
      const [stepB, nextB] = transposeB ? [1, k] : [n, 1];
      for (let i = 0; i < m; i++)
        for (let j = 0; j < (lower ? i + 1 : n); j++) {
          let sum = add ? C[i * n + j]! : 0;
          for (let l = 0, u = i * nextA, v = j * nextB; l < k; l++, u += stepA, v += stepB)
            sum += A[u]! * B[v]!;
          C[i * n + j] = sum;
        }
    }
  }
}

/** The nearest number with 10 bits behind its leading one. */
function toTf32(value: number): number {
  word[0] = value;
  bits[0] = (bits[0]! + 0x1000) & ~0x1fff;
  return word[0];
}
const word = new Float32Array(1);
const bits = new Int32Array(word.buffer);

const scope = {
  ...Object.fromEntries(
    ['exp', 'tanh', 'log1p', 'log', 'sqrt', 'sin', 'cos', 'atan'].map((name) => [
      name,
      (Math as unknown as Record<string, unknown>)[name],
    ]),
  ),
  fabs: Math.abs,
  erf,
  DIV: (a: number, b: number) => Math.floor(a / b),
};

/** The kernels of a source: what it has of C++ is made JavaScript. */
function kernelsOf(source: string): Map<string, Kernel> {
  const kernels = new Map<string, Kernel>();
  for (const [, name, list, body] of source.matchAll(
    /extern "C" __global__ void (\w+)\(([^)]*)\) \{\n([\s\S]*?)\n\}\n/g,
  )) {
    const parameters = list!.split(',').map((parameter) => parameter.trim());
    const names = parameters.map((parameter) => /(\w+)$/.exec(parameter)![1]!);
    const code = body!
      .replace(/^.*blockIdx.*$/m, '')
      .replace(/\b(const )?(long long|double|float|int) (\w+) =/g, (_, constant, __, own) =>
        constant ? `const ${own} =` : `let ${own} =`,
      );
    const run = new Function(...Object.keys(scope), `return (i, ${names}) => {\n${code}\n}`);
    kernels.set(name!, { parameters, run: run(...Object.values(scope)) as Run });
  }
  return kernels;
}
