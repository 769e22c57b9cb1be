// Model-predictive control: a cart is brought to rest by a controller that knows it from a network alone.
import { add, multiply, ocp, power, prepare, type Solution } from 'graybox-nlp';
import { trained } from './trained.js';

/** The plant: position and speed a tenth of a second later, with friction that no equation of ours states. */
const plant = ([p, v, u]: number[]): number[] => [
  p! + 0.1 * v!,
  v! + 0.1 * (u! - 0.3 * v! - 0.4 * Math.tanh(4 * v!)),
];
const learned = trained('cart', plant, (random) => [2 * random(), 2 * random(), random()], 48);

const control = ocp({
  name: 'cart',
  states: { p: { initial: 1.5, lower: -2, upper: 2 }, v: { initial: 0, lower: -2, upper: 2 } },
  controls: { u: { lower: -1, upper: 1 } },
  horizon: { steps: 20 },
  dynamics: learned,
  cost: ({ p, v }, { u }) => add(power(p, 2), multiply(0.2, power(v, 2)), multiply(0.05, power(u, 2))),
});

await using prepared = await prepare(control.model);
let state = [1.5, 0];
let before: Solution | undefined;
let iterations = 0;
for (let step = 0; step < 60; step++) {
  const solution: Solution = await prepared.solve({
    parameters: { initial: state },
    ...(before && { warmStart: before, shift: 1 }),
  });
  iterations += solution.iterations;
  state = plant([...state, solution.value(control.controls.u.at(0))]);
  before = solution;
  if (step % 20 === 0) console.log(`step ${step}`, ...state);
}
console.log('nearly at rest', Math.hypot(...state) < 0.1);
console.log('fewer than six iterations a step', iterations < 6 * 60);
