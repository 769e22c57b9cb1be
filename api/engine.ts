import { createRequire } from 'node:module';
import type { ExecutableSpec } from '../runtime/service.js';
import { InputError } from '../src/core/errors.js';
import type { Device, Precision } from '../src/engine/contract.js';
import { engineNames } from '../src/engine/open.js';
import type { Network } from '../src/network/graph.js';

/** `reference` is plain loops, for tests. */
export type EngineName = 'auto' | 'wasm' | 'onnx' | 'reference';

/** Who computes a network, where and how precisely. */
export interface EngineChoice {
  /** Default `auto`: `wasm` in the solver's own thread for small networks on the CPU in f64, else `onnx`. */
  readonly engine?: EngineName | undefined;
  /** Default `cpu`. */
  readonly device?: Device | undefined;
  /** Default `f64`. */
  readonly precision?: Precision | undefined;
  /** Threads the engine may use. Default: all cores. */
  readonly threads?: number | undefined;
  /** Whether activations with a kink are taken, with zero for their second derivative. Default `refuse`. */
  readonly kinks?: 'refuse' | 'allow' | undefined;
}

/** Who computed the gray boxes of a problem. */
export interface EngineSummary {
  readonly engine: string;
  readonly device: Device;
  readonly precision: Precision;
}

const devices: readonly Device[] = ['cpu', 'cuda', 'webgpu'];
const precisions: readonly Precision[] = ['f64', 'f32'];

/** Engines that compute in the thread that asks, and so need no oracle host. */
export const isSynchronous = (engine: string): boolean => engine === 'wasm' || engine === 'reference';

/**
 * Up to this many multiplications and additions per call (2 × parameters × inputs) the wasm kernels in the solver's
 * thread, a few GFLOP/s, keep up with starting another thread and ONNX Runtime in it.
 */
const smallWork = 4e6;

/** The choice with its defaults for one network. */
export function chooseEngine(network: Network, choice: EngineChoice): ExecutableSpec {
  const { engine = 'auto', device = 'cpu', precision = 'f64', threads, kinks } = choice;
  oneOf<string>('engine', engine, ['auto', ...engineNames]);
  oneOf('device', device, devices);
  oneOf('precision', precision, precisions);
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1))
    throw new InputError(`threads: ${threads} is not a whole number above 0`);
  return {
    network,
    engine: engine === 'auto' ? pick(network, device, precision) : engine,
    device,
    precision,
    ...(threads !== undefined && { threads }),
    ...(kinks !== undefined && { kinks }),
  };
}

function pick(network: Network, device: Device, precision: Precision): EngineName {
  if (device !== 'cpu' || precision !== 'f64') return 'onnx';
  const work = 2 * network.parameters * network.inputSize;
  return work <= smallWork || !installed('onnxruntime-node') ? 'wasm' : 'onnx';
}

function installed(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

export function oneOf<T>(option: string, given: T, allowed: readonly T[]): void {
  if (!allowed.includes(given))
    throw new InputError(`${option}: "${String(given)}" is unknown; choose one of ${allowed.join(', ')}`);
}
