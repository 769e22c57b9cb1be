import { countOf } from '../core/budget.js';
import { InputError } from '../core/errors.js';
import { isNumbers, spreadOf } from '../core/given.js';
import type { Variable } from '../model/expression.js';
import type { Model } from '../model/model.js';
import type { VariableArray } from '../model/variables.js';
import type { Network, Node } from '../network/graph.js';
import { moves } from '../network/traits.js';
import { outputValues } from './forward.js';

export interface OutputOptions {
  readonly name: string;
  readonly lower?: number | ArrayLike<number>;
  readonly upper?: number | ArrayLike<number>;
  readonly start?: number | ArrayLike<number>;
}

/** True for nodes that get variables of their own in full space. */
export const makesVariables = ({ op }: Node): boolean => !moves(op);

/** A node that is nothing but a hinge `max(u, 0)`. */
export const isRelu = ({ op }: Node): boolean => op.kind === 'elementwise' && op.fn.name === 'relu';

/**
 * The outputs `y`, and the nodes whose variables they are: those that outputs name, looking through reshapes. Those that are
 * `nonnegative` are bounded below by 0.
 */
export function firstVariables(
  model: Model,
  net: Network,
  values: readonly Float64Array[],
  options: OutputOptions,
  nonnegative: (node: Node) => boolean,
): { outputs: VariableArray; own: Map<number, Variable[]> } {
  const spread = (
    given: number | ArrayLike<number> | undefined,
    otherwise: number,
    what: string,
  ): Float64Array => {
    if (isNumbers(given) && given.length !== net.outputSize)
      throw new InputError(
        `network '${net.name}': ${what} has ${given.length} entries for ${net.outputSize} outputs`,
      );
    const where = `network '${net.name}': ${what}`;
    return spreadOf(given === undefined ? otherwise : given, net.outputSize, where, 'bound')!;
  };
  const lower = spread(options.lower, Number.NEGATIVE_INFINITY, 'lower');
  const upper = spread(options.upper, Number.POSITIVE_INFINITY, 'upper');
  const places = new Map<number, number>();
  let offset = 0;
  for (const output of net.outputs) {
    let k = output;
    while (net.nodes[k]!.op.kind === 'reshape') k = net.nodes[k]!.inputs[0]!;
    const node = net.nodes[k]!;
    const size = countOf(node.shape);
    if (makesVariables(node) && !places.has(k)) {
      places.set(k, offset);
      if (nonnegative(node))
        for (let i = offset; i < offset + size; i++) {
          if (upper[i]! < 0)
            throw new InputError(
              `network '${net.name}': output ${i} is never below 0, its upper bound is ${upper[i]}`,
            );
          lower[i] = Math.max(lower[i]!, 0);
        }
    }
    offset += size;
  }
  const start = options.start === undefined ? outputValues(net, values) : options.start;
  const outputs = model.variables(options.name, net.outputSize, { lower, upper, start });
  const own = new Map<number, Variable[]>();
  for (const [k, from] of places)
    own.set(k, outputs.elements.slice(from, from + countOf(net.nodes[k]!.shape)));
  return { outputs, own };
}
