// Counterfactual: the least change of an application for credit that a classifier would grant, from twelve starts.
import { argmaxAtLeast, Model, multistart, network, norm1, subtract } from 'graybox-nlp';
import { trained } from './trained.js';

/** Scores of refusal and grant by income, debt, years at work and age, all standardized. */
const scores = ([income, debt, years, age]: number[]): number[] => {
  const good = income! - 1.2 * debt! + 0.6 * Math.sin(2 * years!) + 0.3 * income! * years! + 0.1 * age!;
  return [-good, good];
};
const classifier = trained('credit', scores, (random) => Array.from({ length: 4 }, () => 2 * random()), 60);

const applicant = [-0.4, 0.5, 0.2, 0.8];
const model = new Model('counterfactual');
const x = model.variables('x', 4, { lower: -2, upper: 2, start: applicant });
x.slice(3).set({ lower: applicant[3]!, upper: applicant[3]! }); // nobody grows younger
const y = network(classifier, x);
model.subjectTo(argmaxAtLeast(y, 1, 0.5));
model.minimize(norm1(subtract(x, applicant)));

const { best, optima, attempts } = await multistart(model, { starts: 12, seed: 4 });
console.log(best.status, 'from', attempts.length, 'starts');
console.log('changes', ...best.value(subtract(x, applicant)));
console.log('cost', best.objective);
console.log('optima told apart', optima.length > 0);
