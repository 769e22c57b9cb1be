import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.js';
import { encode } from '../../src/core/onnx/schema.js';
import type { Network } from '../../src/network/graph.js';
import { type OnnxOptions, readOnnx } from '../../src/network/read/onnx.js';
import { forward } from './forward.js';

type Attribute = number | readonly number[] | string;
interface Step {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs?: readonly string[];
  readonly domain?: string;
  /** Whole numbers, floats where they are fractions or named in `floats`. */
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly floats?: readonly string[];
}
interface Model {
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly steps: readonly Step[];
  readonly outputs: Readonly<Record<string, number>>;
  readonly constants?: Readonly<
    Record<
      string,
      { readonly dims: readonly number[]; readonly data: readonly number[]; readonly whole?: true }
    >
  >;
  readonly opset?: number;
}

const attribute = (name: string, value: Attribute, float: boolean) => {
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: 3 };
  if (typeof value === 'number') return float ? { name, f: value, type: 1 } : { name, i: value, type: 2 };
  return float ? { name, floats: [...value], type: 6 } : { name, ints: [...value], type: 7 };
};

/** Bytes of a model; element type 1 are floats, 7 whole numbers. */
function bytes({ inputs, steps, outputs, constants = {}, opset = 17 }: Model): Uint8Array {
  const info = (name: string, elemType: number, shape: readonly (number | string)[]) => ({
    name,
    type: {
      tensorType: {
        elemType,
        shape: { dim: shape.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d })) },
      },
    },
  });
  return encode('ModelProto', {
    irVersion: 8,
    opsetImport: [
      { domain: '', version: opset },
      { domain: 'ai.onnx.ml', version: 3 },
    ],
    graph: {
      name: 'g',
      node: steps.map(
        ({ op, inputs: from, outputs: to = ['y'], domain = '', attributes = {}, floats = [] }) => ({
          input: [...from],
          output: [...to],
          name: `${op} node`,
          opType: op,
          domain,
          attribute: Object.entries(attributes).map(([name, value]) =>
            attribute(name, value, floats.includes(name)),
          ),
        }),
      ),
      initializer: Object.entries(constants).map(([name, { dims, data, whole }]) => ({
        name,
        dims: [...dims],
        dataType: whole ? 7 : 1,
        rawData: new Uint8Array((whole ? BigInt64Array.from(data, BigInt) : Float32Array.from(data)).buffer),
      })),
      input: Object.entries(inputs).map(([name, shape]) => info(name, 1, shape)),
      output: Object.entries(outputs).map(([name, type]) => info(name, type, [])),
    },
  });
}

const read = (model: Model, options: OnnxOptions = {}): Network =>
  readOnnx({ file: 'm.onnx', name: 'm', bytes: bytes(model), ...options });

/** A model of one operator on `x`. */
const one = (
  step: Omit<Step, 'inputs'> & { readonly inputs?: readonly string[] },
  shape: readonly number[],
  rest: Partial<Model> = {},
): Model => ({
  inputs: { x: shape },
  steps: [{ inputs: ['x'], ...step }],
  outputs: { y: 1 },
  ...rest,
});
const values = (network: Network, x: readonly number[]): number[] => forward(network, x);

/** Why a model cannot be read: one line. */
function refusal(model: Model | Uint8Array, options: OnnxOptions = {}): string {
  try {
    readOnnx({
      file: 'm.onnx',
      name: 'm',
      bytes: model instanceof Uint8Array ? model : bytes(model),
      ...options,
    });
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const { message } = error as Error;
    expect(message).not.toContain('\n');
    return message;
  }
  throw new Error('the model was read');
}

