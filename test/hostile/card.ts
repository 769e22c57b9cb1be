import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { evaluate, InputError, loadNetwork, readJson, trainingRange } from '../../index.js';
import { packageRoot } from '../../scenarios/data.js';
import { readCard, type SurrogateCard } from '../../scenarios/scopf/card.js';
import { nineBuses } from '../../scenarios/scopf/nine-buses.js';
import { fittingLoad, outOfRange, rangeOf } from '../../scenarios/scopf/range.js';
import { pick } from '../read/random.js';
import { greedyJson, jsonFile } from './json-file.js';

const shipped = join(packageRoot, 'models', 'scopf-nine-buses');
const whole = readJson(join(shipped, 'card.json')) as SurrogateCard;
const grid = nineBuses();

/** Cards beside networks: a network with a bad one is read, and says so; a surrogate's is used or refused. */
export const card = jsonFile<SurrogateCard>({
  name: 'card',
  file: 'card.json',
  generate: (random) => {
    const inputs = whole.inputs.map((own) => ({ ...own, upper: own.upper + Math.round(10 * random()) }));
    return { ...whole, inputs };
  },
  json: (generated) => generated,
  greedy: (random) => greedyJson(random, pick(random, ['inputs', 'range', 'samples', 'heldOut'])),
  async use(path, expected) {
    const folder = dirname(path);
    for (const file of ['model.json', 'weights.bin']) cpSync(join(shipped, file), join(folder, file));
    const net = await loadNetwork(folder).catch((error: Error) => {
      throw new Error(`the card keeps its network from being read: ${error.message}`);
    });
    const range = trainingRange(net);
    const note = net.notes?.find((line) => line.startsWith('its card is not used'));
    if (range && note !== undefined) throw new Error('a range of a card that is not used');
    const x = whole.inputs.map(({ lower }) => lower);
    if (!evaluate(net, x).every(Number.isFinite)) throw new Error('not finite');
    if (expected && whole.inputs.some((_, i) => range?.upper[i] !== expected.inputs[i]!.upper))
      throw new Error('another range than the card has');
    const found = readCard(folder);
    if (found === undefined) throw new InputError('no card');
    rangeOf(found);
    const { least, most } = fittingLoad(grid, found);
    if (Number.isNaN(least) || Number.isNaN(most)) throw new Error('no loads fit');
    outOfRange(
      found,
      whole.inputs.map(({ name }) => name),
      x,
    );
    return expected ? 'right' : note === undefined ? 'used' : 'noted';
  },
});
