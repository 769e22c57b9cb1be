import type { LossSamples } from '../../scenarios/scopf/samples.js';

/**
 * The samples of all, one after another: rows of the first keep their numbers, so that what was held out of a training
 * stays held out of the next one with more samples.
 */
export function appendSamples(first: LossSamples, ...more: readonly LossSamples[]): LossSamples {
  const all = [first, ...more];
  const join = (of: (each: LossSamples) => Float64Array): Float64Array => {
    const out = new Float64Array(all.reduce((sum, each) => sum + of(each).length, 0));
    let at = 0;
    for (const each of all) {
      out.set(of(each), at);
      at += of(each).length;
    }
    return out;
  };
  const count = all.reduce((sum, each) => sum + each.count, 0);
  return { ...first, count, x: join(({ x }) => x), y: join(({ y }) => y) };
}
