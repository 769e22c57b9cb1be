import { InputError } from '../core/errors.js';
import { told } from '../core/given.js';
import { cost } from '../derive/cost.js';
import { flopsEach } from '../derive/flops.js';
import type { Program, Programs } from '../derive/program.js';
import { sizeOf } from '../derive/shape.js';
import type { Device, Precision } from './contract.js';
import { type EngineName, engineNames, openEngine, usualDevice, usualPrecision } from './open.js';

/** Who computes a network, where and how precisely. */
export interface EngineChoice {
  /**
   * Default `auto`: on the device `cuda` the engine of that name, or `onnx` where its libraries are missing; else by the operations that the network's derivatives take: `wasm` in the solver's own thread for few on the
   * CPU in f64, else `blas` or `onnx`, whichever is quicker of those that are here, or `wasm` where neither is. `tfjs` computes in f32 with whatever tfjs is installed.
   * `reference` is plain loops, for tests and for places that allow none of these.
   */
  readonly engine?: 'auto' | EngineName | undefined;
  /** Default `cpu`, for engine `cuda` the card. */
  readonly device?: Device | undefined;
  /**
   * Default `f64`, or `f32` for tfjs and on `webgpu`, which have no other; for solves with engine `auto` on the CPU `mixed` (Hessian in f32) where it saves most of a call's time.
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
 * Microseconds of `y`, `J` and `H` in the solver's own thread, and in another one by a system BLAS or ONNX Runtime: a call, an
 * instruction, 1,000 operations of products and 1,000 other numbers each (`node dist/bench/price.js`: 13 programs, networks of
 * 15,537 to 18 million parameters; two cores of an AMD EPYC, 2026-11-28). Few operations, or many small ones, are done sooner
 * where nothing is handed over; gathering and functions of numbers take one thread with a BLAS, all with ONNX Runtime.
 */
const price = {
  wasm: { call: 2, instruction: 0.1, product: 0.078, number: 1.2 },
  blas: { call: 90, instruction: 0.44, product: 0.022, number: 1.4 },
  onnx: { call: 110, instruction: 2.7, product: 0.0256, number: 1.28 },
} as const;
export type Priced = keyof typeof price;

/** What a program's price goes by: instructions, and thousands of operations of products and of other numbers. */
export function amountsOf({ instructions }: Program) {
  const free = ['constant', 'reshape', 'x', 'λ'];
  const products = ['matmul', 'contract', 'symmetric'];
  const operations = flopsEach(instructions);
  let [product, number] = [0, 0];
  instructions.forEach(({ kind, shape }, k) => {
    if (products.includes(kind)) product += operations[k]! / 1000;
    else if (!free.includes(kind)) number += sizeOf(shape) / 1000;
  });
  return { call: 1, instruction: instructions.length, product, number };
}

/** Microseconds that an engine is thought to take. */
export function priceOf(
  engine: Priced,
  { call, instruction, product, number }: ReturnType<typeof amountsOf>,
) {
  const own = price[engine];
  return own.call * call + own.instruction * instruction + own.product * product + own.number * number;
}

/** Engines for the CPU, the quickest first. */
function byPrice(program: Program): readonly Priced[] {
  const amounts = amountsOf(program);
  return (['wasm', 'blas', 'onnx'] as const).toSorted((a, b) => priceOf(a, amounts) - priceOf(b, amounts));
}

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
    const usual = device === 'webgpu' ? 'f32' : usualPrecision(engine);
    const told = precision === undefined &&
      usual !== 'f64' && { note: `engine ${engine} computes in ${usual}` };
    return { engine, precision: precision ?? usual, ...rest, ...told };
  }
  if (precision === 'tf32' && device !== 'cuda')
    throw new InputError('precision tf32: only engine cuda has it; use device cuda, or precision f32');
  const wasmCan = device === 'cpu' && precision !== 'f32';
  const blasCan = device === 'cpu';
  const lower = precision === undefined && lowerHessian && device !== 'webgpu' && mixedPays(programs);
  const own = precision ?? (device === 'webgpu' ? 'f32' : lower ? 'mixed' : 'f64');
  /** `lack`: what would have been better, where something is worse than meant; `slower`: where it is merely slower. */
  const named = (chosen: EngineName, lack?: string, slower?: string): ChosenEngine => {
    const lowered = lower
      ? ['precision mixed, its Hessian in f32; precision f64 computes all of it in f64']
      : precision === undefined && device === 'webgpu'
        ? ['precision f32, the only one of device webgpu']
        : [];
    const quicker = slower === undefined ? [] : [`engine ${chosen}, because ${slower}`];
    const notes = [...(lack === undefined ? [] : [lack]), ...quicker, ...lowered];
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
  const order = byPrice(programs.hessian).filter((engine) => engine !== 'wasm' || wasmCan);
  if (wasm === true && order[0] === 'wasm') return named('wasm');
  const cuda = device === 'cuda' && (await available('cuda', device));
  if (cuda === true) return named('cuda');
  const blas = blasCan && (await available('blas', device));
  if (blas === true && order.indexOf('blas') < order.indexOf('onnx')) return named('blas');
  const onnx = await available('onnx', device);
  if (onnx === true && cuda !== false) return named('onnx', `engine onnx, because ${cuda}`);
  if (onnx === true)
    return named('onnx', undefined, typeof blas === 'string' && order[0] === 'blas' ? blas : undefined);
  if (blas === true) return named('blas');
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
