// A learned objective: the recipe of the highest yield, where the yield is what a network says of a rugged landscape.
import { expr, Model, multistart, network, sum } from 'graybox-nlp';
import { trained } from './trained.js';

const yieldOf = ([a, b]: number[]): number[] => [
  Math.exp(-2 * ((a! - 0.6) ** 2 + (b! - 0.3) ** 2)) +
    0.6 * Math.exp(-3 * ((a! + 0.5) ** 2 + (b! + 0.4) ** 2)),
];
const learned = trained('yield', yieldOf, (random) => [1.2 * random(), 1.2 * random()], 80, 3);

const model = new Model('recipe');
const recipe = model.variables('recipe', 2, { lower: -1, upper: 1, start: [-0.8, -0.8] });
const y = network(learned, recipe);
model.maximize(y.at(0));
model.subjectTo(expr`${sum(recipe)} <= 0.8`);

const { best, optima } = await multistart(model, { starts: 12, seed: 1 });
console.log(best.status);
console.log('best recipe', ...best.value(recipe));
console.log('yield', best.objective, 'in truth', ...yieldOf(best.value(recipe).toArray()));
console.log('several optima', optima.length >= 2);
