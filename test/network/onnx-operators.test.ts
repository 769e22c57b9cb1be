import { expect, it } from 'vitest';
import { checkNetwork } from '../../api/check.js';
import { InputError } from '../../src/core/errors.js';
import { encode } from '../../src/core/onnx/schema.js';
import type { Network } from '../../src/network/graph.js';
import { readOnnx } from '../../src/network/read/onnx.js';
import { forward } from './forward.js';

type Attribute = number | string | readonly number[];
interface Given {
  readonly op: string;
  /** Shapes of the inputs; the first is the network's, of the others `[shape, numbers]` are constants. */
  readonly inputs: readonly (
    | readonly number[]
    | readonly [readonly number[], readonly number[]]
    | undefined
  )[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly whole?: readonly number[];
  readonly outputs?: readonly string[];
  readonly opset?: number;
  readonly domain?: string;
}

/** A network of one operator. */
function one({
  op,
  inputs,
  attributes = {},
  whole = [],
  outputs = ['y'],
  opset = 22,
  domain = '',
}: Given): Network {
  const constant = (k: number) => {
    const [dims, data] = inputs[k] as [readonly number[], readonly number[]];
    const rawData = new Uint8Array(
      (whole.includes(k) ? BigInt64Array.from(data, BigInt) : Float64Array.from(data)).buffer,
    );
    return { name: `c${k}`, dims, dataType: whole.includes(k) ? 7 : 11, rawData };
  };
  const name = (k: number): string => (inputs[k] === undefined ? '' : k === 0 ? 'x' : `c${k}`);
  const dim = (inputs[0] as number[]).map((dimValue) => ({ dimValue }));
  const type = { tensorType: { elemType: 11, shape: { dim } } };
  const bytes = encode('ModelProto', {
    irVersion: 10,
    opsetImport: [
      { domain: '', version: opset },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph: {
      node: [
        {
          opType: op,
          domain,
          input: inputs.map((_, k) => name(k)),
          output: outputs,
          attribute: Object.entries(attributes).map(([own, value]) =>
            typeof value === 'string'
              ? { name: own, s: new TextEncoder().encode(value), type: 3 }
              : typeof value !== 'number'
                ? { name: own, ints: value, type: 7 }
                : Number.isInteger(value)
                  ? { name: own, i: value, f: value, type: 2 }
                  : { name: own, f: value, type: 1 },
          ),
        },
      ],
      initializer: inputs.flatMap((own, k) => (k > 0 && own !== undefined ? [constant(k)] : [])),
      input: [{ name: 'x', type }],
      output: outputs.map((own) => ({ name: own })),
    },
  });
  return readOnnx({ file: 'm.onnx', name: op, bytes });
}

const numbers = (count: number, seed = 1): number[] =>
  Array.from({ length: count }, (_, k) => Math.sin(12.9898 * (k + 1) * seed) / 2);
const close = (found: ArrayLike<number>, wanted: readonly number[], digits = 9): void => {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, k) => {
    expect(found[k]).toBeCloseTo(value, digits);
  });
};
async function derivativesHold(net: Network): Promise<void> {
  const { findings } = await checkNetwork(net, { engine: 'wasm', points: 1, directions: 2 });
  expect(findings.filter(({ passed }) => !passed)).toEqual([]);
}

it('transforms by sums over the circle', () => {
  const x = numbers(5);
  const net = one({
    op: 'DFT',
    inputs: [
      [1, 5, 1],
      [[], [6]],
      [[], [1]],
    ],
    whole: [1, 2],
    attributes: { onesided: 1 },
  });
  const wanted = [0, 1, 2, 3].flatMap((k) =>
    [Math.cos, (t: number) => -Math.sin(t)].map((f) =>
      x.reduce((sum, own, n) => sum + own * f((2 * Math.PI * k * n) / 6), 0),
    ),
  );
  close(forward(net, x), wanted);
  // The half spectrum of a real signal leads back to it.
  const back = one({
    op: 'DFT',
    inputs: [
      [1, 4, 2],
      [[], [6]],
      [[], [1]],
    ],
    whole: [1, 2],
    attributes: { onesided: 1, inverse: 1 },
  });
  close(forward(back, wanted), [...x, 0]);
});

