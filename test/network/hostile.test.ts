import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BudgetLimits, derive, flops, InputError, loadNetwork } from '../../index.js';
import { findData } from '../../scenarios/data.js';
import { narrowPrefix } from '../../src/network/prefix.js';
import { forward } from './forward.js';
import { freshFolder } from './tfjs.js';

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype?: string;
  readonly quantization?: unknown;
}

const input = (shape: readonly unknown[], name = 'in') => ({
  class_name: 'InputLayer',
  name,
  config: { name, batch_input_shape: [null, ...shape] },
  inbound_nodes: [],
});
const layer = (kind: string, name: string, config: object, from: readonly string[] = []) => ({
  class_name: kind,
  name,
  config: { name, ...config },
  inbound_nodes: from.length > 0 ? [from.map((source) => [source, 0, 0, {}])] : [],
});
const sequential = (...layers: unknown[]) => ({ class_name: 'Sequential', config: { name: 's', layers } });
const functional = (layers: readonly unknown[], end: string, ends = 1) => ({
  class_name: 'Functional',
  config: {
    name: 'f',
    layers,
    input_layers: [['in', 0, 0]],
    output_layers: Array(ends).fill([end, 0, 0]),
  },
});

/** A folder with model.json and the file w.bin of so many bytes, numbers small and different. */
function saved(
  topology: unknown,
  weights: readonly Weight[] = [],
  { paths = weights.length > 0 ? ['w.bin'] : [], numbers }: { paths?: unknown[]; numbers?: number } = {},
): string {
  const folder = freshFolder();
  const json = { modelTopology: topology, weightsManifest: [{ paths, weights }] };
  writeFileSync(join(folder, 'model.json'), JSON.stringify(json));
  const size = weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const data = Float32Array.from({ length: numbers ?? Math.min(size, 1e6) }, (_, k) => Math.sin(k + 1) / 2);
  writeFileSync(join(folder, 'w.bin'), new Uint8Array(data.buffer));
  return folder;
}

const dense = (name: string, units: unknown, from: readonly string[] = [], activation = 'tanh') =>
  layer('Dense', name, { units, activation, use_bias: false }, from);
const kernel = (name: string, rows: number, columns: number): Weight => ({
  name: `${name}/kernel`,
  shape: [rows, columns],
  dtype: 'float32',
});

/** The one line that refuses it. */
async function refusal(path: string, limits?: BudgetLimits): Promise<string> {
  const error = await loadNetwork(path, limits && { limits })
    .then((network) => derive(network, { kinks: 'allow' }))
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  expect(error, String((error as Error)?.stack)).toBeInstanceOf(InputError);
  const { message } = error as Error;
  expect(message).not.toMatch(/[\p{Cc}]/u);
  expect(message.length).toBeLessThan(2100);
  return message;
}

