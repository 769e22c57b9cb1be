// A decoder into a predictor: one network makes a shape of two numbers, the other tells its drag; the least drag wins.
import { evaluate, Model, network, solve, sum } from 'graybox-nlp';
import { trained } from './trained.js';

const shape = ([u, v]: number[]): number[] =>
  Array.from({ length: 8 }, (_, k) => 0.5 + 0.3 * Math.sin(u! + k / 2) + 0.2 * v! * Math.cos(k / 3));
const drag = (s: number[]): number[] => [
  s.reduce((total, value, k) => total + (value - 0.5 + 0.04 * k) ** 2, 0.1),
];
const decoder = trained('decoder', shape, (random) => [1.5 * random(), 1.5 * random()], 40);
const predictor = trained(
  'predictor',
  drag,
  (random) => shape([1.6 * random(), 1.6 * random()]).map((value) => value + 0.1 * random()),
  60,
  2,
);

const model = new Model('shape');
const latent = model.variables('latent', 2, { lower: -1.5, upper: 1.5 });
const points = network(decoder, latent, { name: 'points' });
const cost = network(predictor, points, { name: 'drag' });
model.minimize(cost.at(0));
model.constrain(sum(points), { lower: 3.2, name: 'volume' });

const solution = await solve(model, { log: false });
console.log(solution.status);
console.log('latent', ...solution.value(latent));
console.log('drag', solution.objective, 'in truth', ...drag(shape(solution.value(latent).toArray())));
const again = evaluate(predictor, evaluate(decoder, solution.value(latent).data));
console.log('the networks agree', Math.abs(again[0]! - solution.objective) < 1e-6);
console.log('layers of the decoder', solution.network(points).layers.length);
