import { zipSync } from 'fflate';
import h5wasm from 'h5wasm';
import { pick, whole } from '../read/random.js';
import { damageJson, writeJson } from './damage-json.js';
import { type Generated, generateGreedy, type Trained } from './model-grammar.js';
import { networkFile } from './network-file.js';

/** What a Keras file holds: its configuration as text, and the arrays of every layer. */
interface Content {
  config: string;
  readonly kinds: ReadonlyMap<string, string>;
  layers: Map<string, Trained[]>;
}

const contentOf = ({ topology, weights, nodes }: Generated): Content => ({
  config: JSON.stringify(topology),
  kinds: new Map(nodes.map(({ name, made }) => [name, made?.kind ?? 'InputLayer'])),
  layers: new Map(
    nodes.map(({ name }) => [name, weights.filter((weight) => weight.name.startsWith(`${name}/`))]),
  ),
});

let count = 0;

/** Writes a file by HDF5's own library, in its memory, and takes its bytes. */
async function hdf5(write: (file: InstanceType<typeof h5wasm.File>) => void): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const name = `hostile-${count++}.h5`;
  const file = new h5wasm.File(name, 'w');
  write(file);
  file.close();
  const bytes = FS.readFile(name) as Uint8Array;
  FS.unlink(name);
  return bytes;
}

type Parent = Pick<InstanceType<typeof h5wasm.Group>, 'create_group' | 'create_dataset'>;

const put = (parent: Parent, name: string, { data, shape }: Trained): void => {
  parent.create_dataset({ name, data: Float32Array.from(data), shape: [...shape] });
};

/** As Keras 2 saves a whole model in `.h5`. */
export const wholeModel = ({ config, layers }: Content): Promise<Uint8Array> =>
  hdf5((file) => {
    file.create_attribute('keras_version', '2.15.0');
    file.create_attribute('model_config', config);
    const weights = file.create_group('model_weights');
    weights.create_attribute('layer_names', [...layers.keys()]);
    for (const [layer, arrays] of layers) {
      const group = weights.create_group(layer);
      const names = arrays.map(({ name }) => `${name}:0`);
      if (names.length > 0) group.create_attribute('weight_names', names);
      const inner = names.length > 0 ? group.create_group(layer) : undefined;
      for (const array of arrays) put(inner!, `${array.name.slice(layer.length + 1)}:0`, array);
    }
  });

function twisted(random: () => number, generated: Generated): Content {
  const content = contentOf(generated);
  const layers = [...content.layers];
  if (random() < 0.5) {
    const config = structuredClone(generated.topology);
    for (let k = 1 + whole(random, 2); k > 0; k--) damageJson(random, config);
    content.config = writeJson(config);
  } else {
    const [name, arrays] = pick(random, layers);
    const kind = whole(random, 4);
    if (kind === 0) content.layers.delete(name);
    else if (kind === 1) content.layers.set(name, [...pick(random, layers)[1]]);
    else if (kind === 2) content.layers.set(name, arrays.slice(1));
    else
      content.layers.set(
        name,
        arrays.map((array) => ({ ...array, shape: [array.data.length] })),
      );
  }
  return content;
}

/** Files with so many groups, which take seconds to make. */
const crowded = new Map<number, Uint8Array>();