describe('operators', () => {
  it('Gemm with transposed weights', () => {
    const constants = { W: { dims: [2, 3], data: [1, 2, 3, 4, 5, 6] }, b: { dims: [2], data: [10, 20] } };
    const network = read(
      one({ op: 'Gemm', inputs: ['x', 'W', 'b'], attributes: { transB: 1 } }, [1, 3], { constants }),
    );
    expect(values(network, [1, 0, -1])).toEqual([1 - 3 + 10, 4 - 6 + 20]);
    expect(network.parameters).toBe(8);
  });

  it('Conv with padding, stride and groups, written out', () => {
    const constants = { W: { dims: [2, 1, 1, 2], data: [1, 2, 3, 4] } };
    const attributes = { group: 2, pads: [0, 1, 0, 0], strides: [1, 2] };
    const network = read(one({ op: 'Conv', inputs: ['x', 'W'], attributes }, [1, 2, 1, 4], { constants }));
    // Channel 0: rows [0 a0 | a1 a2], channel 1 likewise.
    const x = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(values(network, x)).toEqual([2 * 1, 2 + 2 * 3, 4 * 5, 3 * 6 + 4 * 7]);
  });

  it('MaxPool ignores padding, AveragePool counts it or not', () => {
    const attributes = { kernel_shape: [2], pads: [1, 0], strides: [2] };
    const pool = (op: string, more: Record<string, number> = {}) =>
      values(read(one({ op, attributes: { ...attributes, ...more } }, [1, 1, 3])), [-1, -2, -5]);
    expect(pool('MaxPool')).toEqual([-1, -2]);
    expect(pool('AveragePool')).toEqual([-1, -3.5]);
    expect(pool('AveragePool', { count_include_pad: 1 })).toEqual([-0.5, -3.5]);
  });

  it('Softmax over the last axis, and flattened below opset 13', () => {
    const sums = (opset: number, axis: number): number[] => {
      const y = values(
        read(one({ op: 'Softmax', attributes: { axis } }, [1, 2, 2], { opset })),
        [1, 2, 3, 4],
      );
      return [y[0]! + y[1]!, y.reduce((a, b) => a + b, 0)];
    };
    expect(sums(13, 2)[0]).toBeCloseTo(1, 12);
    expect(sums(11, 1)[1]).toBeCloseTo(1, 12);
    expect(sums(11, 1)[0]).toBeLessThan(0.2);
  });

  it('logarithms of sums stay finite where exponentials do not', () => {
    const network = read(one({ op: 'LogSoftmax', attributes: { axis: -1 } }, [1, 3]));
    expect(values(network, [900, 0, -900])).toEqual([0, -900, -1800]);
  });

  it('a product of two values, and powers of constants and by constants', () => {
    const constants = { two: { dims: [], data: [2] } };
    const steps: Step[] = [
      { op: 'Transpose', inputs: ['x'], outputs: ['t'], attributes: { perm: [1, 0] } },
      { op: 'MatMul', inputs: ['t', 'x'], outputs: ['p'] },
      { op: 'Pow', inputs: ['p', 'two'], outputs: ['q'] },
      { op: 'Pow', inputs: ['two', 'q'] },
    ];
    const y = values(read({ inputs: { x: [1, 2] }, steps, outputs: { y: 1 }, constants }), [1, 0.5]);
    [1, 0.25, 0.25, 0.0625].forEach((p, k) => {
      expect(y[k]).toBeCloseTo(2 ** p, 12);
    });
  });
});

describe('recurrence', () => {
  const W = { dims: [1, 1, 1], data: [0.5] };
  const R = { dims: [1, 1, 1], data: [0.25] };
  const B = { dims: [1, 2], data: [0.1, 0.2] };

  it('RNN has both biases at every step, the first included', () => {
    const step: Omit<Step, 'inputs'> & { inputs: string[] } = { op: 'RNN', inputs: ['x', 'W', 'R', 'B'] };
    const network = read(one(step, [2, 1, 1], { constants: { W, R, B } }));
    const h = Math.tanh(0.5 * 2 + 0.3);
    const y = values(network, [2, -1]);
    expect(y[0]).toBeCloseTo(h, 7);
    expect(y[1]).toBeCloseTo(Math.tanh(-0.5 + 0.25 * h + 0.3), 7);
  });

  it('LSTM likewise', () => {
    const four = (own: { data: number[] }, dims: number[]) => ({
      dims,
      data: own.data.flatMap((v) => [v, v, v, v]),
    });
    const constants = {
      W: four(W, [1, 4, 1]),
      R: four(R, [1, 4, 1]),
      B: { dims: [1, 8], data: [0.1, 0.1, 0.1, 0.1, 0.2, 0.2, 0.2, 0.2] },
    };
    const [y] = values(
      read(one({ op: 'LSTM', inputs: ['x', 'W', 'R', 'B'] }, [1, 1, 1], { constants })),
      [2],
    );
    const s = 1 / (1 + Math.exp(-1.3));
    expect(y).toBeCloseTo(s * Math.tanh(s * Math.tanh(1.3)), 7);
  });
});

