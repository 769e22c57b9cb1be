// Estimation: twelve unknowns of a model with a learned term, from 2,000 measurements; solved again for other data.
import { prepare } from 'graybox-nlp';
import { estimation, measurements, truth } from './drift.js';
import { noise, trained } from './trained.js';

const learned = trained(
  'drift',
  ([a, b]) => [0.3 * Math.tanh(a! + b!)],
  (random) => [3 * random(), 3 * random()],
  16,
);
const { model, k } = estimation(learned);
const drift = 0.3 * Math.tanh(truth[0]! + truth[1]!);
const random = noise(5);

await using prepared = await prepare(model);
for (const size of [0, 0.02]) {
  const solution = await prepared.solve({ parameters: { measured: measurements(drift, size, random) } });
  const worst = solution
    .value(k)
    .toArray()
    .reduce((most, v, j) => Math.max(most, Math.abs(v - truth[j]!)), 0);
  console.log(solution.status, 'noise', size, 'unknowns within 0.05', worst < 0.05);
}
