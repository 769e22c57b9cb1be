import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dense, readSafetensors } from '../../index.js';
import { pick, whole } from '../read/random.js';
import { damaged } from './bytes.js';
import { damageJson, writeJson } from './damage-json.js';
import { inFolder } from './folder.js';
import type { Format } from './format.js';
import { judged } from './judge.js';

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

interface Generated {
  readonly header: Record<string, Entry>;
  readonly body: Buffer;
  readonly values: ReadonlyMap<string, readonly number[]>;
}

function generate(random: () => number): Generated {
  const header: Record<string, Entry> = {};
  const values = new Map<string, readonly number[]>();
  const parts: Buffer[] = [];
  let at = 0;
  for (let k = whole(random, 5); k >= 0; k--) {
    const name = `${pick(random, ['layer', 'a.b', 'ü', ''])}${k}.weight`;
    const shape = Array.from({ length: whole(random, 4) }, () => whole(random, 4));
    const count = shape.reduce((a, b) => a * b, 1);
    const double = random() < 0.5;
    const own = Array.from({ length: count }, () => Math.fround(random() - 0.5));
    const bytes = Buffer.from((double ? Float64Array.from(own) : Float32Array.from(own)).buffer);
    header[name] = { dtype: double ? 'F64' : 'F32', shape, data_offsets: [at, at + bytes.length] };
    values.set(name, own);
    parts.push(bytes);
    at += bytes.length;
  }
  return { header, body: Buffer.concat(parts), values };
}

function file(header: string, body: Uint8Array, length = Buffer.byteLength(header)): Buffer {
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt.asUintN(64, BigInt(length)));
  return Buffer.concat([head, Buffer.from(header), body]);
}

function greedy(random: () => number): Buffer {
  const many = pick(random, [10, 1000, 20_000]);
  const size = 2 ** 20;
  switch (whole(random, 5)) {
    case 0:
      return file('{}', Buffer.alloc(0), pick(random, [2 ** 31, 2 ** 53, -1, 2 ** 27]));
    case 1:
      return file(
        JSON.stringify({
          a: {
            dtype: 'F32',
            shape: pick(random, [[2 ** 31], [2 ** 53 - 1, 2], Array(many).fill(1)]),
            data_offsets: [0, 4],
          },
        }),
        Buffer.alloc(4),
      );
    case 2: {
      // The same bytes again and again.
      const entry = { dtype: 'F16', shape: [size / 2], data_offsets: [0, size] };
      return file(
        JSON.stringify(Object.fromEntries(Array.from({ length: many }, (_, k) => [`t${k}`, entry]))),
        Buffer.alloc(size),
      );
    }
    case 3:
      return file(`${'['.repeat(many)}${']'.repeat(many)}`, Buffer.alloc(0));
    default:
      return file(
        `{"${'n'.repeat(many * 50)}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}`,
        Buffer.alloc(0),
      );
  }
}

function use(path: string, turned: boolean, expected: Generated | undefined): string {
  const tensors = readSafetensors(path, { turned });
  let matrix: { shape: readonly number[]; data: ArrayLike<number> } | undefined;
  for (const { shape, data } of tensors.values()) {
    if (shape.reduce((a, b) => a * b, 1) !== data.length)
      throw new Error(`${data.length} numbers for ${shape}`);
    if (shape.length === 2 && data.length > 0 && data.length < 1000) matrix = { shape, data };
  }
  if (matrix) dense([{ W: matrix as never }]);
  if (!expected) return 'read';
  if (tensors.size !== expected.values.size) throw new Error(`${tensors.size} tensors`);
  for (const [name, own] of expected.values) {
    const { shape, data } = tensors.get(name)!;
    const [rows, columns] = expected.header[name]!.shape as [number, number];
    const swapped = turned && shape.length === 2;
    if (swapped && (shape[0] !== columns || shape[1] !== rows)) throw new Error(`${name}: shape ${shape}`);
    own.forEach((value, k) => {
      const place = swapped ? (k % columns) * rows + Math.floor(k / columns) : k;
      if (data[place] !== value) throw new Error(`${name}[${k}] is ${data[place]}, not ${value}`);
    });
  }
  return 'right';
}

/** Files of safetensors: headers and numbers whole, twisted, with damaged bytes. */
export const safetensors: Format = {
  name: 'safetensors',
  count: 1000,
  attempt: (random) =>
    inFolder((folder) => {
      const path = join(folder, 'model.safetensors');
      const kind = random();
      const generated = generate(random);
      const header = structuredClone(generated.header);
      if (kind >= 0.25 && kind < 0.65)
        for (let k = 1 + whole(random, 2); k > 0; k--) damageJson(random, header);
      let bytes: Uint8Array = kind >= 0.9 ? greedy(random) : file(writeJson(header), generated.body);
      if (kind >= 0.6 && kind < 0.9) bytes = damaged(random, bytes);
      writeFileSync(path, bytes);
      return judged(() => use(path, random() < 0.5, kind < 0.25 ? generated : undefined), kind < 0.25);
    }),
};
