import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { readTfjs } from '../../runtime/node/read-tfjs.js';
import { InputError } from '../../src/core/errors.js';
import { forward } from './forward.js';
import { point, randomize, saveModel } from './tfjs.js';

const { layers } = tf;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  throw new Error('it was read');
}

/** `sum = a + dense(b)`, `bent = tanh(b)`. */
async function twoEnded(): Promise<string> {
  const [a, b] = [tf.input({ shape: [2], name: 'a' }), tf.input({ shape: [3], name: 'b' })];
  const dense = layers.dense({ units: 2, name: 'dense' }).apply(b) as tf.SymbolicTensor;
  const sum = layers.add({ name: 'sum' }).apply([a, dense]) as tf.SymbolicTensor;
  const bent = layers.activation({ activation: 'tanh', name: 'bent' }).apply(b) as tf.SymbolicTensor;
  const model = tf.model({ inputs: [a, b], outputs: [sum, bent] });
  randomize(model);
  return saveModel(model);
}

it('takes inputs and outputs of a model of layers by name, in any order', async () => {
  const folder = await twoEnded();
  const [plain, turned] = [
    readTfjs(folder),
    readTfjs(folder, { inputs: ['b', 'a'], outputs: ['bent', 'sum'] }),
  ];
  const [a, b] = [
    [0.3, -0.4],
    [1, 2, -0.7],
  ];
  const [s0, s1, ...bent] = forward(plain, [...a!, ...b!]);
  expect(forward(turned, [...b!, ...a!])).toEqual([...bent, s0, s1]);
  const sum = readTfjs(folder, { outputs: ['sum'] });
  expect([sum.inputSize, sum.outputSize]).toEqual([5, 2]);
  expect(refusal(() => readTfjs(folder, { outputs: ['soma'] }))).toMatch(
    /has no output "soma"; it has "sum", "bent"$/,
  );
  expect(refusal(() => readTfjs(folder, { inputs: ['a'] }))).toMatch(
    /input "b" is not among the inputs given; name all/,
  );
  expect(refusal(() => readTfjs(folder, { inputs: ['a', 'b', 'a'] }))).toMatch(/a name occurs twice/);
});

it('asks for the length of an open axis by the name under which it takes it', async () => {
  const model = tf.sequential();
  model.add(layers.gru({ units: 2, returnSequences: true, inputShape: [null, 3] as never, name: 'gru' }));
  model.add(layers.dense({ units: 1, name: 'end' }));
  randomize(model);
  const folder = await saveModel(model);
  const told = refusal(() => readTfjs(folder));
  const key = /give shapes: \{ "(.*)": … \}/.exec(told)![1]!;
  const net = readTfjs(folder, { shapes: { [key]: 4 } });
  expect([net.inputSize, net.outputSize]).toEqual([12, 4]);
  const x = point(12, 1);
  const wanted = (model.predict(tf.tensor(x, [1, 4, 3])) as tf.Tensor).dataSync();
  forward(net, x).forEach((value, k) => {
    expect(value).toBeCloseTo(wanted[k]!, 5);
  });
  expect(refusal(() => readTfjs(folder, { shapes: { time: 4 } }))).toMatch(/no open axis is called "time"/);
  expect(refusal(() => readTfjs(folder, { shapes: { [key]: 0 } }))).toMatch(/is 0, expected a whole number/);
  expect(refusal(() => readTfjs(folder, { outputs: ['gru'], shapes: { [key]: 4 } }))).toMatch(
    /has no output "gru"; it has "end"/,
  );
});