describe('folding and shapes', () => {
  it('computes chains of shapes while reading', () => {
    const constants = {
      zero: { dims: [], data: [0], whole: true as const },
      first: { dims: [1], data: [0], whole: true as const },
      rest: { dims: [1], data: [-1], whole: true as const },
    };
    const steps: Step[] = [
      { op: 'Shape', inputs: ['x'], outputs: ['s'] },
      { op: 'Gather', inputs: ['s', 'zero'], outputs: ['n'] },
      { op: 'Unsqueeze', inputs: ['n', 'first'], outputs: ['n1'] },
      { op: 'Concat', inputs: ['n1', 'rest'], outputs: ['to'], attributes: { axis: 0 } },
      { op: 'Reshape', inputs: ['x', 'to'] },
    ];
    const network = read({ inputs: { x: ['batch', 2, 3] }, steps, outputs: { y: 1 }, constants });
    expect(network.nodes.every(({ op }) => op.kind === 'input' || op.kind === 'reshape')).toBe(true);
    expect(network.outputSize).toBe(6);
  });

  it('takes an open first axis or 1 for the batch, other numbers for data', () => {
    for (const [shape, size] of [
      [['N', 3], 3],
      [[1, 3], 3],
      [[4, 3], 12],
      [[3], 3],
    ] as const)
      expect(read(one({ op: 'Tanh' }, [], { inputs: { x: shape } })).inputSize).toBe(size);
  });

  it('asks for the length of other open axes, and takes it', () => {
    const model = one({ op: 'Tanh' }, [], { inputs: { x: ['N', 'time', 3] } });
    expect(refusal(model)).toMatch(/input "x": axis 1 has no length; give shapes: \{ time: … \}/);
    expect(read(model, { shapes: { time: 4 } }).inputSize).toBe(12);
    expect(refusal(model, { shapes: { tiem: 4 } })).toMatch(/no open axis is called "tiem"/);
    expect(refusal(model, { shapes: { time: 0 } })).toMatch(/"time" is 0/);
  });

  it('takes inputs and outputs by name, in any order', () => {
    const steps: Step[] = [
      { op: 'Sub', inputs: ['a', 'b'], outputs: ['d'] },
      { op: 'Add', inputs: ['a', 'b'], outputs: ['s'] },
    ];
    const model: Model = { inputs: { a: [1, 1], b: [1, 1] }, steps, outputs: { d: 1, s: 1 } };
    expect(values(read(model), [5, 2])).toEqual([3, 7]);
    expect(values(read(model, { inputs: ['b', 'a'], outputs: ['s', 'd'] }), [2, 5])).toEqual([7, 3]);
    expect(refusal(model, { outputs: ['t'] })).toMatch(/has no output "t"; it has "d", "s"/);
  });

  it('leaves outputs of whole numbers out, and says so', () => {
    const steps: Step[] = [
      { op: 'ArgMax', inputs: ['x'], outputs: ['label'] },
      { op: 'Softmax', inputs: ['x'], outputs: ['p'] },
    ];
    const network = read({ inputs: { x: [1, 3] }, steps, outputs: { label: 7, p: 1 } });
    expect(network.outputSize).toBe(3);
    expect(network.notes).toEqual(['output "label" holds int64 and is left out']);
  });

  it('keeps an input that nothing uses', () => {
    const model = one({ op: 'Tanh' }, [], { inputs: { x: [1, 2], z: [1, 3] } });
    expect(read(model).inputSize).toBe(5);
  });
});

describe('scikit-learn', () => {
  it('a regressor by support vectors', () => {
    const attributes = {
      kernel_type: 'RBF',
      coefficients: [2, -1],
      support_vectors: [0, 0, 1, 1],
      kernel_params: [0.5, 0, 3],
      rho: [0.25],
      n_supports: 2,
    };
    const floats = ['coefficients', 'support_vectors', 'kernel_params', 'rho'];
    const network = read(one({ op: 'SVMRegressor', domain: 'ai.onnx.ml', attributes, floats }, [1, 2]));
    const [y] = values(network, [1, 0]);
    expect(y).toBeCloseTo(2 * Math.exp(-0.5) - Math.exp(-0.5) + 0.25, 12);
  });
});

