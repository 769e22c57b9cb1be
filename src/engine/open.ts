import { InputError } from '../core/errors.js';
import type { Device, Engine, Precision } from './contract.js';

export const engineNames = ['wasm', 'blas', 'onnx', 'cuda', 'tfjs', 'reference'] as const;
export type EngineName = (typeof engineNames)[number];

/** An engine that is loaded when it is first asked for, and what must be known before. */
export interface EngineEntry extends Pick<Engine, 'synchronous'> {
  /** What it computes in where nothing else is asked for. Default: f64. */
  readonly usual?: Precision;
  /** Where it computes if no device is named. Default: `cpu`. */
  readonly place?: Device;
  /** Whether its thread may be ended at any time, though it is not synchronous: it is never outside JavaScript for long. */
  readonly endable?: true;
  load(): Promise<Engine>;
}

const entries = new Map<string, EngineEntry>([
  ['wasm', { synchronous: true, load: async () => (await import('./wasm/engine.js')).wasmEngine }],
  [
    'reference',
    { synchronous: true, load: async () => (await import('./reference/engine.js')).referenceEngine },
  ],
]);

/** Says how an engine is loaded that not every place has. */
export function provideEngine(name: EngineName, entry: EngineEntry): void {
  entries.set(name, entry);
}

/** The engine called `name`. */
export const openEngine = async (name: string): Promise<Engine> => entryOf(name).load();

/** Whether an engine computes in the thread that asks, and so needs no oracle host. */
export const isSynchronous = (name: string): boolean => entryOf(name).synchronous;

/** Whether the thread it computes in may be ended at any time. */
export const isEndable = (name: string): boolean => isSynchronous(name) || entryOf(name).endable === true;

/** The precision of an engine where none is named. */
export const usualPrecision = (name: string): Precision => entryOf(name).usual ?? 'f64';

/** The device of an engine where none is named. */
export const usualDevice = (name: string): Device => entryOf(name).place ?? 'cpu';

function entryOf(name: string): EngineEntry {
  const entry = entries.get(name);
  if (entry) return entry;
  throw new InputError(
    (engineNames as readonly string[]).includes(name)
      ? `engine ${name} needs Node; choose wasm`
      : `engine: "${name}" is unknown; choose one of auto, ${engineNames.join(', ')}`,
  );
}
