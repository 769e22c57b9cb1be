import { statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { Budget } from '../../src/core/budget.js';
import { type Bytes, part } from '../../src/core/bytes.js';
import { InputError } from '../../src/core/errors.js';
import type { Network } from '../../src/network/graph.js';
import { type OnnxOptions, readOnnx as readBytes } from '../../src/network/read/onnx.js';
import type { ReadOptions } from '../../src/network/read/tfjs.js';
import { type OpenFile, openBytes } from './read-file.js';

/** Reads an ONNX model from disk; files that hold its tensors lie beside it. */
export function readOnnx(file: string, { limits, ...options }: OnnxOptions & ReadOptions = {}): Network {
  const budget = new Budget(limits);
  const name = basename(file, extname(file));
  const opened = new Map<string, OpenFile>();
  const external = (location: string, offset: number, length: number | undefined): Bytes => {
    let own = opened.get(location);
    if (own === undefined) {
      own = openBytes(beside(file, location), budget);
      opened.set(location, own);
    }
    const { bytes } = own;
    const end = length === undefined ? bytes.length : offset + length;
    if (!(offset >= 0 && end <= bytes.length))
      throw new InputError(
        `${file}: wants bytes ${offset} to ${end} of ${location}, which has ${bytes.length}`,
      );
    return part(bytes, offset, end - offset);
  };
  const model = openBytes(file, budget);
  try {
    return readBytes({ ...options, budget, file, name, bytes: model.bytes, external });
  } finally {
    for (const { close } of [model, ...opened.values()]) close();
  }
}

/** A file in the folder of the model. */
function beside(file: string, location: string): string {
  const folder = dirname(file);
  const inside = relative(resolve(folder), resolve(folder, location));
  if (inside.startsWith('..') || isAbsolute(inside))
    throw new InputError(
      `${file}: its tensors lie in "${location}", which leaves the folder; put them beside the model`,
    );
  const path = join(folder, location);
  if (statSync(path, { throwIfNoEntry: false }) === undefined)
    throw new InputError(`${file}: the file of tensors ${path} is missing; copy it beside the model`);
  return path;
}