describe('a file that asks for more than it holds', () => {
  const repeated = Array.from({ length: 30 }, (_, k) =>
    layer('Concatenate', `c${k}`, {}, Array(2).fill(k === 0 ? 'in' : `c${k - 1}`)),
  );
  it.each<[string, unknown, RegExp]>([
    [
      'an input of 2³¹ numbers',
      sequential(input([2 ** 31 - 1]), layer('Rescaling', 'r', { scale: 2 })),
      /2,147,483,647 numbers.*at most 33,554,432.*\{ values \}/,
    ],
    [
      'a shape beyond counting',
      sequential(input([2 ** 52, 2 ** 52, 2 ** 52]), layer('Activation', 'a', {})),
      /numbers.*\{ values \}/,
    ],
    ['doubling thirty times', functional([input([2]), ...repeated], 'c29'), /layer "c2\d": .*\{ values \}/],
    [
      'a hundred axes',
      sequential(input(Array(100).fill(1)), layer('Activation', 'a', {})),
      /100 .*axes.*\{ depth \}/,
    ],
    ['rows without end', sequential(input([2]), layer('RepeatVector', 'r', { n: 2 ** 40 })), /\{ values \}/],
    [
      'a Jacobian of 10¹⁰ numbers',
      sequential(input([1e5]), layer('Activation', 'a', { activation: 'tanh' })),
      /10,000,.*\{ (constants|derived) \}/,
    ],
    [
      'an operation of many inputs',
      functional([input([2]), layer('Add', 'a', {}, Array(40_000).fill('in'))], 'a'),
      /\{ nodes \}/,
    ],
  ])('%s', async (_, topology, message) => {
    expect(await refusal(saved(topology))).toMatch(message);
  });

  it('models inside one another whose calls multiply, though they add no operation', async () => {
    let model: Record<string, unknown> = sequential(input([2]), layer('Dropout', 'd', { rate: 0.5 }));
    for (let k = 0; k < 12; k++) {
      const name = `m${k}`;
      // Calls from outside begin at 1, each on the result of the one before.
      const calls = Array.from({ length: 8 }, (_, call) => [
        call === 0 ? ['in', 0, 0, {}] : [name, call, 0, {}],
      ]);
      const outer = functional([input([2]), { ...model, name, inbound_nodes: calls }], name);
      model = { ...outer, config: { ...outer.config, output_layers: [[name, 8, 0]] } };
    }
    expect(await refusal(saved(model))).toMatch(/\{ nodes \}/);
  });

  it.each<[string, readonly number[], RegExp]>([
    ['a tensor', [2 ** 20, 2 ** 20], /weight "d\/kernel": 1,099,511,627,776 numbers of one trained tensor/],
    ['lengths beyond counting', [2 ** 53 - 1, 2 ** 53 - 1], /numbers of one trained tensor/],
    ['lengths that are none', [-1, 2.5], /whole lengths/],
  ])('weights: %s', async (_, shape, message) => {
    const weights = [{ name: 'd/kernel', shape, dtype: 'float32' }];
    expect(await refusal(saved(sequential(input([2]), dense('d', 2)), weights, { numbers: 1 }))).toMatch(
      message,
    );
  });

  it('many tensors that are too much together', async () => {
    const weights = Array.from({ length: 40 }, (_, k) => kernel(`d${k}`, 2 ** 11, 2 ** 11));
    expect(await refusal(saved(sequential(input([2]), dense('d', 2)), weights, { numbers: 1 }))).toMatch(
      /\{ trained \}/,
    );
  });

  it('as much as the caller allows', async () => {
    const folder = saved(sequential(input([100]), layer('Activation', 'a', { activation: 'tanh' })));
    expect(await refusal(folder, { values: 150 })).toMatch(/200 numbers.*at most 150 are taken/);
    expect(await refusal(folder, { nodes: 2 })).toMatch(/at most 2 are taken/);
    expect((await loadNetwork(folder, { limits: { values: 200 } })).inputSize).toBe(100);
    const network = await loadNetwork(folder);
    expect(() => derive(network, { limits: { constants: 100 } })).toThrow(/\{ constants \}/);
    expect(() => derive(network, { limits: { derived: 9999 } })).toThrow(/10,000 numbers.*\{ derived \}/);
    for (const limits of [{ values: '200' }, { numbrs: 1 }, null, 3, []])
      await expect(loadNetwork(folder, { limits: limits as never })).rejects.toThrow(InputError);
  });
});

