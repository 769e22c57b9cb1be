import { InputError } from '../core/errors.js';
import { derive } from '../derive/derive.js';
import { referenceEngine } from '../engine/reference/engine.js';
import type { ExecutableSpec, Opened } from './service.js';

/** Derives and compiles a network in the calling thread. */
export async function openExecutable(spec: ExecutableSpec): Promise<Opened> {
  const { network, engine, kinks, ...options } = spec;
  if (engine !== 'reference') throw new InputError(`unknown engine "${engine}"`);
  const programs = derive(network, kinks && { kinks });
  return { executable: await referenceEngine.compile(programs, options), secondDerivatives: true };
}
