import { InputError } from '../core/errors.js';
import { isNumbers, optionsOf, told } from '../core/given.js';
import { ExpressionArray } from '../model/array.js';
import { requireNetwork } from '../network/given.js';
import type { Network } from '../network/graph.js';
import { forward, outputValues } from './forward.js';
import { logitsOf, type NetworkScaling, scaled } from './scaling.js';

/** Units of inputs and outputs, and where the network ends. */
export interface EvaluateOptions {
  readonly scaling?: NetworkScaling;
  /** Before the softmax at the end. */
  readonly logits?: boolean;
}

/** Numbers with a shape, as `solution.value(x)` gives them: of one point, or of one a row. */
export interface Points<R extends number = number> {
  readonly shape: readonly number[] & { readonly length: R };
  readonly data: ArrayLike<number>;
}

/**
 * `NN(x)` at numbers, in f64: one list of inputs, or one for each of several points. Throws {@link InputError} for NaN and
 * what is no number.
 */
export function evaluate(
  net: Network,
  x: readonly ArrayLike<number>[],
  options?: EvaluateOptions,
): Float64Array[];
export function evaluate(net: Network, x: Points<2>, options?: EvaluateOptions): Float64Array[];
export function evaluate(
  net: Network,
  x: ArrayLike<number> | Points<1>,
  options?: EvaluateOptions,
): Float64Array;
export function evaluate(
  net: Network,
  x: Points | ArrayLike<number> | readonly ArrayLike<number>[],
  options: EvaluateOptions = {},
): Float64Array | Float64Array[] {
  requireNetwork(net, 'evaluate');
  const { scaling, logits = false } = optionsOf(options, 'evaluate', ['scaling', 'logits']);
  const own = scaled(logits ? logitsOf(net) : net, scaling);
  const one = (point: ArrayLike<number>, where = ''): Float64Array => {
    if (point instanceof ExpressionArray)
      throw new InputError(
        `evaluate: '${point.name}' holds variables or formulas, not numbers; evaluate(net, solution.value(…)) takes their values`,
      );
    if (!isNumbers(point) || point.length !== net.inputSize)
      throw new InputError(
        `evaluate: network '${net.name}' takes ${net.inputSize} inputs, got ${isNumbers(point) ? point.length : told(point)}${where}`,
      );
    const numbers = Float64Array.from(point, (value, i) => {
      if (typeof value !== 'number' || Number.isNaN(value))
        throw new InputError(`evaluate: input ${i}${where} is ${told(value)}, not a number`);
      return value;
    });
    return outputValues(own, forward(own, numbers));
  };
  const several = (points: ArrayLike<ArrayLike<number>>): Float64Array[] =>
    Array.from(points, (point, k) => one(point, ` of point ${k}`));
  if (typeof x === 'object' && x !== null && 'shape' in x && 'data' in x) {
    const [count, width = count] = x.shape as [number, number?];
    const { data } = x;
    if (x.shape.length === 1) return one(data);
    return several(
      Array.from({ length: count }, (_, k) => Array.from(data).slice(width! * k, width! * (k + 1))),
    );
  }
  if (isNumbers(x) && typeof x[0] === 'object' && x[0] !== null) return several(x as never);
  return one(x as ArrayLike<number>);
}
