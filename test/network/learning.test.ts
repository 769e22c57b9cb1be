import { expect, it } from 'vitest';
import { encode } from '../../src/core/onnx/schema.js';
import { readOnnx } from '../../src/network/read/onnx.js';
import { forward } from './forward.js';

type Attribute = string | readonly number[];

/** What one operator of ai.onnx.ml gives for `x`; the last output is read. */
function given(
  opType: string,
  attributes: Readonly<Record<string, Attribute>>,
  x: number[],
  dims?: object[],
) {
  const dim = dims ?? [{ dimParam: 'N' }, { dimValue: x.length }];
  const output = opType === 'LinearClassifier' ? ['label', 'y'] : ['y'];
  const bytes = encode('ModelProto', {
    irVersion: 8,
    opsetImport: [
      { domain: '', version: 13 },
      { domain: 'ai.onnx.ml', version: 3 },
    ],
    graph: {
      node: [
        {
          opType,
          domain: opType === 'Identity' ? '' : 'ai.onnx.ml',
          input: ['x'],
          output,
          attribute: Object.entries(attributes).map(([name, value]) =>
            typeof value === 'string'
              ? { name, s: new TextEncoder().encode(value), type: 3 }
              : name === 'replaced_value_float'
                ? { name, f: value[0]!, type: 1 }
                : name.endsWith('ints')
                  ? { name, ints: value, type: 7 }
                  : { name, floats: value, type: 6 },
          ),
        },
      ],
      input: [{ name: 'x', type: { tensorType: { elemType: 11, shape: { dim } } } }],
      output: [{ name: 'y', type: { tensorType: { elemType: 11 } } }],
    },
  });
  return Array.from(forward(readOnnx({ file: 'm.onnx', name: 'm', bytes }), x));
}
const close = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, k) => {
    expect(found[k]).toBeCloseTo(value, 10);
  });
};

const score = { coefficients: [2, -1], intercepts: [0.5], classlabels_ints: [0, 1] };
const logistic = 1 / (1 + Math.exp(-1.5));

it.each<[string, readonly number[]]>([
  ['NONE', [1 - 1.5, 1.5]],
  ['SOFTMAX', [1 - 1.5, 1.5]],
  ['LOGISTIC', [1 - logistic, logistic]],
])('gives a single score of two classes as ONNX Runtime does: %s', (post_transform, wanted) => {
  close(given('LinearClassifier', { ...score, post_transform }, [1, 1]), wanted);
});

it.each<[string, readonly number[]]>([
  ['L1', [0.25, -0.75]],
  ['L2', [1 / Math.sqrt(10), -3 / Math.sqrt(10)]],
  ['MAX', [1, -3]],
])('normalizes rows: %s', (norm, wanted) => {
  close(given('Normalizer', { norm }, [2, -6]), wanted);
});

it('computes nothing where only NaN would be replaced', () => {
  const at = (value: number) => () => given('Imputer', { replaced_value_float: [value] }, [2, -6]);
  close(at(Number.NaN)(), [2, -6]);
  expect(at(0)).toThrow(/Imputer: replaces 0/);
});

it.each(['SVMClassifier', 'Binarizer', 'TreeEnsembleRegressor'])('refuses %s in one short line', (op) => {
  let message = '';
  try {
    given(op, {}, [1, 2]);
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toMatch(op);
  expect(message.length).toBeLessThanOrEqual(120);
});

it('takes the axis called so for the batch, wherever it stands', () => {
  const batchLast = [{ dimValue: 2 }, { dimParam: 'BatchSize' }];
  close(given('Identity', {}, [3, 4], batchLast), [3, 4]);
  const open = [{ dimParam: 'time' }, { dimParam: 'BatchSize' }];
  expect(() => given('Identity', {}, [3, 4], open)).toThrow(/axis 0 has no length; give shapes: \{ time/);
});
