import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.js';
import { encode } from '../../src/core/onnx/schema.js';
import { readKerasHdf5 } from '../../src/network/read/keras.js';
import { readOnnx } from '../../src/network/read/onnx.js';
import { readTfjsFiles } from '../../src/network/read/tfjs.js';

/** A message without the file's name: one line, short, and of a caller's mistake. */
function refusal(read: () => unknown, file: string): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const { message } = error as Error;
    expect(message).not.toMatch(/\n/);
    expect(message.startsWith(`${file}: `)).toBe(true);
    return message.slice(file.length + 2);
  }
  throw new Error('it was read');
}

const long = 'a_name_that_says_where_in_the_network_this_stands/'.repeat(3);

interface Node {
  readonly op: string;
  readonly domain?: string;
  readonly inputs?: string[];
  readonly outputs?: string[];
  readonly name?: string;
}

function onnx(
  nodes: readonly Node[],
  rest: {
    readonly elemType?: number;
    readonly shape?: (number | string)[];
    readonly initializer?: object[];
  } = {},
): Uint8Array {
  const { elemType = 1, shape = [1, 4], initializer = [] } = rest;
  const dim = shape.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d }));
  const info = (name: string, dims: object[]) => ({
    name,
    type: { tensorType: { elemType, shape: { dim: dims } } },
  });
  return encode('ModelProto', {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'g',
      node: nodes.map(({ op, domain = '', inputs = ['x'], outputs = ['y'], name = long }) => ({
        input: inputs,
        output: outputs,
        name,
        opType: op,
        domain,
        attribute: [],
      })),
      initializer,
      input: [info('x', dim)],
      output: [info('y', [])],
    },
  });
}

const readBytes = (bytes: Uint8Array) => () => readOnnx({ file: 'm.onnx', name: 'm', bytes });

describe('operators of ONNX that cannot be read', () => {
  it.each([
    ['If', '', /branches|If/],
    ['Loop', '', /attribute body is missing/],
    ['Scan', '', /attribute body is missing/],
    ['RandomNormalLike', '', /is random/],
    ['QLinearConv', '', /cannot be read|quantized/],
    ['DynamicQuantizeLinear', '', /quantized|cannot be read/],
    ['TopK', '', /sorts/],
    ['NonMaxSuppression', '', /cannot be read; nearest is/],
    ['TreeEnsembleRegressor', 'ai.onnx.ml', /trees have no derivatives/],
    ['ZipMap', 'ai.onnx.ml', /zipmap/],
    ['An_operator_of_somebody_with_a_very_long_name_indeed', '', /cannot be read; nearest is/],
    ['Thing', 'org.example.a.very.long.domain', /domain|cannot be read/],
    ['constructor', '', /cannot be read; nearest is/],
    ['__proto__', '', /cannot be read; nearest is/],
  ])('%s says so in 120 characters', (op, domain, message) => {
    const told = refusal(readBytes(onnx([{ op, domain }])), 'm.onnx');
    expect(told).toMatch(message);
    expect(told.length, told).toBeLessThanOrEqual(120);
  });

  it('name the only supported thing nearest to them', () => {
    expect(refusal(readBytes(onnx([{ op: 'Sofmax' }])), 'm.onnx')).toMatch(/nearest is Softmax$/);
    expect(refusal(readBytes(onnx([{ op: 'Convv' }])), 'm.onnx')).toMatch(/nearest is Conv$/);
  });
});

describe('ONNX files that are none', () => {
  const plain: Node = { op: 'Relu' };
  const nan = {
    name: 'W',
    dims: [4, 2],
    dataType: 1,
    rawData: new Uint8Array(Float32Array.of(1, 2, 3, Number.NaN, 5, 6, 7, 8).buffer),
  };
  const far = {
    name: 'W',
    dims: [4, 2],
    dataType: 1,
    dataLocation: 1,
    externalData: [{ key: 'location', value: 'w.bin' }],
  };
  const product: Node = { op: 'MatMul', inputs: ['x', 'W'] };
  const misfit = { ...nan, dims: [3, 2], rawData: new Uint8Array(24).fill(1) };
  it.each([
    ['no protobuf', new TextEncoder().encode('this is text, not a model'), /is no ONNX model/],
    ['nothing', new Uint8Array(0), /no ONNX model|no graph/],
    ['a damaged one', onnx([plain]).subarray(0, 70), /is no ONNX model, or a damaged one/],
    [
      'a cycle',
      onnx([
        { op: 'Add', inputs: ['x', 'z'] },
        { op: 'Relu', inputs: ['y'], outputs: ['z'] },
      ]),
      /own output/,
    ],
    [
      'an open axis',
      onnx([plain], { shape: ['batch', 'time', 3] }),
      /axis 1 has no length; give shapes: \{ "?time/,
    ],
    ['whole numbers', onnx([plain], { elemType: 7 }), /no output of floats|only floats/],
    ['NaN weights', onnx([product], { initializer: [nan] }), /is NaN at index 3/],
    ['missing weights', onnx([product], { initializer: [far] }), /w\.bin/],
    [
      'shapes that do not fit',
      onnx([product], { initializer: [misfit] }),
      /cannot multiply \[1,4\] by \[3,2\]/,
    ],
    ['an input that is nowhere', onnx([{ op: 'Add', inputs: ['x', 'w'] }]), /"w"|input 1/],
  ])('%s: the right cause in one line', (_, bytes, message) => {
    const told = refusal(readBytes(bytes), 'm.onnx');
    expect(told).toMatch(message);
    expect(told.length, told).toBeLessThanOrEqual(200);
  });
});

describe('layers of Keras that cannot be read', () => {
  const model = (className: string, config: object = {}): Uint8Array =>
    new TextEncoder().encode(
      JSON.stringify({
        modelTopology: {
          keras_version: '2.15.0',
          model_config: {
            class_name: 'Sequential',
            config: {
              name: 'm',
              layers: [
                { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, 4] } },
                { class_name: className, config: { name: long, ...config } },
              ],
            },
          },
        },
        weightsManifest: [],
      }),
    );
  const read = (json: Uint8Array) => () =>
    readTfjsFiles({
      file: 'model.json',
      name: 'm',
      json,
      open: () => ({ length: 0, read: () => new Uint8Array(0), close: () => {} }) as never,
    });
  it.each([
    'RandomRotation',
    'LocallyConnected1D',
    'StringLookup',
    'CategoryEncoding',
    'RandomFlip',
    'Hashing',
    'TextVectorization',
    'Discretization',
    'SomebodysOwnLayerWithAVeryLongNameIndeedSoThatItMustBeCut',
    'Lambda',
    'StackedRNNCells',
    'constructor',
    '__proto__',
  ])('%s says so in 120 characters', (kind) => {
    const told = refusal(read(model(kind)), 'model.json');
    expect(told).toMatch(/cannot be read|hold code|custom|expected|wraps|cell/);
    expect(told.length, told).toBeLessThanOrEqual(120);
  });
});

describe('HDF5 files that are none', () => {
  it.each([
    ['text', new TextEncoder().encode('not HDF5 at all')],
    ['nothing', new Uint8Array(0)],
    ['a signature alone', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)],
  ])('%s', (_, bytes) => {
    const told = refusal(() => readKerasHdf5({ file: 'm.h5', name: 'm', bytes }), 'm.h5');
    expect(told).toMatch(/HDF5/);
    expect(told.length).toBeLessThanOrEqual(200);
  });
});
