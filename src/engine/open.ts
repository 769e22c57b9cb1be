import { InputError } from '../core/errors.js';
import { flops } from '../derive/flops.js';
import type { Programs } from '../derive/program.js';
import type { Device, Engine, Precision } from './contract.js';

/** Every engine by name; a module is loaded when its engine is first asked for. */
const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  wasm: async () => (await import('./wasm/engine.js')).wasmEngine,
  onnx: async () => (await import('./onnx/engine.js')).onnxEngine,
  reference: async () => (await import('./reference/engine.js')).referenceEngine,
};

export const engineNames: readonly string[] = Object.keys(engines);

/** The engine called `name`. */
export async function openEngine(name: string): Promise<Engine> {
  const load = engines[name];
  if (load === undefined)
    throw new InputError(`engine '${name}' does not exist; choose one of ${engineNames.join(', ')} or auto`);
  return load();
}

/**
 * Up to this many floating-point operations for `y`, `J` and `H` the kernels in the solver's thread are as fast as ONNX
 * Runtime in another one: both need a few tenths of a millisecond (measured: `graybox bench oracle`, scopf-100x3).
 */
export const smallWork = 4e6;

/** What `auto` chose; `note` says what the user should know about it. */
export interface Chosen {
  readonly engine: Engine;
  readonly note?: string;
}

/** The engine for `programs` at a device and precision: wasm for little work, else ONNX Runtime where it is installed. */
export async function chooseEngine(
  programs: Programs,
  { device, precision }: { readonly device: Device; readonly precision: Precision },
): Promise<Chosen> {
  const wasmCan = device === 'cpu' && precision === 'f64';
  if (wasmCan && flops(programs.hessian) <= smallWork) return { engine: await openEngine('wasm') };
  const { loadRuntime } = await import('./onnx/runtime.js');
  try {
    await loadRuntime();
  } catch (error) {
    if (!wasmCan || !(error instanceof InputError)) throw error;
    return {
      engine: await openEngine('wasm'),
      note: `engine auto: computing with wasm, on one thread, because ${error.message}`,
    };
  }
  return { engine: await openEngine('onnx') };
}
