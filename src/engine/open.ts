import { InputError } from '../core/errors.js';
import type { Engine } from './contract.js';

/** Every engine by name; a module is loaded when its engine is first asked for. */
const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  wasm: async () => (await import('./wasm/engine.js')).wasmEngine,
  onnx: async () => (await import('./onnx/engine.js')).onnxEngine,
  reference: async () => (await import('./reference/engine.js')).referenceEngine,
};

export const engineNames: readonly string[] = Object.keys(engines);

export async function openEngine(name: string): Promise<Engine> {
  const load = engines[name];
  if (load === undefined)
    throw new InputError(`engine '${name}' does not exist; choose one of ${engineNames.join(', ')} or auto`);
  return load();
}
