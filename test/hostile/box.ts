import { type Box, bounds, dense, evaluate, InputError, readJson } from '../../index.js';
import { pick } from '../read/random.js';
import { greedyJson, jsonFile } from './json-file.js';

const inputs = 3;
const net = dense([
  {
    W: [
      [1, -2],
      [0.5, 1],
      [-1, 0.25],
    ],
    b: [0.1, -0.2],
    activation: 'tanh',
  },
  { W: [[1], [-3]], activation: 'relu' },
]);

type Side = number | number[];
interface Generated {
  readonly lower: Side;
  readonly upper: Side;
  readonly center?: number[];
  readonly norm1?: number;
}

const at = (side: Side, k: number): number => (typeof side === 'number' ? side : side[k]!);

/** Boxes of `graybox bounds --box`. */
export const box = jsonFile<Generated>({
  name: 'box',
  file: 'box.json',
  generate(random) {
    const side = (low: number): Side =>
      random() < 0.3 ? low : Array.from({ length: inputs }, () => low + Math.round(100 * random()) / 100);
    const [lower, upper] = [side(-2), side(0)];
    const middle = Array.from({ length: inputs }, (_, k) => (at(lower, k) + at(upper, k)) / 2);
    return {
      lower,
      upper,
      ...(random() < 0.5 && { center: middle }),
      ...(random() < 0.5 && { norm1: Math.round(100 * random()) / 50 }),
    };
  },
  json: (generated) => generated,
  greedy: (random) => greedyJson(random, pick(random, ['lower', 'upper', 'center', 'norm1'])),
  use(path, expected) {
    const value = readJson(path);
    // What the command says of it.
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new InputError(`${path}: holds no object`);
    const { lower, upper } = bounds(net, value as Box);
    const own = value as Generated;
    const middle =
      own.center ?? Array.from({ length: inputs }, (_, k) => (at(own.lower, k) + at(own.upper, k)) / 2);
    for (let corner = 0; corner < 2 ** inputs; corner++) {
      // From the center towards a corner, as far as the ball goes.
      const way = middle.map((c, k) => at(corner & (1 << k) ? own.upper : own.lower, k) - c);
      const length = way.reduce((sum, d) => sum + Math.abs(d), 0);
      const step = length > (own.norm1 ?? length) ? own.norm1! / length : 1;
      const [y] = evaluate(
        net,
        middle.map((c, k) => c + 0.999 * step * way[k]!),
      );
      if (!Number.isFinite(y!)) continue;
      if (!(lower[0]! <= y! && y! <= upper[0]!))
        throw new Error(`${y} is outside [${lower[0]}, ${upper[0]}]`);
    }
    return expected ? 'right' : 'bounded';
  },
});
