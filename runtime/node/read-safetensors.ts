import { Budget } from '../../src/core/budget.js';
import { optionsOf } from '../../src/core/given.js';
import type { Tensor } from '../../src/network/graph.js';
import { readSafetensors as readBytes, type SafetensorsOptions } from '../../src/network/read/safetensors.js';
import type { ReadOptions } from '../../src/network/read/tfjs.js';
import { openBytes } from './read-file.js';

/** The float tensors of a `.safetensors` file by name, for {@link dense}. */
export function readSafetensors(
  file: string,
  options: SafetensorsOptions & ReadOptions = {},
): Map<string, Tensor> {
  const { limits, turned } = optionsOf(options, 'readSafetensors', ['limits', 'turned']);
  const budget = new Budget(limits);
  const { bytes, close } = openBytes(file, budget);
  try {
    return readBytes(file, bytes, budget, { turned });
  } finally {
    close();
  }
}
