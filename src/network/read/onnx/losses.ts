import { sizeOf } from '../../build.js';
import type { Tensor } from '../../graph.js';
import { affinely, line } from '../../lower/arithmetic.js';
import { range } from '../../lower/place.js';
import { logSoftmax, sum } from '../../lower/reduce.js';
import { type Call, computed, type Operator } from './call.js';

/**
 * `−wₜ log p(t)` at the constant labels `t`, `[batch, …space]`, from logarithms `[batch, classes, …space]`; as they are,
 * their sum, or their mean by weight.
 */
function likelihood(call: Call, u: number): number {
  const { build, layer } = call;
  const shape = build.shape(u);
  const labels = call.constant(1, 'labels');
  const weights = call.optional(2, 'weights');
  const ignored = call.given('ignore_index') ? call.int('ignore_index') : undefined;
  const [classes, inner] = [shape[1]!, sizeOf(shape.slice(2))];
  const index = Int32Array.from(labels.data, (label, k) =>
    label === ignored ? -1 : (Math.floor(k / inner) * classes + label) * inner + (k % inner),
  );
  const w = Float64Array.from(labels.data, (label) => (label === ignored ? 0 : (weights?.data[label] ?? 1)));
  const kind = call.text('reduction', 'mean');
  const total = kind === 'mean' ? w.reduce((a, b) => a + b, 0) : 1;
  const scale: Tensor = { shape: labels.shape, data: w.map((own) => -own / total) };
  const each = affinely(call, build.gather(layer, u, index, labels.shape), scale);
  if (kind === 'none') return each;
  return build.reshape(layer, sum(call, each, range(labels.shape.length)), []);
}

/** What networks were trained with. */
export const losses: Readonly<Record<string, Operator>> = {
  NegativeLogLikelihoodLoss: (call) => computed(likelihood(call, call.node(0))),
  SoftmaxCrossEntropyLoss: (call) => {
    const p = logSoftmax(call, call.node(0), 1);
    return [computed(likelihood(call, p)), computed(line(call, p, 1))];
  },
};
