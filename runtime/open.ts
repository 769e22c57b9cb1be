import type { CompileOptions, Executable } from '../src/engine/contract.js';
import { openEngine } from '../src/engine/open.js';
import type { ExecutableSpec } from './task.js';

/** Compiles programs in the calling thread. */
export async function openExecutable({
  programs,
  engine,
  device,
  precision,
  threads,
}: ExecutableSpec): Promise<Executable> {
  const options: CompileOptions = { device, precision, ...(threads !== undefined && { threads }) };
  return (await openEngine(engine)).compile(programs, options);
}
