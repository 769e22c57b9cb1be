// Inverse design: the cheapest alloy whose hardness and weight, foretold by a network, meet the specification.
import { add, dot, expr, Model, network, solve, sum } from 'graybox-nlp';
import { trained } from './trained.js';

/** What the network was trained on: three shares → hardness, weight. */
const tested = ([a, b, c]: number[]): number[] => [
  3 * a! + 2 * Math.sqrt(0.05 + b! * c!) - 1.5 * a! * a!,
  7.8 * a! + 2.7 * b! + 4.5 * c!,
];
const surrogate = trained('alloy', tested, (random) => Array.from({ length: 3 }, () => 0.5 + 0.5 * random()));

const model = new Model('alloy');
const share = model.variables('share', 3, { lower: 0.02, upper: 0.9, start: 0.33 });
const y = network(surrogate, share);
model.subjectTo(expr`${sum(share)} = 1`);
model.subjectTo(expr`${y.at(0)} >= 1.55`, { name: 'hardness' });
const weight = model.subjectTo(expr`${y.at(1)} <= 4.8`, { name: 'weight' });
model.minimize(add(dot([2, 5, 9], share), 1));

const solution = await solve(model);
console.log(solution.status);
console.log('shares', ...solution.value(share).toArray());
console.log('cost', solution.objective);
console.log('a unit of weight more would save', solution.multiplier(weight));
console.log('tested', ...tested(solution.value(share).toArray()));
