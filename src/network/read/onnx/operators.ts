import { nearest } from '../nearest.js';
import { activations } from './activations.js';
import { arithmetic } from './arithmetic.js';
import { attentions } from './attention.js';
import type { Operator } from './call.js';
import { casting } from './casting.js';
import { constants } from './constants.js';
import { convolutions } from './convolutions.js';
import { gathering } from './gathering.js';
import { learning } from './learning.js';
import { losses } from './losses.js';
import { normalizations } from './normalizations.js';
import { padding } from './padding.js';
import { products } from './products.js';
import { recurrents } from './recurrents.js';
import { reductions } from './reductions.js';
import { resizing } from './resizing.js';
import { sampling } from './sampling.js';
import { scattering } from './scattering.js';
import { shaping } from './shaping.js';
import { slicing } from './slicing.js';
import { spectra } from './spectra.js';
import { states } from './states.js';

const standard: Readonly<Record<string, Operator>> = {
  ...arithmetic,
  ...activations,
  ...shaping,
  ...slicing,
  ...padding,
  ...gathering,
  ...scattering,
  ...constants,
  ...casting,
  ...products,
  ...convolutions,
  ...normalizations,
  ...reductions,
  ...recurrents,
  ...resizing,
  ...attentions,
  ...sampling,
  ...spectra,
  ...states,
  ...losses,
};

/** Operators by domain; onnxruntime's own domain has those of ONNX as well. */
const domains: Readonly<Record<string, Readonly<Record<string, Operator>>>> = {
  '': standard,
  'ai.onnx': standard,
  'ai.onnx.ml': learning,
  'com.microsoft': standard,
};

/** What has no value that an optimizer could use, and why. */
const refused: Readonly<Record<string, string>> = {
  Scan: 'loops cannot be read; unroll it to a fixed number of steps',
  RandomNormal: 'is random; export for inference',
  RandomUniform: 'is random; export for inference',
  RandomNormalLike: 'is random; export for inference',
  RandomUniformLike: 'is random; export for inference',
  Bernoulli: 'is random; export for inference',
  Multinomial: 'is random; export for inference',
  ArgMax: 'gives places, which have no derivatives; leave it out',
  ArgMin: 'gives places, which have no derivatives; leave it out',
  TopK: 'sorts what it computes; leave it out',
};

/** The operator of a name in a domain, or why there is none. */
export function operatorOf(domain: string, op: string): Operator | string {
  const table = Object.hasOwn(domains, domain) ? domains[domain]! : undefined;
  if (table && Object.hasOwn(table, op)) return table[op]!;
  if (Object.hasOwn(refused, op)) return refused[op]!;
  if (domain === 'com.microsoft.nchwc')
    return 'is laid out for one processor; save with ORT_ENABLE_EXTENDED at most';
  if (!table) return `domain ${domain} cannot be read; nearest is ai.onnx`;
  return `cannot be read; nearest is ${nearest(op, Object.keys(table))}`;
}