/** Files that say of themselves that they hold far more than they do, and long lists of names. */
async function greedy(random: () => number): Promise<Uint8Array> {
  const kind = whole(random, 4);
  if (kind === 0)
    return await wholeModel({
      config: writeJson(generateGreedy(random)),
      kinds: new Map(),
      layers: new Map(),
    });
  const groups = kind === 3 ? pick(random, [10, 1000, 2000]) : 0;
  const known = crowded.get(groups);
  if (known) return known;
  const bytes = await hdf5((file) => {
    const config = {
      class_name: 'Sequential',
      config: {
        layers: [
          { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, 2] } },
          { class_name: 'Dense', config: { name: 'd', units: 2 } },
        ],
      },
    };
    file.create_attribute('model_config', JSON.stringify(config));
    const weights = file.create_group('model_weights');
    const group = weights.create_group('d');
    group.create_attribute('weight_names', ['d/kernel:0', 'd/bias:0']);
    const inner = group.create_group('d');
    inner.create_dataset({ name: 'bias:0', data: new Float32Array(2), shape: [2] });
    if (kind === 1) {
      // A chunked array of zeros, packed a thousandfold.
      const rows = 2 ** (10 + whole(random, 11));
      inner.create_dataset({
        name: 'kernel:0',
        data: new Float32Array(2 * rows),
        shape: [rows, 2],
        chunks: [rows, 2],
        compression: 'gzip',
        compression_opts: 9,
      });
    } else if (kind === 2) {
      let at: Parent = inner;
      for (let k = pick(random, [10, 63, 64, 65, 300]); k > 0; k--) at = at.create_group('g');
    } else for (let k = groups; k > 0; k--) inner.create_group(`g${k}`);
  });
  if (groups > 0) crowded.set(groups, bytes);
  return bytes;
}

/** Whole models of Keras in HDF5. */
export const kerasHdf5 = networkFile({
  name: 'h5',
  file: 'model.h5',
  write: (generated) => wholeModel(contentOf(generated)),
  twist: (random, generated) => wholeModel(twisted(random, generated)),
  greedy,
});

/** A topology as Keras 3 writes it: calls by their arguments, one tensor or a list of them. */
function asKeras3(generated: Generated): Generated {
  const topology = structuredClone(generated.topology);
  for (const layer of topology.config.layers) {
    layer.module = 'keras.layers';
    layer.inbound_nodes = layer.inbound_nodes.map((call: [string, number, number][]) => {
      const tensors = call.map((history) => ({
        class_name: '__keras_tensor__',
        config: { dtype: 'float32', keras_history: history.slice(0, 3) },
      }));
      return { args: [tensors.length === 1 ? tensors[0] : tensors], kwargs: {} };
    });
  }
  return { ...generated, topology };
}

/** `BatchNormalization` as `batch_normalization`, by the rule of Keras. */
const snake = (name: string): string =>
  name
    .replace(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

const packed = async (random: () => number, content: Content): Promise<Uint8Array> => {
  const weights = await hdf5((file) => {
    // Groups are named by the class and its count, in the order of the layers.
    const all = file.create_group('layers');
    const counts = new Map<string, number>();
    for (const [layer, arrays] of content.layers) {
      const kind = snake(content.kinds.get(layer) ?? 'layer');
      const before = counts.get(kind) ?? 0;
      counts.set(kind, before + 1);
      if (arrays.length === 0) continue;
      const vars = all.create_group(before === 0 ? kind : `${kind}_${before}`).create_group('vars');
      for (const [k, array] of arrays.entries()) put(vars, String(k), array);
    }
  });
  const text = (value: string) => Buffer.from(value);
  return zipSync(
    {
      'metadata.json': text(JSON.stringify({ keras_version: '3.4.1' })),
      'config.json': text(content.config),
      'model.weights.h5': weights,
    },
    { level: random() < 0.5 ? 0 : 6 },
  );
};

/** Models of Keras 3: a zip file of their configuration and an HDF5 file. */
export const keras = networkFile({
  name: 'keras',
  file: 'model.keras',
  write: (generated) => packed(() => 0, contentOf(asKeras3(generated))),
  twist: (random, generated) => packed(random, twisted(random, asKeras3(generated))),
  greedy: async (random) =>
    random() < 0.5
      ? await packed(random, {
          config: writeJson(generateGreedy(random)),
          kinds: new Map(),
          layers: new Map(),
        })
      : zipSync(
          {
            'metadata.json': Buffer.from('{}'),
            'config.json': new Uint8Array(2 ** (16 + whole(random, 11))).fill(0x20),
            'model.weights.h5': new Uint8Array(2 ** (16 + whole(random, 11))),
          },
          { level: 1 },
        ),
});
