import { evaluate } from '../model/evaluate.js';
import { Column, type Expression } from '../model/expression.js';
import type { Model } from '../model/model.js';
import { nearestSample, outside, type TrainingRange } from '../network/training.js';
import { networkUses } from './uses.js';

/** Rows that keep what enters a network within what it has learned from. */
export function keepRange(
  model: Model,
  entering: readonly Expression[],
  { lower, upper }: TrainingRange,
  name: string,
): void {
  entering.forEach((value, i) => {
    if (lower[i] === Number.NEGATIVE_INFINITY && upper[i] === Number.POSITIVE_INFINITY) return;
    model.constrain(value, { lower: lower[i]!, upper: upper[i]!, name: `${name} range[${i}]` });
  });
}

/** Lines named by one of these at most. */
const most = 5;

/** What of the inputs of a model's networks lies outside their training ranges at a point, one line each. */
export function rangeRemarks(model: Model, x: ArrayLike<number>): string[] {
  return networkUses(model).flatMap(({ name, original, entering, training }) => {
    if (!training || !entering || x.length === 0) return [];
    const values = entering.map((value) => evaluate(value, x));
    const found = outside(training, values);
    if (found.length === 0) return [];
    const called = (i: number): string => {
      const own = entering[i]!;
      return own instanceof Column ? own.name : `input ${i}`;
    };
    const lines = found
      .slice(0, most)
      .map(({ input, value, times }) =>
        Number.isFinite(times)
          ? `${called(input)} is ${times.toPrecision(2)} × outside the training range`
          : `${called(input)} is ${value.toPrecision(4)}, in training always ${training.lower[input]!.toPrecision(4)}`,
      );
    const rest = found.length > most ? [`${found.length - most} more`] : [];
    const nearest = nearestSample(training, values);
    const near = nearest
      ? `; the nearest sample is number ${nearest.sample}, ${nearest.distance.toPrecision(2)} ranges away in its farthest input`
      : '';
    return [
      `warning: network '${original?.name ?? name}': ${[...lines, ...rest].join(', ')}${near}: ${name} is extrapolated`,
    ];
  });
}
