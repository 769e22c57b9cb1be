import { InputError } from '../core/errors.js';
import { optionsOf } from '../core/given.js';
import { requireNetwork } from '../network/given.js';
import type { Network } from '../network/graph.js';
import { forward, outputValues } from './forward.js';
import { logitsOf, type NetworkScaling, scaled } from './scaling.js';

export interface EvaluateOptions {
  readonly scaling?: NetworkScaling;
  /** Before the softmax at the end. */
  readonly logits?: boolean;
}

/** `NN(x)` at numbers, in f64: one list of inputs, or one for each of several points. */
export function evaluate(
  net: Network,
  x: readonly ArrayLike<number>[],
  options?: EvaluateOptions,
): Float64Array[];
export function evaluate(net: Network, x: ArrayLike<number>, options?: EvaluateOptions): Float64Array;
export function evaluate(
  net: Network,
  x: ArrayLike<number> | readonly ArrayLike<number>[],
  options: EvaluateOptions = {},
): Float64Array | Float64Array[] {
  requireNetwork(net, 'evaluate');
  const { scaling, logits = false } = optionsOf(options, 'evaluate', ['scaling', 'logits']);
  const own = scaled(logits ? logitsOf(net) : net, scaling);
  const one = (point: ArrayLike<number>): Float64Array => {
    if (typeof point !== 'object' || point === null || point.length !== net.inputSize)
      throw new InputError(
        `evaluate: network '${net.name}' takes ${net.inputSize} inputs, got ${typeof point === 'object' && point !== null ? point.length : typeof point}`,
      );
    const numbers = Float64Array.from(point, (value, i) => {
      if (typeof value !== 'number')
        throw new InputError(`evaluate: input ${i} is a ${typeof value}, not a number`);
      return value;
    });
    return outputValues(own, forward(own, numbers));
  };
  const [first] = typeof x === 'object' && x !== null ? Array.from(x as ArrayLike<unknown>) : [];
  if (typeof first === 'object') return Array.from(x as ArrayLike<ArrayLike<number>>, one);
  return one(x as ArrayLike<number>);
}
