import { Budget } from '../../src/core/budget.js';
import type { Tensor } from '../../src/network/graph.js';
import { readSafetensors as readBytes } from '../../src/network/read/safetensors.js';
import type { ReadOptions } from '../../src/network/read/tfjs.js';
import { readRegularFile } from './read-file.js';

/** The float tensors of a `.safetensors` file by name, for {@link dense}. */
export function readSafetensors(file: string, { limits }: ReadOptions = {}): Map<string, Tensor> {
  const budget = new Budget(limits);
  return readBytes(file, readRegularFile(file, budget), budget);
}
