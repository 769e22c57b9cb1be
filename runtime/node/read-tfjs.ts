import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Budget } from '../../src/core/budget.js';
import { InputError } from '../../src/core/errors.js';
import type { Network } from '../../src/network/graph.js';
import type { NetworkEnds } from '../../src/network/read/ends.js';
import { type ReadOptions, readTfjsFiles } from '../../src/network/read/tfjs.js';
import { readRegularFile } from './read-file.js';
import { openShards } from './shards.js';

/** Reads a tfjs LayersModel from disk: `path` is its model.json or the folder that holds it; the weights lie beside it. */
export function readTfjs(path: string, { limits, ...ends }: ReadOptions & NetworkEnds = {}): Network {
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'model.json') : path;
  if (!existsSync(file))
    throw new InputError(`${file}: there is no such file; give a model.json or the folder that holds it`);
  const name = basename(file) === 'model.json' ? basename(dirname(resolve(file))) : basename(file, '.json');
  const budget = new Budget(limits);
  return readTfjsFiles({
    file,
    name,
    json: readRegularFile(file, budget, 'json'),
    open: (groups, fail) => openShards(dirname(file), groups, fail),
    budget,
    ends,
  });
}
