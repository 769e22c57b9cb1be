import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect, it, describe as suite } from 'vitest';
import { weightsDigest } from '../../runtime/node/digest.js';
import { readTfjs } from '../../runtime/node/read-tfjs.js';
import { InputError } from '../../src/core/errors.js';
import { NetworkBuilder } from '../../src/network/build.js';
import { describe } from '../../src/network/describe.js';
import type { Tensor } from '../../src/network/graph.js';
import { forward } from './forward.js';
import { saveModel } from './tfjs.js';

const tensor = (shape: number[], ...data: number[]): Tensor => ({ shape, data: Float64Array.from(data) });

suite('NetworkBuilder', () => {
  it('builds a graph that evaluates', () => {
    const build = new NetworkBuilder('file', 'net');
    const u = build.input('u', [2]);
    const v = build.input('v', [1, 2]);
    const w = build.affine('w', u, tensor([2, 2], 1, 2, 3, 4), tensor([2], 10, 20));
    const s = build.add('s', [w, build.reshape('r', v, [2])]);
    const p = build.multiply('p', s, build.scaleBy('k', s, 2, -1));
    const network = build.finish([build.concat('c', [p, u], 0), build.elementwise('t', u, { name: 'relu' })]);
    // s = [1 − 6 + 10 + 5, 2 − 8 + 20 + 6]
    expect(forward(network, [1, -2, 5, 6])).toEqual([10 * 19, 20 * 39, 1, -2, 1, 0]);
    expect(network.inputSize).toBe(4);
    expect(network.outputSize).toBe(6);
  });

  const wrong: Record<string, [(build: NetworkBuilder, u: number) => unknown, RegExp]> = {
    'weight of one axis': [(build, u) => build.affine('l', u, tensor([2], 1, 2)), /two axes/],
    'weight too tall': [(build, u) => build.affine('l', u, tensor([3, 1], 1, 2, 3)), /takes 3.*has 2/],
    'bias too long': [
      (build, u) => build.affine('l', u, tensor([2, 1], 1, 2), tensor([2], 1, 2)),
      /bias has shape \[2\], expected \[1\]/,
    ],
    'numbers missing': [(build, u) => build.affine('l', u, tensor([2, 1], 1)), /has 1 numbers.*needs 2/],
    'not a number': [
      (build, u) => build.affine('l', u, tensor([2, 1], 1, Number.NaN)),
      /weight has NaN at index 1/,
    ],
    'scale of another length': [
      (build, u) => build.scale('l', u, tensor([1], 1), tensor([2], 1, 1)),
      /scale has shape \[1\], expected \[2\]/,
    ],
    'a slope that is no number': [
      (build, u) => build.elementwise('l', u, { name: 'leakyRelu', alpha: Number.NaN }),
      /alpha = NaN/,
    ],
    'one summand': [(build, u) => build.add('l', [u]), /at least 2/],
    'unequal factors': [
      (build, u) => build.multiply('l', u, build.input('o', [3])),
      /cannot combine \[2\] with \[3\]/,
    ],
    'axis out of range': [(build, u) => build.concat('l', [u, u], 1), /axis 1 of \[2\]/],
    'parts that do not fit': [
      (build, u) => build.concat('l', [build.reshape('r', u, [2, 1]), build.input('o', [3, 2])], 1),
      /cannot join \[2, 1\] and \[3, 2\]/,
    ],
    'other size': [(build, u) => build.reshape('l', u, [3]), /cannot reshape \[2\] \(2\) to \[3\] \(3\)/],
    'an empty axis': [(build) => build.input('l', [2, 0]), /positive whole lengths/],
    'an absurd size': [
      (build) => build.input('l', [2 ** 20, 2 ** 20]),
      /1,099,511,627,7\d\d numbers .*at most 33,554,432 .*values/,
    ],
    'no outputs': [(build) => build.finish([]), /no outputs/],
  };
  it.each(Object.keys(wrong))('refuses %s', (name) => {
    const [act, message] = wrong[name]!;
    const build = new NetworkBuilder('some/file', 'net');
    const u = build.input('u', [2]);
    expect(() => act(build, u)).toThrow(InputError);
    expect(() => act(build, u)).toThrow(message);
    expect(() => act(build, u)).toThrow(name === 'no outputs' ? /^some\/file: / : /^some\/file: layer "l": /);
  });
});

suite('tables and digests', () => {
  const { layers } = tf;
  it('lists nodes with their parameters, a shared layer once', async () => {
    const input = tf.input({ shape: [3], name: 'in' });
    const shared = layers.dense({ units: 3, activation: 'tanh', name: 'both' });
    const u = shared.apply(shared.apply(input)) as tf.SymbolicTensor;
    const v = layers.leakyReLU({ alpha: 0.1, name: 'leaky' }).apply(u) as tf.SymbolicTensor;
    const y = layers.concatenate({ name: 'join' }).apply([v, input]) as tf.SymbolicTensor;
    const network = readTfjs(await saveModel(tf.model({ inputs: input, outputs: y })));
    expect(describe(network)).toEqual([
      { layer: 'in', op: 'input', shape: [3], parameters: 0 },
      { layer: 'both', op: 'affine', shape: [3], parameters: 12 },
      { layer: 'both', op: 'tanh', shape: [3], parameters: 0 },
      { layer: 'both', op: 'affine', shape: [3], parameters: 0 },
      { layer: 'both', op: 'tanh', shape: [3], parameters: 0 },
      { layer: 'leaky', op: 'leakyRelu(0.1)', shape: [3], parameters: 0 },
      { layer: 'join', op: 'concat(0)', shape: [6], parameters: 0 },
    ]);
    expect(network.parameters).toBe(12);
  });

  it('has the digest of the file of weights for a stack of dense layers', async () => {
    const stack = [layers.dense({ units: 4, inputShape: [3] }), layers.dense({ units: 2, useBias: false })];
    const folder = await saveModel(tf.sequential({ layers: stack }));
    const bytes = readFileSync(join(folder, 'group1-shard1of1.bin'));
    expect(weightsDigest(readTfjs(folder))).toBe(createHash('sha256').update(bytes).digest('hex'));
    bytes[0]! ^= 1;
    expect(weightsDigest(readTfjs(folder))).not.toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});