describe('what cannot be read', () => {
  const wrong: [string, Model, RegExp][] = [
    [
      'an unknown operator',
      one({ op: 'Tanhh' }, [1, 2]),
      /layer "Tanhh node": Tanhh: cannot be read; nearest is Tanh/,
    ],
    ['a loop', one({ op: 'Loop' }, [1, 2]), /Loop: attribute body is missing/],
    ['chance', one({ op: 'RandomNormalLike' }, [1, 2]), /is random/],
    [
      'trees',
      one({ op: 'TreeEnsembleRegressor', domain: 'ai.onnx.ml' }, [1, 2]),
      /trees have no derivatives/,
    ],
    ['dictionaries', one({ op: 'ZipMap', domain: 'ai.onnx.ml' }, [1, 2]), /zipmap/],
    ['an attribute', one({ op: 'Tanh', attributes: { speed: 2 } }, [1, 2]), /attribute speed cannot be read/],
    [
      'a computed shape',
      one({ op: 'Reshape', inputs: ['x', 'x'] }, [1, 2]),
      /its shape is computed from the inputs/,
    ],
    ['an old opset', one({ op: 'Tanh' }, [1, 2], { opset: 6 }), /opset 6; opset 7 or newer/],
    [
      'a circle',
      { inputs: { x: [1, 2] }, steps: [{ op: 'Add', inputs: ['x', 'y'] }], outputs: { y: 1 } },
      /depends on its own output/,
    ],
    [
      'shapes that do not fit',
      one({ op: 'Gemm', inputs: ['x', 'W'] }, [1, 3], {
        constants: { W: { dims: [2, 2], data: [1, 2, 3, 4] } },
      }),
      /cannot multiply|takes 2 numbers/,
    ],
    [
      'NaN',
      one({ op: 'Add', inputs: ['x', 'c'] }, [1, 1], { constants: { c: { dims: [1], data: [Number.NaN] } } }),
      /initializer "c" is NaN at index 0/,
    ],
    ['quantized activations', one({ op: 'DynamicQuantizeLinear' }, [1, 2]), /only weights may be quantized/],
  ];
  it.each(wrong)('%s', (_, model, message) => {
    const found = refusal(model);
    expect(found).toMatch(message);
    expect(found.length).toBeLessThanOrEqual(120 + 'm.onnx: '.length);
  });

  it('names that stand twice', () => {
    const constant = { dims: [1], data: [1] };
    const model = one({ op: 'Add', inputs: ['x', 'c1'] }, [1, 1], {
      inputs: { x: [1, 1], z1: [1, 1], z2: [1, 1] },
      constants: { c1: constant, c2: constant },
    });
    const renamed = (from: string, to: string): Uint8Array =>
      Buffer.from(Buffer.from(bytes(model)).toString('latin1').replaceAll(from, to), 'latin1');
    expect(refusal(renamed('c2', 'c1'))).toMatch(/two initializers are called "c1"/);
    expect(refusal(renamed('z2', 'z1'))).toMatch(/two inputs are called "z1"/);
  });

  it('damaged bytes, other files and pointers', () => {
    const whole = bytes(one({ op: 'Tanh' }, [1, 2]));
    for (let length = 1; length < whole.length; length += 7)
      expect(refusal(whole.subarray(0, length))).toMatch(/m\.onnx: /);
    expect(refusal(new TextEncoder().encode('not a model'))).toMatch(/is no ONNX model/);
    expect(
      refusal(new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:0')),
    ).toMatch(/Git LFS pointer/);
  });
});

describe('a row of zeros', () => {
  it.each([1, 2])('is normalized to zeros, p = %i', (p) => {
    const steps = [{ op: 'LpNormalization', inputs: ['x'], attributes: { axis: 1, p } }];
    const net = read({ inputs: { x: [2, 2] }, steps, outputs: { y: 1 } });
    const y = forward(net, [0, 0, 3, -4]);
    const [a, b] = p === 1 ? [3 / 7, -4 / 7] : [0.6, -0.8];
    expect([...y.slice(0, 2)]).toEqual([0, 0]);
    expect(y[2]).toBeCloseTo(a, 12);
    expect(y[3]).toBeCloseTo(b, 12);
  });
});
