import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readTfjs } from '../../runtime/node/read-tfjs.js';
import { attackFreeRadius } from '../../scenarios/mnist/certificate.js';
import { drawnDigit } from '../../scenarios/mnist/digit.js';
import { forward, outputValues } from '../../src/formulate/forward.js';
import { random } from '../engine/networks.js';

const models = fileURLToPath(new URL('../../models/', import.meta.url));

describe('a radius without attacks', () => {
  for (const name of ['mnist-tanh-128', 'mnist-relu-128x3'])
    it(`${name}: is positive, below the attack found, and holds at images within it`, () => {
      const network = readTfjs(`${models}${name}`);
      const { pixels } = drawnDigit();
      const { radius, bounds } = attackFreeRadius(network, pixels, 9, 3);
      expect(radius).toBeGreaterThan(0.1);
      expect(radius).toBeLessThan(3);
      expect(bounds).toBeLessThan(16);
      const next = random(4);
      for (let k = 0; k < 30; k++) {
        const x = pixels.slice();
        let left = radius;
        while (left > 0) {
          const i = Math.floor(((1 + next()) / 2) * 784);
          const step = Math.min(left, Math.abs(next()));
          x[i] = Math.min(1, Math.max(0, x[i]! + Math.sign(next()) * step));
          left -= step + 1e-3;
        }
        expect(outputValues(network, forward(network, x))[9]).toBeLessThan(0.6);
      }
    }, 60_000);
});
