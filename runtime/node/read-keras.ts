import { basename, extname } from 'node:path';
import { Budget } from '../../src/core/budget.js';
import type { Network } from '../../src/network/graph.js';
import type { NetworkEnds } from '../../src/network/read/ends.js';
import { readKeras, readKerasHdf5 } from '../../src/network/read/keras.js';
import type { ReadOptions } from '../../src/network/read/tfjs.js';
import { openBytes } from './read-file.js';

/** Reads a model of Keras from disk: `.keras`, or `.h5`. */
export function readKerasFile(file: string, { limits, ...ends }: ReadOptions & NetworkEnds = {}): Network {
  const budget = new Budget(limits);
  const ending = extname(file);
  const read = ending.toLowerCase() === '.keras' ? readKeras : readKerasHdf5;
  const { bytes, close } = openBytes(file, budget);
  try {
    return read({ file, name: basename(file, ending), bytes, budget, ends });
  } finally {
    close();
  }
}
