import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadNetwork } from '../../runtime/node/load-network.js';
import { readTfjs } from '../../runtime/node/read-tfjs.js';
import { InputError } from '../../src/core/errors.js';
import { fromTfjs } from '../../src/network/read/tfjs.js';
import { freshFolder, saveModel } from './tfjs.js';

let folder: string;
const file = () => join(folder, 'model.json');

beforeAll(async () => {
  await tf.setBackend('cpu');
});

beforeEach(async () => {
  const layers = [
    tf.layers.dense({ units: 3, inputShape: [4], activation: 'tanh', name: 'first' }),
    tf.layers.dense({ units: 2, activation: 'softmax', name: 'second' }),
  ];
  folder = await saveModel(tf.sequential({ layers }));
});

/** Rewrites model.json. */
// biome-ignore lint/suspicious/noExplicitAny: the tests reach anywhere into the JSON
function edit(change: (json: any) => void): void {
  const json = JSON.parse(readFileSync(file(), 'utf8'));
  change(json);
  writeFileSync(file(), JSON.stringify(json));
}

function expectError(message: RegExp): void {
  let error: unknown;
  try {
    readTfjs(folder);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toContain(file());
  expect((error as Error).message).not.toContain('\n');
}

// biome-ignore lint/suspicious/noExplicitAny: as above
const layerOf = (json: any, k: number) => json.modelTopology.config.layers[k];

describe('weights', () => {
  const shard = () => join(folder, 'group1-shard1of1.bin');

  it('a missing shard', () => {
    renameSync(shard(), join(folder, 'elsewhere.bin'));
    expectError(/group1-shard1of1\.bin is missing/);
  });
  it('a shard too long', () => {
    writeFileSync(shard(), Buffer.concat([readFileSync(shard()), Buffer.alloc(4)]));
    expectError(/too long: 96 bytes, the manifest needs 92/);
  });
  it('an empty shard', () => {
    writeFileSync(shard(), '');
    expectError(/truncated: 0 bytes/);
  });
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%s', (value) => {
    const bytes = readFileSync(shard());
    bytes.writeFloatLE(value, 4 * 7);
    writeFileSync(shard(), bytes);
    expectError(new RegExp(`weight "first/kernel" is ${value} at index 7`));
  });
  it('a wrong shape', () => {
    edit((json) => {
      json.weightsManifest[0].weights[0].shape = [3, 4];
    });
    expectError(/layer "first": weight "first\/kernel" has shape \[3, 4\], expected \[4, 3\]/);
  });
  it('a missing weight', () => {
    edit((json) => {
      json.weightsManifest[0].weights[1].name = 'first/other';
    });
    expectError(/layer "first": weight "first\/bias" is missing/);
  });
  it('a weight of no layer', () => {
    edit((json) => {
      layerOf(json, 1).config.use_bias = false;
    });
    expectError(/weight "second\/bias" belongs to no layer/);
  });
  it('two weights of one name', () => {
    edit((json) => {
      json.weightsManifest[0].weights[3].name = 'first/bias';
    });
    expectError(/two weights are called "first\/bias"/);
  });
  it.each(['../weights.bin', '/etc/hostname', 'a/../../weights.bin'])('a path outside: %s', (path) => {
    edit((json) => {
      json.weightsManifest[0].paths = [path];
    });
    expectError(/leaves the folder/);
  });
  it('a dtype without numbers', () => {
    edit((json) => {
      json.weightsManifest[0].weights[0].dtype = 'string';
    });
    expectError(/weight "first\/kernel": dtype "string" cannot be read; supported are float32/);
  });
  it('an unknown quantization', () => {
    edit((json) => {
      json.weightsManifest[0].weights[0].quantization = { dtype: 'uint4', scale: 1, min: 0 };
    });
    expectError(/quantization "uint4"/);
  });
});

