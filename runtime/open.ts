import { derive } from '../src/derive/derive.js';
import { openEngine } from '../src/engine/open.js';
import type { ExecutableSpec, Opened } from './service.js';

/** Derives and compiles a network in the calling thread. */
export async function openExecutable(spec: ExecutableSpec): Promise<Opened> {
  const { network, engine: name, kinks, ...options } = spec;
  const engine = await openEngine(name);
  const programs = derive(network, kinks && { kinks });
  return { executable: await engine.compile(programs, options), secondDerivatives: true };
}
