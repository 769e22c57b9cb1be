import type { LossSamples } from '../../scenarios/scopf/samples.js';

/** The samples of both, those of `more` spread evenly among the others, so that a held-out fifth holds some of each. */
export function appendSamples(samples: LossSamples, more: LossSamples): LossSamples {
  const count = samples.count + more.count;
  const [x, y] = [new Float64Array(count * samples.inputs), new Float64Array(count)];
  let [a, b] = [0, 0];
  for (let row = 0; row < count; row++) {
    const second = b * count < more.count * (row + 1) && b < more.count;
    const from = second || a === samples.count ? more : samples;
    const k = from === more ? b++ : a++;
    x.set(from.x.subarray(k * from.inputs, (k + 1) * from.inputs), row * from.inputs);
    y[row] = from.y[k]!;
  }
  return { ...samples, count, x, y };
}