describe('topology', () => {
  it('text that is not JSON', () => {
    writeFileSync(file(), 'not a network');
    expectError(/is not JSON/);
  });
  it('JSON that is something else', () => {
    writeFileSync(file(), '{"a": 1}');
    expectError(/is not a tfjs LayersModel/);
  });
  it('a graph model', () => {
    writeFileSync(file(), '{"format": "graph-model", "modelTopology": {"node": []}, "weightsManifest": []}');
    expectError(/has no outputs/);
  });
  it('an unknown layer', () => {
    edit((json) => {
      layerOf(json, 1).class_name = 'ConvLSTM2Dx';
    });
    expectError(/layer "second": ConvLSTM2Dx layers cannot be read; nearest is ConvLSTM2D/);
  });
  it('an unknown activation', () => {
    edit((json) => {
      layerOf(json, 0).config.activation = 'log_softmin';
    });
    expectError(/layer "first": activation "log_softmin" cannot be read; nearest is log_softmax/);
  });
  it('axes without a length', () => {
    edit((json) => {
      layerOf(json, 0).config.batch_input_shape = [null, null, 4];
    });
    expectError(/layer "first": the input shape \[null,null,4\] is not fixed/);
  });
  it('no input shape', () => {
    edit((json) => {
      delete layerOf(json, 0).config.batch_input_shape;
    });
    expectError(/layer "first": the input shape is missing/);
  });
  it('no layers', () => {
    edit((json) => {
      json.modelTopology.config.layers = [];
    });
    expectError(/no layers/);
  });
  it('layers that do not fit', () => {
    edit((json) => {
      layerOf(json, 0).config.batch_input_shape = [null, 5];
    });
    expectError(/layer "first": weight "first\/kernel" has shape \[4, 3\], expected \[5, 3\]/);
  });
  it('shapes that do not broadcast', async () => {
    const [a, b] = [tf.input({ shape: [2, 3] }), tf.input({ shape: [1, 3] })];
    const sum = tf.layers.add({ name: 'sum' }).apply([a, b]) as tf.SymbolicTensor;
    folder = await saveModel(tf.model({ inputs: [a, b], outputs: sum }));
    edit((json) => {
      layerOf(json, 1).config.batch_input_shape = [null, 3, 3];
    });
    expectError(/layer "sum": cannot combine shapes \[2,3\] and \[3,3\]/);
  });
  it('a circle and a connection to nowhere', async () => {
    const a = tf.input({ shape: [2] });
    const u = tf.layers.dense({ units: 2, name: 'u' }).apply(a);
    const v = tf.layers.dense({ units: 2, name: 'v' }).apply(u) as tf.SymbolicTensor;
    folder = await saveModel(tf.model({ inputs: a, outputs: v }));
    edit((json) => {
      layerOf(json, 1).inbound_nodes = [[['v', 0, 0, {}]]];
    });
    expectError(/depends on its own output/);
    edit((json) => {
      layerOf(json, 1).inbound_nodes = [[['w', 0, 0, {}]]];
    });
    expectError(/layer "u": it is connected to "w", which the model does not have/);
    edit((json) => {
      layerOf(json, 1).inbound_nodes = [{ args: [] }];
    });
    expectError(/layer "u": is called on 0 inputs/);
    edit((json) => {
      layerOf(json, 1).inbound_nodes = [7];
    });
    expectError(/layer "u": its connections are not lists/);
  });
});

describe('sources', () => {
  it.each([
    ['nowhere/at/all', /no such file or folder/],
    [() => freshFolder(), /holds no model\.json/],
    [() => written('network.pb'), /\.pb cannot be read as a network; convert it with tf2onnx/],
    [() => written('network.pt'), /\.pt cannot be read as a network; export it with torch\.onnx\.export/],
    [() => written('network.safetensors'), /holds weights alone: give readSafetensors/],
    [() => written('network.xyz'), /\.xyz cannot be read.*LayersModel/],
    [() => written('network.onnx'), /is no ONNX model, or a damaged one/],
    [() => written('network.H5'), /is no HDF5 file/],
    [() => written('network.keras'), /is no zip file/],
    [() => written('network'), /without an ending/],
  ] as [string | (() => string), RegExp][])('%s', async (source, message) => {
    const path = typeof source === 'string' ? source : source();
    await expect(loadNetwork(path)).rejects.toThrow(InputError);
    await expect(loadNetwork(path)).rejects.toThrow(message);
  });
  const written = (name: string): string => {
    const path = join(freshFolder(), name);
    writeFileSync(path, 'bytes');
    return path;
  };

  it('loads a folder, a file, a file URL and a live model', async () => {
    const model = tf.sequential({ name: 'alive', layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    const path = await saveModel(model);
    const url = `file://${path}/model.json`;
    const sources = [path, join(path, 'model.json'), url, new URL(url), pathToFileURL(path), model];
    const networks = await Promise.all(sources.map((source) => loadNetwork(source)));
    for (const network of networks) expect(network.nodes).toEqual(networks[0]!.nodes);
    expect(networks.at(-1)!.name).toBe('alive');
  });
  it('refuses URLs of elsewhere', async () => {
    for (const url of ['ftp://example.org/model.json', 'file://elsewhere/model.json'])
      for (const source of [url, new URL(url)]) {
        await expect(loadNetwork(source)).rejects.toThrow(InputError);
        await expect(loadNetwork(source)).rejects.toThrow(/not fetched|not the URL of a file/);
      }
  });
  it('refuses what is no model', async () => {
    await expect(loadNetwork({} as never)).rejects.toThrow(/neither a path nor a tf.LayersModel/);
    await expect(fromTfjs({ save: async () => undefined })).rejects.toThrow(/did not call the handler/);
  });
});
