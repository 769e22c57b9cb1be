// Estimation: twelve unknowns of a model with a learned term, from 2,000 measurements; solved again for other data.
import {
  add,
  cos,
  exp,
  Model,
  matmul,
  multiply,
  network,
  prepare,
  sin,
  subtract,
  sumOfSquares,
} from 'graybox-nlp';
import { noise, trained } from './trained.js';

const learned = trained(
  'drift',
  ([a, b]) => [0.3 * Math.tanh(a! + b!)],
  (random) => [3 * random(), 3 * random()],
  16,
);
const truth = [2, 0.5, 0.7, 1.5, 0.3, 0.1, -0.2, 0.15, 0.05, -0.1, 0.4, 0.25];
const times = Array.from({ length: 2000 }, (_, k) => k / 200);
const random = noise(5);

const model = new Model('estimation');
const k = model.variables('k', 12, { lower: -3, upper: 3, start: 0.5 });
const measured = model.parameter('measured', [times.length]);
const drift = network(learned, k.slice(0, 2));
// The five waves enter linearly: a matrix times unknowns.
const waves = matmul(
  times.map((t) => [0, 1, 2, 3, 4].map((j) => Math.cos((j + 2) * t))),
  k.slice(5, 10).reshape([5, 1]),
).column(0);
const foretold = add(
  multiply(k.at(0), exp(multiply(times, multiply(-1, k.at(1))))),
  multiply(k.at(2), sin(multiply(times, k.at(3)))),
  multiply(times, k.at(4)),
  waves,
  multiply(k.at(10), cos(add(times, k.at(11)))),
  drift.at(0),
);
model.minimize(sumOfSquares(subtract(foretold, measured)));

const value = (t: number): number =>
  truth[0]! * Math.exp(-truth[1]! * t) +
  truth[2]! * Math.sin(truth[3]! * t) +
  truth[4]! * t +
  [0, 1, 2, 3, 4].reduce((sum, j) => sum + truth[5 + j]! * Math.cos((j + 2) * t), 0) +
  truth[10]! * Math.cos(t + truth[11]!) +
  0.3 * Math.tanh(truth[0]! + truth[1]!);
await using prepared = await prepare(model);
for (const size of [0, 0.02]) {
  const data = times.map((t) => value(t) + size * random());
  const solution = await prepared.solve({
    parameters: { measured: data },
    start: { k: truth.map((v) => v + 0.1) },
  });
  const worst = solution
    .value(k)
    .toArray()
    .reduce((most, v, j) => Math.max(most, Math.abs(v - truth[j]!)), 0);
  console.log(solution.status, 'noise', size, 'unknowns within 0.05', worst < 0.05);
}
