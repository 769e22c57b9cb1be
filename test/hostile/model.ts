import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { derive, describe, loadNetwork } from '../../index.js';
import { execute } from '../../src/derive/execute.js';
import { forward, outputValues } from '../../src/formulate/forward.js';
import { pick, whole } from '../read/random.js';
import { damaged } from './bytes.js';
import type { Format } from './format.js';
import { judged } from './judge.js';
import { type Generated, generateGreedy, generateModel } from './model-grammar.js';

/** What stands in place of a value. */
const wrong: readonly unknown[] = [
  null,
  -1,
  0,
  0.5,
  1,
  7,
  1e300,
  1e308,
  -0,
  2 ** 31,
  2 ** 53,
  9.99e22,
  '',
  'x',
  '2',
  'NaN',
  '../w',
  '/etc/passwd',
  'http://x/y',
  '__proto__',
  'constructor',
  'Dense',
  'Sequential',
  'a\u001b[2Jb\nc',
  [],
  {},
  [[]],
  [null],
  [[[[1]]]],
  true,
  false,
  { class_name: 'Model' },
  { class_name: 'ELU', config: { alpha: 'x' } },
  { __proto__: null },
  [1, 2, 3],
  ['in', 0, 0, {}],
];

/** Changes one value, key or entry anywhere in the JSON. */
function damageJson(random: () => number, json: unknown): void {
  const places: [Record<string, unknown>, string][] = [];
  const open: unknown[] = [json];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (typeof at !== 'object' || at === null) continue;
    for (const [key, value] of Object.entries(at)) {
      places.push([at as Record<string, unknown>, key]);
      open.push(value ?? 0);
    }
  }
  if (places.length === 0) return;
  const [parent, key] = pick(random, places);
  const kind = whole(random, 6);
  if (kind <= 2) parent[key] = pick(random, wrong);
  else if (kind === 3) delete parent[key];
  else if (kind === 4) {
    const [other, name] = pick(random, places);
    parent[key] = structuredClone(other[name]);
  } else if (Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]));
  else
    parent[pick(random, ['extra', '__proto__x', 'dtype', 'activation', 'axis', 'trainable'])] = pick(
      random,
      wrong,
    );
}

/** The text of a JSON value, written without recursion limits in mind: values may be deep. */
function write(json: unknown): string {
  try {
    return JSON.stringify(json);
  } catch {
    return `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  }
}

function damageText(random: () => number, text: string): Uint8Array {
  switch (whole(random, 6)) {
    case 0:
      return Buffer.from(`\ufeff${text}`);
    case 1:
      return Buffer.from(text, 'utf16le');
    case 2:
      return Buffer.from(text.replace('{', '{"modelTopology":1,"format":"x",'));
    case 3:
      return Buffer.from(
        text.replace(
          /:(\d+)/,
          `:${pick(random, ['1e999', '-1e999', '00', '0x1', '1e-400', '9'.repeat(400)])}`,
        ),
      );
    default:
      return damaged(random, Buffer.from(text));
  }
}

interface Files {
  json: Uint8Array;
  readonly shards: Map<string, Uint8Array>;
}

function filesOf(random: () => number, { topology, weights }: Generated, damages: number): Files {
  const bytes = Buffer.concat(weights.map((weight) => weight.bytes));
  const count = weights.length === 0 ? 0 : 1 + whole(random, 3);
  const paths = Array.from({ length: count }, (_, k) => `s${k}.bin`);
  const size = Math.ceil(bytes.length / Math.max(1, count));
  const shards = new Map<string, Uint8Array>(
    paths.map((path, k) => [path, bytes.subarray(k * size, (k + 1) * size)]),
  );
  const entries = weights.map(({ name, shape, quantization }) => ({
    name,
    shape,
    dtype: 'float32',
    ...(quantization && { quantization }),
  }));
  const json = {
    format: 'layers-model',
    modelTopology: topology,
    weightsManifest: [{ paths, weights: entries }],
  };
  for (let k = 0; k < damages; k++) damageJson(random, json);
  return { json: Buffer.from(write(json)), shards };
}

/** Puts the files into `folder`, now and then something else in place of one. */
function place(random: () => number, folder: string, { json, shards }: Files, damage: boolean): void {
  for (const [name, content] of [['model.json', json] as const, ...shards]) {
    const path = join(folder, name);
    const kind = damage && random() < 0.15 ? whole(random, 8) : -1;
    if (kind === 0) continue;
    if (kind === 1) mkdirSync(path);
    else if (kind === 2) symlinkSync(pick(random, ['/dev/zero', path, '/etc/hostname', 'model.json']), path);
    else if (kind === 3) execFileSync('mkfifo', [path]);
    else writeFileSync(path, kind >= 4 ? damaged(random, content) : content);
  }
}

/** Compares what was read with `expected`, or with another way to compute it where a damaged file is still a network. */
async function use(folder: string, expected: Generated | undefined): Promise<string> {
  const network = await loadNetwork(folder);
  const rows = describe(network);
  if (rows.reduce((sum, { parameters }) => sum + parameters, 0) !== network.parameters)
    throw new Error('the parameters do not add up');
  const programs = derive(network, { kinks: 'allow' });
  if (network.inputSize > 1e4 || network.nodes.length > 1e4) return 'read';
  const x = Array.from({ length: network.inputSize }, (_, k) => Math.sin(k + 1));
  const y = execute(programs.value, { x, λ: [] })[programs.value.outputs.y]!.data;
  const other = expected ? expected.evaluate(x) : outputValues(network, forward(network, x));
  if (y.length !== other.length) throw new Error(`${y.length} outputs, expected ${other.length}`);
  for (let k = 0; k < other.length; k++) {
    const [found, wanted] = [y[k]!, other[k]!];
    if (Object.is(found, wanted) || (!Number.isFinite(found) && !Number.isFinite(wanted))) continue;
    if (!(Math.abs(found - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted))))
      throw new Error(`output ${k} is ${found}, expected ${wanted}`);
  }
  return expected ? 'right' : 'read';
}

/** tfjs LayersModels by a grammar, damaged in their JSON, its text, its files; and small ones that ask for much. */
export const model: Format = {
  name: 'model.json',
  count: 5000,
  attempt(random) {
    const folder = mkdtempSync(join(tmpdir(), 'graybox-hostile-'));
    return judged(async () => {
      try {
        const kind = random();
        if (kind < 0.12) {
          const json = write({ modelTopology: generateGreedy(random), weightsManifest: [] });
          writeFileSync(join(folder, 'model.json'), json);
          return await use(folder, undefined);
        }
        const generated = generateModel(random);
        const sound = kind < 0.3;
        const files = filesOf(random, generated, !sound && kind < 0.85 ? 1 + whole(random, 2) : 0);
        if (kind >= 0.75) files.json = damageText(random, Buffer.from(files.json).toString());
        place(random, folder, files, kind >= 0.6);
        return await use(folder, sound ? generated : undefined);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  },
};
