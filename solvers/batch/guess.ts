import { type Block, type InputName, inputNames, type QpBatch } from './contract.js';
import { part, sizeOf } from './element.js';
import { returnPairs, takePairs } from './keep.js';
import { place, REPORT } from './pairs.js';

/** Added to the diagonal of Q: this share of its largest entry, or of the largest of q where Q is 0. */
const CURVATURE = 1e-7;

/**
 * Active rows of elements that the kernels did not solve, from the same elements with a little more curvature: those of a singular or
 * zero Q mostly have the same ones (a proximal step; for linear programs exact, Mangasarian & Meyer 1979). Only a guess, to be
 * verified; nothing for elements where this does not help either.
 */
export function guessWithCurvature(data: QpBatch, elements: readonly number[]): Map<number, Uint8Array> {
  const { n, m, p } = data;
  const found = new Map<number, Uint8Array>();
  if (p === 0 || elements.length === 0) return found;
  const block = (name: InputName): Block => {
    if (data[name].shared && name !== 'Q') return data[name];
    const one = sizeOf(data, name);
    const values = new Float64Array(elements.length * one);
    elements.forEach((e, k) => {
      values.set(part(data, name, e), k * one);
    });
    if (name === 'Q')
      elements.forEach((e, k) => {
        const more = curvature(part(data, 'Q', e), part(data, 'q', e), n);
        for (let j = 0; j < n; j++) values[k * one + j * (n + 1)] = values[k * one + j * (n + 1)]! + more;
      });
    return { values, shared: false };
  };
  const blocks = Object.fromEntries(inputNames.map((name) => [name, block(name)])) as Record<
    InputName,
    Block
  >;
  const batch = elements.length;
  const near: QpBatch = { batch, n, m, p, ...blocks };
  const out = {
    z: new Float64Array(batch * n),
    nu: new Float64Array(batch * m),
    lam: new Float64Array(batch * p),
    s: new Float64Array(batch * p),
    active: new Uint8Array(batch * p),
    report: new Float64Array(batch * REPORT),
  };
  const pairs = takePairs();
  try {
    pairs.layOut(near);
    pairs.solve(near, out);
  } finally {
    returnPairs(pairs);
  }
  elements.forEach((e, k) => {
    if (out.report[k * REPORT + place.solved] === 1) found.set(e, out.active.subarray(k * p, (k + 1) * p));
  });
  return found;
}

function curvature(Q: Float64Array, q: Float64Array, n: number): number {
  let most = 0;
  for (let j = 0; j < n; j++) most = Math.max(most, Q[j * (n + 1)]!);
  if (most === 0) for (const value of q) most = Math.max(most, Math.abs(value));
  return CURVATURE * (most || 1);
}
