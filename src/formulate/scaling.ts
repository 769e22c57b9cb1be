import { InputError } from '../core/errors.js';
import { optionsOf } from '../core/given.js';
import { withOutputs, withoutSoftmax } from '../network/compose.js';
import type { Network } from '../network/graph.js';
import { underMap } from './inputs.js';

type Numbers = number | ArrayLike<number>;

/** How numbers were standardized for training: `(x − mean)/std`, or `(x − min)/(max − min)`. One for all or one each. */
export type Standardization =
  | { readonly mean: Numbers; readonly std: Numbers }
  | { readonly min: Numbers; readonly max: Numbers };

/** What the network was trained on: it is then used in the units of the data on both sides. */
export interface NetworkScaling {
  readonly inputs?: Standardization;
  readonly outputs?: Standardization;
}

const made = new WeakMap<Network, Map<string, Network>>();

/** The network in the units of the data. The same scaling of the same network gives the same object. */
export function scaled(net: Network, scaling: NetworkScaling | undefined): Network {
  if (scaling === undefined) return net;
  for (const key of Object.keys(optionsOf(scaling, `network '${net.name}': scaling`)))
    if (key !== 'inputs' && key !== 'outputs')
      throw new InputError(`network '${net.name}': scaling has no part '${key}'; give inputs or outputs`);
  const known = made.get(net) ?? new Map<string, Network>();
  made.set(net, known);
  const into = scaling.inputs && spread(net, 'inputs', scaling.inputs, net.inputSize);
  const out = scaling.outputs && spread(net, 'outputs', scaling.outputs, net.outputSize);
  const key = JSON.stringify([into, out].map((own) => own && [[...own.offset], [...own.size]]));
  let own = known.get(key);
  if (own === undefined) {
    own = net;
    if (into)
      own = underMap(own, {
        size: net.inputSize,
        source: Int32Array.from({ length: net.inputSize }, (_, i) => i),
        scale: into.size.map((size) => 1 / size),
        shift: into.offset.map((offset, i) => -offset / into.size[i]!),
      });
    if (out) own = withOutputs(own, out.size, out.offset);
    known.set(key, own);
  }
  return own;
}

const bare = new WeakMap<Network, Network>();

/** The network without the softmax at its end, one object however often it is used. */
export function logitsOf(net: Network): Network {
  const own = bare.get(net) ?? withoutSoftmax(net);
  if (own === undefined)
    throw new InputError(`network '${net.name}' does not end with a softmax: leave logits out`);
  bare.set(net, own);
  return own;
}

/** `data = offset + size · standardized`, one of each per number. */
function spread(
  net: Network,
  side: 'inputs' | 'outputs',
  given: Standardization,
  count: number,
): { readonly offset: Float64Array; readonly size: Float64Array } {
  const where = `network '${net.name}': scaling.${side}`;
  const list = (numbers: Numbers | undefined, what: string): Float64Array => {
    const whole = typeof numbers === 'number' ? new Float64Array(count).fill(numbers) : numbers;
    if (typeof whole !== 'object' || whole === null || whole.length !== count)
      throw new InputError(`${where}.${what} is neither a number nor a list of ${count} numbers`);
    return Float64Array.from(whole, (value) => {
      if (typeof value !== 'number' || !Number.isFinite(value))
        throw new InputError(`${where}.${what} holds ${value}, not a finite number`);
      return value;
    });
  };
  if (typeof given !== 'object' || given === null || !('mean' in given || 'min' in given))
    throw new InputError(`${where} is neither { mean, std } nor { min, max }`);
  if ('mean' in given) {
    const [offset, size] = [list(given.mean, 'mean'), list(given.std, 'std')];
    if (size.some((value) => value <= 0)) throw new InputError(`${where}.std must be above 0`);
    return { offset, size };
  }
  const [low, high] = [list(given.min, 'min'), list(given.max, 'max')];
  const size = high.map((value, k) => value - low[k]!);
  if (size.some((value) => value <= 0)) throw new InputError(`${where}: max must be above min`);
  return { offset: low, size };
}
