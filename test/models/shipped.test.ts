import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Card } from '../../models/train/card.js';
import { describe as describeCard } from '../../models/train/card.js';
import { weightsDigest } from '../../runtime/node/digest.js';
import { readTfjs } from '../../runtime/node/read-tfjs.js';
import { readImages, readLabels } from '../../scenarios/mnist/idx.js';
import type { Network } from '../../src/network/graph.js';
import { tensorsOf } from '../../src/network/traits.js';
import { forward } from '../network/forward.js';

const root = join(import.meta.dirname, '../..');
const data = process.env['GRAYBOX_DATA'] ?? join(root, '../shared/data');
const mnist = join(data, 'mnist');
const haveMnist = existsSync(join(mnist, 't10k-images-idx3-ubyte.gz'));
const given = join(data, 'networks/mnist-tanh-128');

/** Images 0–(count − 1) that a classifier names rightly. */
function correct(network: Network, count: number): number {
  const { images, rows, columns } = readImages(mnist);
  const labels = readLabels(mnist);
  const size = rows * columns;
  let right = 0;
  for (let i = 0; i < count; i++) {
    const x = Float64Array.from(images.subarray(i * size, (i + 1) * size), (pixel) => pixel / 255);
    const y = forward(network, x);
    if (y.indexOf(Math.max(...y)) === labels[i]) right++;
  }
  return right;
}

const shipped = readdirSync(join(root, 'models')).filter((name) =>
  existsSync(join(root, 'models', name, 'card.json')),
);

describe('shipped networks', () => {
  it('are there', () => {
    expect(shipped).toEqual(expect.arrayContaining(['mnist-tanh-128', 'mnist-tanh-512']));
  });

  for (const name of shipped.filter((name) => name.startsWith('mnist-'))) {
    const folder = join(root, 'models', name);
    const card = JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8')) as Card;

    it(`${name}: the card tells the truth about the files`, () => {
      const network = readTfjs(folder);
      expect(card.name).toBe(name);
      expect(network.name).toBe(name);
      expect(network.parameters).toBe(card.parameters);
      expect([network.inputSize, network.outputSize]).toEqual([784, 10]);
      for (const [file, sha256] of Object.entries(card.sha256)) {
        expect(
          createHash('sha256')
            .update(readFileSync(join(folder, file)))
            .digest('hex'),
        ).toBe(sha256);
      }
      // Normalization and attention bring constants of their own.
      const numbers = network.nodes.reduce(
        (sum, { op }) => sum + tensorsOf(op).reduce((own, { data }) => own + data.length, 0),
        0,
      );
      if (numbers === network.parameters) expect(weightsDigest(network)).toBe(card.sha256['weights.bin']);
      else expect(name).toBe('mnist-attention');
      expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(describeCard(card));
      expect(card.accuracy.correct / card.accuracy.images).toBeGreaterThanOrEqual(0.97);
    });

    it.skipIf(!haveMnist)(`${name}: the card tells the truth about the accuracy (needs mnist)`, () => {
      const network = readTfjs(folder);
      // Wide and deep networks are checked on the first images only, to keep the tests fast.
      const quick = network.parameters < 200_000 && network.nodes.length < 15;
      const count = quick ? card.accuracy.images : 100;
      const right = correct(network, count);
      if (count === card.accuracy.images) expect(right).toBe(card.accuracy.correct);
      else expect(right).toBeGreaterThanOrEqual(96);
    });
  }

  it.skipIf(!haveMnist || !existsSync(given))(
    'the given mnist-tanh-128 names 983 of 1000 (needs mnist, networks)',
    () => {
      const network = readTfjs(given);
      expect(network.parameters).toBe(167_818);
      expect(network.nodes.filter(({ op }) => op.kind === 'affine')).toHaveLength(6);
      expect(correct(network, 1000)).toBe(983);
    },
  );
});