it('samples between pixels', () => {
  const x = numbers(6);
  const at = (grid: number[], attributes: Record<string, Attribute>) =>
    forward(
      one({
        op: 'GridSample',
        inputs: [
          [1, 1, 2, 3],
          [[1, 1, 1, 2], grid],
        ],
        attributes,
      }),
      x,
    );
  const corners = { align_corners: 1 };
  close(at([0.5, -1], corners), [(x[1]! + x[2]!) / 2]);
  close(at([0, 0], corners), [(x[1]! + x[4]!) / 2]);
  close(at([3, 1], corners), [0]);
  close(at([3, 1], { ...corners, padding_mode: 'border' }), [x[5]!]);
  close(at([1.5, 1], { ...corners, padding_mode: 'reflection' }), [(x[4]! + x[5]!) / 2]);
  close(at([0.4, 0.9], { ...corners, mode: 'nearest' }), [x[4]!]);
});

it('resizes by means of what becomes one', () => {
  const x = numbers(4);
  const scales = [
    [1, 1, 2],
    [1, 1, 0.5],
  ][1]!;
  const net = one({
    op: 'Resize',
    inputs: [[1, 1, 4], undefined, [[3], scales]],
    attributes: { mode: 'linear', antialias: 1 },
  });
  // Triangles of width 2 around 0.5 and 2.5; beyond the ends the ends repeat.
  const [a, b, c, d] = x as [number, number, number, number];
  close(forward(net, x), [(a + 3 * a + 3 * b + c) / 8, (b + 3 * c + 3 * d + d) / 8]);
});

it('adds, multiplies and compares what falls on one place', () => {
  const x = [1, -2, 3];
  const scatter = (reduction: string) =>
    one({
      op: 'ScatterElements',
      inputs: [[3], [[4], [0, 2, 0, 0]], [[4], [5, -6, 0.5, 2]]],
      whole: [1],
      attributes: { reduction },
    });
  close(forward(scatter('add'), x), [8.5, -2, -3]);
  close(forward(scatter('mul'), x), [5, -2, -18]);
  close(forward(scatter('max'), x), [5, -2, 3]);
  close(forward(scatter('min'), x), [0.5, -2, -6]);
});

it('attends with capped scores, windows and queries that see nothing', async () => {
  const q = numbers(6);
  const [k, v] = [numbers(6, 2), numbers(6, 3)];
  const mask = [0, 0.3, Number.NEGATIVE_INFINITY, ...new Array(3).fill(Number.NEGATIVE_INFINITY), 0.1, 0, 0];
  const net = one({
    op: 'Attention',
    inputs: [
      [1, 1, 3, 2],
      [[1, 1, 3, 2], k],
      [[1, 1, 3, 2], v],
      [[3, 3], mask],
    ],
    attributes: { softcap: 1.5, left_window_size: 1 },
    opset: 25,
  });
  const wanted = [0, 1, 2].flatMap((i) => {
    const score = [0, 1, 2].map((j) => {
      const raw = (q[2 * i]! * k[2 * j]! + q[2 * i + 1]! * k[2 * j + 1]!) / Math.SQRT2;
      return i - j > 1 ? 0 : Math.exp(1.5 * Math.tanh(raw / 1.5) + mask[3 * i + j]!);
    });
    const total = score.reduce((a, b) => a + b, 0) || 1;
    return [0, 1].map((d) => score.reduce((sum, own, j) => sum + (own / total) * v[2 * j + d]!, 0));
  });
  close(forward(net, q), wanted);
  await derivativesHold(net);
});

it('carries a matrix along by the gated delta rule', async () => {
  const [time, depth, width] = [3, 2, 2];
  const q = numbers(time * depth);
  const [k, v] = [numbers(time * depth, 2), numbers(time * width, 3)];
  const [decay, rate] = [numbers(time, 4), numbers(time, 5)];
  const given = (key: boolean) =>
    one({
      op: 'LinearAttention',
      inputs: [
        [1, time, depth],
        [[1, time, depth], key ? k : q],
        [[1, time, width], v],
        undefined,
        [[1, time, 1], decay],
        [[1, time, 1], rate],
      ],
      attributes: { q_num_heads: 1, kv_num_heads: 1, scale: 0.5 },
      outputs: ['y', 's'],
      opset: 27,
    });
  let S = [0, 0, 0, 0];
  const y: number[] = [];
  for (let t = 0; t < time; t++) {
    const [a, b] = [k[2 * t]!, k[2 * t + 1]!];
    S = S.map((own) => own * Math.exp(decay[t]!));
    const u = [0, 1].map((m) => rate[t]! * (v[2 * t + m]! - (a * S[m]! + b * S[2 + m]!)));
    S = S.map((own, i) => own + (i < 2 ? a : b) * u[i % 2]!);
    for (const m of [0, 1]) y.push(0.5 * (q[2 * t]! * S[m]! + q[2 * t + 1]! * S[2 + m]!));
  }
  close(forward(given(true), q), [...y, ...S]);
  await derivativesHold(given(true));
});