describe('what is long is read without recursion and without searching', () => {
  it('a chain of 2,000 layers that refer to one another backwards', async () => {
    const names = Array.from({ length: 2000 }, (_, k) => `d${k}`);
    const layers = names.map((name, k) => dense(name, 2, [k === 0 ? 'in' : names[k - 1]!]));
    const folder = saved(
      functional([input([2]), ...layers.reverse()], 'd1999'),
      names.map((name) => kernel(name, 2, 2)),
    );
    const network = await loadNetwork(folder);
    expect(network.nodes).toHaveLength(4001);
    // Recomputed here: every layer's matrix in turn.
    let x = [0.3, -0.2];
    for (let k = 0; k < 2000; k++) {
      const W = [0, 1, 2, 3].map((i) => Math.fround(Math.sin(4 * k + i + 1) / 2));
      x = [Math.tanh(x[0]! * W[0]! + x[1]! * W[2]!), Math.tanh(x[0]! * W[1]! + x[1]! * W[3]!)];
    }
    forward(network, [0.3, -0.2]).forEach((value, i) => {
      expect(value).toBeCloseTo(x[i]!, 14);
    });
    const programs = derive(network);
    expect(flops(programs.hessian)).toBeGreaterThan(flops(programs.value));
  });

  it('20,000 weights below a model that the layers do not name', async () => {
    const layers = Array.from({ length: 10_000 }, (_, k) =>
      layer('Dense', `d${k}`, { units: 1, activation: 'linear', use_bias: true }),
    );
    const weights = layers.flatMap(({ name }) => [
      { name: `outer/x/${name}/kernel`, shape: [1, 1], dtype: 'float32' },
      { name: `outer/x/${name}/bias`, shape: [1], dtype: 'float32' },
    ]);
    const network = await loadNetwork(saved(sequential(input([1]), ...layers), weights));
    expect(network.parameters).toBe(20_000);
    expect(narrowPrefix(network)).toBeUndefined();
  });

  it('a vector repeated 2¹⁶ times', async () => {
    const network = await loadNetwork(
      saved(sequential(input([2]), layer('RepeatVector', 'r', { n: 65_535 }))),
    );
    expect(network.outputSize).toBe(131_070);
    const y = forward(network, [3, 5]);
    expect([y[0], y[1], y[131_068], y[131_069]]).toEqual([3, 5, 3, 5]);
  });
});

