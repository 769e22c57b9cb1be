import { statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { Budget } from '../../src/core/budget.js';
import { InputError } from '../../src/core/errors.js';
import type { Network } from '../../src/network/graph.js';
import { type OnnxOptions, readOnnx as readBytes } from '../../src/network/read/onnx.js';
import type { ReadOptions } from '../../src/network/read/tfjs.js';
import { readRegularFile } from './read-file.js';

/** Reads an ONNX model from disk; files that hold its tensors lie beside it. */
export function readOnnx(file: string, { limits, ...options }: OnnxOptions & ReadOptions = {}): Network {
  const budget = new Budget(limits);
  const held = new Map<string, Uint8Array>();
  return readBytes({
    ...options,
    budget,
    file,
    name: basename(file, extname(file)),
    bytes: readRegularFile(file, budget),
    external(location, offset, length) {
      let bytes = held.get(location);
      if (bytes === undefined) {
        bytes = readRegularFile(beside(file, location), budget);
        held.set(location, bytes);
      }
      const end = length === undefined ? bytes.length : offset + length;
      if (!(offset >= 0 && end <= bytes.length))
        throw new InputError(
          `${file}: wants bytes ${offset} to ${end} of ${location}, which has ${bytes.length}`,
        );
      return bytes.subarray(offset, end);
    },
  });
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