it('turns pairs of entries by angles', () => {
  const x = numbers(8);
  const angles = numbers(4, 7);
  for (const interleaved of [0, 1]) {
    const net = one({
      op: 'RotaryEmbedding',
      inputs: [
        [1, 2, 4],
        [[1, 2, 2], angles.map(Math.cos)],
        [[1, 2, 2], angles.map(Math.sin)],
      ],
      attributes: { interleaved, num_heads: 1 },
      opset: 23,
    });
    const y = [...x];
    for (const t of [0, 1])
      for (const l of [0, 1]) {
        const [i, j] = interleaved ? [4 * t + 2 * l, 4 * t + 2 * l + 1] : [4 * t + l, 4 * t + 2 + l];
        const angle = angles[2 * t + l]!;
        y[i] = x[i]! * Math.cos(angle) - x[j]! * Math.sin(angle);
        y[j] = x[i]! * Math.sin(angle) + x[j]! * Math.cos(angle);
      }
    close(forward(net, x), y);
  }
});

it('takes running products and determinants', async () => {
  const x = [2, -3, 0.5, 4];
  const products = (attributes: Record<string, Attribute>) =>
    one({ op: 'CumProd', inputs: [[4], [[], [0]]], whole: [1], attributes, opset: 26 });
  close(forward(products({}), x), [2, -6, -3, -12]);
  close(forward(products({ exclusive: 1, reverse: 1 }), x), [-6, 2, 4, 1]);
  const det = one({ op: 'Det', inputs: [[3, 3]] });
  close(forward(det, [2, 0, 1, 1, 3, 2, 1, 1, 1]), [2 * (3 - 2) + (1 - 3)]);
  await derivativesHold(det);
});

it('reads what onnxruntime fuses', () => {
  const x = numbers(4);
  const domain = 'com.microsoft';
  const W = numbers(4, 2);
  // Convolutions of one pixel each way are products.
  const fused = one({
    op: 'FusedConv',
    domain,
    inputs: [
      [1, 2, 1, 2],
      [[2, 2, 1, 1], W],
      [[2], [0.1, -0.1]],
      [
        [1, 2, 1, 2],
        [1, 2, 3, 4],
      ],
    ],
    attributes: { activation: 'Tanh' },
  });
  close(
    forward(fused, x),
    [0, 1].flatMap((o) =>
      [0, 1].map((p) =>
        Math.tanh(W[2 * o]! * x[p]! + W[2 * o + 1]! * x[2 + p]! + (o ? -0.1 : 0.1) + 1 + 2 * o + p),
      ),
    ),
  );
  const padded = one({
    op: 'MultiHeadAttention',
    domain,
    inputs: [
      [1, 2, 2],
      [
        [1, 2, 2],
        [1, 2, 3, 4],
      ],
      [
        [1, 2, 2],
        [5, 6, 7, 8],
      ],
      undefined,
      [
        [1, 2],
        [1, 0],
      ],
    ],
    whole: [4],
    attributes: { num_heads: 1, mask_filter_value: -10000 },
  });
  close(forward(padded, x), [5, 6, 5, 6]);
});

it('normalizes each place by numbers of its own, as opset 8 could', () => {
  const x = numbers(4);
  const own = [1, 2, 3, 4];
  const variance = [
    [2, 1, 2],
    [0.5, 1, 2, 4],
  ] as const;
  const shaped = (data: readonly number[]) => [[2, 1, 2], data] as const;
  const inputs = [[1, 2, 1, 2], shaped(own), shaped(own), shaped(own), variance];
  const net = one({ op: 'BatchNormalization', inputs, attributes: { spatial: 0 }, opset: 8 });
  close(
    forward(net, x),
    x.map((value, k) => (own[k]! * (value - own[k]!)) / Math.sqrt(variance[1][k]! + 1e-5) + own[k]!),
    6,
  );
  expect(() => one({ op: 'BatchNormalization', inputs, outputs: ['y', 'm', 'v'], opset: 8 })).toThrow(
    /training/,
  );
});

