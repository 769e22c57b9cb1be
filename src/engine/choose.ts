import { InputError } from '../core/errors.js';
import { told } from '../core/given.js';
import { cost } from '../derive/cost.js';
import { flops } from '../derive/flops.js';
import type { Program, Programs } from '../derive/program.js';
import type { Device, Precision } from './contract.js';
import { type EngineName, engineNames, openEngine, usualDevice, usualPrecision } from './open.js';

/** Who computes a network, where and how precisely. */
export interface EngineChoice {
  /**
   * Default `auto`: on the device `cuda` the engine of that name, or `onnx` where its libraries are missing; else by the operations that the network's derivatives take: `wasm` in the solver's own thread for few on the
   * CPU in f64, else `onnx`, or `wasm` where that is not installed. `tfjs` computes in f32 with whatever tfjs is installed.
   * `reference` is plain loops, for tests and for places that allow none of these.
   */
  readonly engine?: 'auto' | EngineName | undefined;
  /** Default `cpu`, for engine `cuda` the card. */
  readonly device?: Device | undefined;
  /**
   * Default `f64`, or `f32` for tfjs, which has no other; for solves with engine `auto` on the CPU `mixed` (Hessian in f32) where it saves most of a call's time.
   */
  readonly precision?: Precision | undefined;
  /** Threads the engine may use. Default: all cores. */
  readonly threads?: number | undefined;
}

/** An engine chosen for some programs. */
export interface ChosenEngine {
  readonly engine: EngineName;
  readonly device: Device;
  readonly precision: Precision;
  readonly threads?: number;
  /** What the user should know of the choice. */
  readonly note?: string;
  /** True where it is worse than what was meant. */
  readonly degraded?: true;
}

/** Whether an engine can compute on a device in the place where it would run, or why not. */
export type Available = (engine: EngineName, device: Device) => Promise<true | string>;

/**
 * Microseconds of `y`, `J` and `H` in the solver's own thread and by ONNX Runtime in another one: a call, an instruction and
 * 1,000 operations of products each (two cores, 15,537 to 5 million parameters, `graybox bench oracle --engines onnx,wasm`).
 * Few operations, or many small ones, are done sooner where nothing is handed over.
 */
const price = {
  wasm: { call: 2, instruction: 0.5, thousand: 0.1 },
  onnx: { call: 110, instruction: 5, thousand: 0.016 },
} as const;

const quicker = (program: Program): 'wasm' | 'onnx' => {
  const [count, thousands] = [program.instructions.length, flops(program) / 1000];
  const of = (engine: 'wasm' | 'onnx'): number =>
    price[engine].call + price[engine].instruction * count + price[engine].thousand * thousands;
  return of('wasm') <= of('onnx') ? 'wasm' : 'onnx';
};

/**
 * A Hessian in f32 pays where a call costs several milliseconds and most of it are products of `H`, which f32 halves: from 784-512⁵-10
 * on 1.7 times faster or more, where `cost` foretells 1.9; on 117-500³-37 1.1, with 1.4 foretold.
 */
const mixedPays = ({ hessian, mixed }: Programs): boolean =>
  cost(hessian) >= 3e8 && cost(hessian) >= 1.5 * cost(mixed);

const devices: readonly Device[] = ['cpu', 'cuda', 'webgpu'];
const precisions: readonly Precision[] = ['f64', 'f32', 'tf32', 'mixed'];

/** Refuses what is no choice, naming the option. */
export function checkChoice({ engine = 'auto', device, precision, threads }: EngineChoice): void {
  oneOf<string>('engine', engine, ['auto', ...engineNames]);
  oneOf('device', device ?? 'cpu', devices);
  oneOf('precision', precision ?? 'f64', precisions);
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1))
    throw new InputError(`threads: ${told(threads)} is not a whole number above 0`);
}

/**
 * The one place that chooses an engine: the engine named, or for `auto` one that suits the programs. `lowerHessian` lets
 * it choose the precision `mixed` where none is named, as solvers can.
 */
export async function chooseEngine(
  programs: Programs,
  choice: EngineChoice,
  available: Available,
  lowerHessian: boolean,
): Promise<ChosenEngine> {
  checkChoice(choice);
  const { engine = 'auto', precision, threads } = choice;
  const { device = engine === 'auto' ? 'cpu' : usualDevice(engine) } = choice;
  const rest = { device, ...(threads !== undefined && { threads }) };
  if (engine !== 'auto') {
    const usual = usualPrecision(engine);
    const told = precision === undefined &&
      usual !== 'f64' && { note: `engine ${engine} computes in ${usual}` };
    return { engine, precision: precision ?? usual, ...rest, ...told };
  }
  const wasmCan = device === 'cpu' && precision !== 'f32' && precision !== 'tf32';
  const small = quicker(programs.hessian) === 'wasm';
  const lower = precision === undefined && lowerHessian && device !== 'webgpu' && mixedPays(programs);
  const own = precision ?? (lower ? 'mixed' : 'f64');
  const named = (chosen: EngineName, lack?: string): ChosenEngine => {
    const lowered = lower
      ? ['precision mixed, its Hessian in f32; precision f64 computes all of it in f64']
      : [];
    const notes = [...(lack === undefined ? [] : [lack]), ...lowered];
    const note = notes.length > 0 && { note: `network '${programs.name}': ${notes.join('; ')}` };
    return {
      engine: chosen,
      precision: own,
      ...rest,
      ...note,
      ...(lack !== undefined && { degraded: true as const }),
    };
  };
  const wasm = wasmCan && (await (await openEngine('wasm')).available());
  if (small && wasm === true) return named('wasm');
  const cuda = device === 'cuda' && (await available('cuda', device));
  if (cuda === true) return named('cuda');
  const onnx = await available('onnx', device);
  if (onnx === true) return named('onnx', cuda === false ? undefined : `engine onnx, because ${cuda}`);
  if (!wasmCan) throw new InputError(cuda === false ? onnx : `${cuda}; ${onnx}`);
  if (wasm === true) return named('wasm', `engine wasm, on one thread, because ${onnx}`);
  return named('reference', `engine reference, in plain loops, because ${onnx}; ${wasm}`);
}

export function oneOf<T>(option: string, given: T, allowed: readonly T[]): void {
  if (!allowed.includes(given))
    throw new InputError(
      `${option}: ${typeof given === 'string' ? `"${given}"` : told(given)} is unknown; choose one of ${allowed.join(', ')}`,
    );
}