describe('text that is no plain JSON', () => {
  const written = (json: string | Uint8Array): string => {
    const file = join(freshFolder(), 'model.json');
    writeFileSync(file, json);
    return file;
  };
  const good = JSON.stringify({
    modelTopology: sequential(input([2]), layer('Activation', 'a', { activation: 'tanh' })),
    weightsManifest: [],
  });
  it.each<[string, string | Uint8Array, RegExp]>([
    ['nothing', '', /is empty/],
    ['blanks', ' \n', /is empty/],
    [
      'lists in lists',
      `{"modelTopology":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
      /100,001 lists.*\{ depth \}/,
    ],
    ['objects that never end', '{"a":'.repeat(1e5), /\{ depth \}/],
    ['UTF-16', Buffer.from(`\ufeff${good}`, 'utf16le'), /UTF-8/],
    ['bytes of no text', Uint8Array.of(0x7b, 0x22, 0xff, 0x22), /UTF-8/],
    ['a number', '1e999', /not a JSON object/],
    [
      'a name of a million letters',
      good.replaceAll('"a"', `"${'n'.repeat(1e6)}"`),
      /1,000,000 characters of a name/,
    ],
  ])('%s', async (_, text, message) => {
    expect(await refusal(written(text))).toMatch(message);
  });

  it('a topology as text inside, deep', async () => {
    const model_config = `${'['.repeat(200)}${']'.repeat(200)}`;
    const text = JSON.stringify({ modelTopology: { model_config }, weightsManifest: [] });
    expect(await refusal(written(text))).toMatch(/\{ depth \}/);
  });

  it('a byte-order mark is left out, of double keys the last counts, __proto__ is a key like any other', async () => {
    expect((await loadNetwork(written(`\ufeff${good}`))).inputSize).toBe(2);
    expect((await loadNetwork(written(good.replace('{', '{"modelTopology":7,')))).inputSize).toBe(2);
    const evil = good.replace('"config":{', '"config":{"__proto__":{"layers":[]},');
    await loadNetwork(written(evil)).catch((error) => expect(error).toBeInstanceOf(InputError));
    expect(({} as Record<string, unknown>)['layers']).toBeUndefined();
  });
});

describe('what is no regular file', () => {
  const topology = sequential(input([2]), dense('d', 2));
  const weights = [kernel('d', 2, 2)];

  it('model.json', async () => {
    const folder = freshFolder();
    const make: [string, (path: string) => void, RegExp][] = [
      ['folder', (path) => mkdirSync(path), /is a folder, not a regular file/],
      ['pipe', (path) => execFileSync('mkfifo', [path]), /is a pipe, not a regular file/],
      ['zero', (path) => symlinkSync('/dev/zero', path), /is a device, not a regular file/],
      ['circle', (path) => symlinkSync(path, path), /no model\.json|no such file/],
    ];
    for (const [name, create, message] of make) {
      mkdirSync(join(folder, name));
      create(join(folder, name, 'model.json'));
      expect(await refusal(join(folder, name)), name).toMatch(message);
    }
  });

  it.each<[string, unknown[], RegExp]>([
    ['above', ['../w.bin'], /leaves the folder/],
    ['absolute', ['/etc/hostname'], /leaves the folder/],
    ['an address', ['https://example.org/w.bin'], /is an address, which is not fetched/],
    ['twice', ['w.bin', './w.bin'], /is listed twice/],
    ['a folder', ['.'], /no regular file/],
    ['a pipe', ['pipe'], /no regular file/],
    ['a device', ['zero'], /no regular file/],
    ['missing', ['none.bin'], /is missing/],
    ['no name', [7], /is not a file name/],
    ['none', [], /truncated: 0 bytes, the manifest needs 16/],
    ['a name with a zero byte', ['w\0.bin'], /cannot be read|is missing/],
  ])('a shard: %s', async (_, paths, message) => {
    const folder = saved(topology, weights, { paths });
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    symlinkSync('/dev/zero', join(folder, 'zero'));
    expect(await refusal(folder)).toMatch(message);
  });

  it('names that begin with dots, and links, are files like others', async () => {
    const folder = saved(topology, weights, { paths: ['..w'] });
    symlinkSync(join(folder, 'w.bin'), join(folder, '..w'));
    expect((await loadNetwork(folder)).parameters).toBe(4);
  });

  it('many shards are open one at a time', async () => {
    const folder = saved(topology, weights, { paths: Array.from({ length: 16 }, (_, k) => `s${k}`) });
    for (let k = 0; k < 16; k++) writeFileSync(join(folder, `s${k}`), Uint8Array.of(k));
    const before = readdirSync('/proc/self/fd').length;
    expect((await loadNetwork(folder)).parameters).toBe(4);
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 1);
  });
});

describe('numbers that are none', () => {
  it.each<[string, unknown]>([
    ['a fraction', 2.5],
    ['negative', -3],
    ['text', '2'],
    ['huge', 1e308],
    ['null', null],
    ['a list', [2]],
    ['an object', {}],
  ])('units: %s', async (_, units) => {
    expect(await refusal(saved(sequential(input([2]), dense('d', units)), [kernel('d', 2, 2)]))).toMatch(
      /layer "d"/,
    );
  });

  it.each<[string, unknown]>([
    ['no scale', { dtype: 'uint8', min: 0 }],
    ['text', { dtype: 'uint8', scale: '1', min: 0 }],
    ['NaN', { dtype: 'uint8', scale: null, min: 0 }],
    ['too large', { dtype: 'uint8', scale: 1e308, min: 1e308 }],
  ])('a quantization with %s', async (_, quantization) => {
    const weights = [{ ...kernel('d', 2, 2), quantization }];
    expect(await refusal(saved(sequential(input([2]), dense('d', 2)), weights, { numbers: 1 }))).toMatch(
      /weight "d/,
    );
  });
});

const given = findData('security');
it.skipIf(!given || !existsSync(join(given, 'models')))('the files that did harm', async () => {
  const folder = join(given!, 'models');
  for (const name of readdirSync(folder))
    if (name === 'rep1') {
      // Small for what it is: 2 numbers, repeated 2¹⁶ times.
      const programs = derive(await loadNetwork(join(folder, name)));
      expect(programs.outputs).toBe(131_072);
    } else await refusal(join(folder, name));
});
