import { random } from '../../models/train/random.js';
import { findData } from '../data.js';
import type { TrainingChoice, TrainingScenario } from '../training/scenario.js';
import { connected } from './connected.js';
import { denoisingPicture } from './picture.js';
import { type Denoiser, learnedOperator, tuned } from './problem.js';
import { length, ownSignals, readSignals, type Signals, someOf } from './signals.js';
import { bestVariation, totalVariation } from './total-variation.js';

const held = 1000;

/** Denoising piecewise constant signals with quadratic programs that are learned (Amos & Kolter 2017, §4.2). */
export function denoising({ data, seed, threads }: TrainingChoice): TrainingScenario<Denoiser> {
  const { signals, what } = signalsOf(data, seed);
  const training = someOf(signals, 0, signals.count - held);
  const test = someOf(signals, signals.count - held, signals.count);
  return {
    name: 'denoising',
    data: what,
    count: training.count,
    batch: 150,
    epochs: 50,
    entrants: [
      {
        name: 'tuned',
        what: 'a quadratic program that begins as total variation, all of it learned',
        open: () => tuned(training, test, random(seed), threads),
      },
      {
        name: 'operator',
        what: 'total variation with λ = 13 and a difference operator learned from noise',
        open: () => learnedOperator(training, test, random(seed), threads),
      },
      {
        name: 'connected',
        what: 'dense layers 100-50-100',
        open: () => connected(training, test, random(seed)),
      },
    ],
    tell: ({ mse }) => `test MSE ${mse!.toFixed(3)}`,
    report(outcomes) {
      const { λ, errors } = bestVariation(test);
      const noisy = test.noisy.subarray(0, length);
      const [{ entrant, trained }] = outcomes as [(typeof outcomes)[number]];
      const last =
        outcomes.find((outcome) => outcome.entrant.name === 'operator') ??
        outcomes.find((outcome) => outcome.trained.operator() !== undefined);
      const picture = denoisingPicture({
        trained: outcomes.map(({ entrant: { name }, curve }) => ({ name, curve })),
        variation: { λ, mse: errors[λ]! },
        signal: {
          clean: test.clean.subarray(0, length),
          noisy,
          results: [
            { name: `total variation, λ = ${λ}`, values: totalVariation(noisy, λ) },
            { name: entrant.name, values: trained.denoise(noisy, 1) },
          ],
        },
        ...(last && {
          operator: {
            name: last.entrant.name,
            before: last.entrant.open().operator()!,
            after: last.trained.operator()!,
          },
        }),
      });
      const gains = outcomes.map(({ entrant: { name }, curve }) => {
        const mse = Math.min(...curve.map(({ test: { mse } }) => mse!));
        return [name, { mse, gain: 1 - mse / errors[λ]! }];
      });
      return {
        picture,
        facts: {
          totalVariation: { lambda: λ, mse: errors[λ]!, errors },
          // Of the best epoch; the paper's tuned layer gained 12 % over total variation on its own data.
          gainOverTotalVariation: Object.fromEntries(gains),
        },
      };
    },
  };
}

function signalsOf(data: string | undefined, seed: number): { signals: Signals; what: string } {
  const folder = data === 'own' ? undefined : (data ?? findData('denoising'));
  if (folder === undefined)
    return {
      signals: ownSignals(10_000, seed),
      what: `9000 signals of our own, 1000 others to test (seed ${seed})`,
    };
  const signals = readSignals(folder);
  return { signals, what: `${signals.count - held} signals of ${folder}, the last ${held} to test` };
}