it('goes along an axis with the body of a Scan', () => {
  const scalar = (name: string) => ({ name, type: { tensorType: { elemType: 1, shape: { dim: [] } } } });
  const body = {
    node: [
      { opType: 'Mul', input: ['s', 'v'], output: ['p'] },
      { opType: 'Add', input: ['p', 'v'], output: ['t'] },
      { opType: 'Identity', input: ['t'], output: ['o'] },
    ],
    input: [scalar('s'), scalar('v')],
    output: [scalar('t'), scalar('o')],
  };
  const shape = { dim: [{ dimValue: 3 }] };
  const bytes = encode('ModelProto', {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      node: [
        {
          opType: 'Scan',
          input: ['c', 'x'],
          output: ['y', 'all'],
          attribute: [
            { name: 'body', g: body, type: 5 },
            { name: 'num_scan_inputs', i: 1, type: 2 },
            { name: 'scan_input_directions', ints: [1], type: 7 },
          ],
        },
      ],
      initializer: [{ name: 'c', dims: [], dataType: 1, floatData: [2] }],
      input: [{ name: 'x', type: { tensorType: { elemType: 1, shape } } }],
      output: [{ name: 'y' }, { name: 'all' }],
    },
  });
  // 2·3 + 3 = 9; 9·4 + 4 = 40; 40·5 + 5 = 205
  close(forward(readOnnx({ file: 'm', name: 'm', bytes }), [5, 4, 3]), [205, 9, 40, 205]);
});

it('fills in what a sparse constant leaves out', () => {
  const values = { name: 'c', dims: [2], dataType: 1, floatData: [2, 3] };
  const read = (indices: object) => {
    const type = { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 2 }, { dimValue: 2 }] } } };
    const bytes = encode('ModelProto', {
      irVersion: 8,
      opsetImport: [{ domain: '', version: 17 }],
      graph: {
        node: [{ opType: 'Add', input: ['x', 'c'], output: ['y'] }],
        sparseInitializer: [{ values, indices, dims: [2, 2] }],
        input: [{ name: 'x', type }],
        output: [{ name: 'y' }],
      },
    });
    return readOnnx({ file: 'm', name: 'm', bytes });
  };
  close(forward(read({ dims: [2], dataType: 7, int64Data: [1, 2] }), [0, 0, 0, 0]), [0, 2, 3, 0]);
  close(forward(read({ dims: [2, 2], dataType: 7, int64Data: [0, 0, 1, 1] }), [0, 0, 0, 0]), [2, 0, 0, 3]);
  expect(() => read({ dims: [2], dataType: 7, int64Data: [1, 9] })).toThrow(/place 9 of 4/);
});

it('clips between bounds far away without losing digits', () => {
  const x = [1e-3, -2e13, 3e13];
  const net = one({ op: 'Clip', inputs: [[3], [[], [-1e12]], [[], [1e12]]] });
  const y = forward(net, x);
  expect(y[0]).toBe(1e-3);
  expect(y[1]! / -1e12).toBeCloseTo(1, 9);
  expect(y[2]! / 1e12).toBeCloseTo(1, 9);
});

it('takes a value for a number that equals itself', () => {
  const type = { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 2 }] } } };
  const bytes = encode('ModelProto', {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      node: [
        { opType: 'Exp', input: ['x'], output: ['u'] },
        { opType: 'Equal', input: ['u', 'u'], output: ['same'] },
        { opType: 'Where', input: ['same', 'u', 'x'], output: ['y'] },
      ],
      input: [{ name: 'x', type }],
      output: [{ name: 'y' }],
    },
  });
  close(forward(readOnnx({ file: 'm', name: 'm', bytes }), [0, 1]), [1, Math.E]);
});

it.each([
  ['GridSample', { op: 'GridSample', inputs: [[3], [[1], [0]]] }],
  ['Attention', { op: 'Attention', inputs: [[3], [[3], [1, 2, 3]], [[3], [1, 2, 3]]] }],
  ['RotaryEmbedding', { op: 'RotaryEmbedding', inputs: [[3], [[1], [1]], [[1], [0]]] }],
  ['STFT', { op: 'STFT', inputs: [[3], [[], [1]]], whole: [1] }],
  ['Col2Im', { op: 'Col2Im', inputs: [[3], [[2], [2, 2]], [[2], [1, 1]]], whole: [1, 2] }],
  [
    'RoiAlign',
    {
      op: 'RoiAlign',
      inputs: [
        [3],
        [
          [1, 4],
          [0, 0, 1, 1],
        ],
        [[1], [0]],
      ],
      whole: [2],
    },
  ],
  ['DeformConv', { op: 'DeformConv', inputs: [[3], [[1], [1]], [[1], [1]]] }],
  ['Resize', { op: 'Resize', inputs: [[3], undefined, [[1], [Number.NaN]]] }],
  ['CausalConvWithState', { op: 'CausalConvWithState', inputs: [[3], [[1], [1]]] }],
  ['LinearAttention', { op: 'LinearAttention', inputs: [[3], [[3], [1, 2, 3]], [[3], [1, 2, 3]]] }],
] satisfies [string, Given][])('%s with inputs of other shapes is refused in one line', (_, given) => {
  try {
    one(given);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).not.toContain('\n');
    expect((error as Error).message.length).toBeLessThanOrEqual(130);
    return;
  }
  expect.fail('it was read');
});
