import { Budget, type BudgetLimits, countOf } from '../core/budget.js';
import { InputError } from '../core/errors.js';
import { optionsOf, told } from '../core/given.js';
import { type Column, Parameter } from '../model/expression.js';
import type { Model } from '../model/model.js';
import type { VariableArray } from '../model/variables.js';
import { nodeBounds } from '../network/bounds/bounds.js';
import type { Intervals } from '../network/bounds/interval.js';
import { Region } from '../network/bounds/region.js';
import type { Network } from '../network/graph.js';
import { isSmooth } from '../network/traits.js';
import { addFullSpace } from './full.js';
import type { PieceRows } from './kinks.js';
import type { Settled } from './options.js';
import { firstVariables, isRelu } from './outputs.js';
import { addContinued, addUse } from './uses.js';
import { columns, startValues, type Whole } from './whole.js';

/** Full space: variables and rows for every layer. */
export function addFull(
  model: Model,
  net: Network,
  inputs: readonly Column[],
  options: Settled,
  { original }: Whole,
): VariableArray {
  const { outputs, relaxation } = addRows(model, net, inputs, options);
  addUse(model, {
    name: outputs.name,
    network: net,
    original,
    inputs: columns(inputs),
    outputs: outputs.indices(),
    formulation: 'full',
    kinks: 'refuse',
    ...(relaxation !== undefined && { relaxation }),
  });
  return outputs;
}

/** Refuses more coefficients of linear rows than the limits allow: one weight stands in as many rows as its layer has. */
function checkRows({ name, nodes }: Network, limits: BudgetLimits | undefined): void {
  const budget = new Budget(limits);
  for (const { op, shape } of nodes)
    if (op.kind === 'affine')
      budget.take(
        'derived',
        countOf(shape) * (op.weight.shape[0]! + 1),
        `network '${name}': its linear rows`,
      );
}

export function positive(amount: unknown, where: string): number {
  if (typeof amount === 'number' && amount > 0 && Number.isFinite(amount)) return amount;
  throw new InputError(`${where} must be a positive number, got ${told(amount)}`);
}

/** Solvers move bounds outward by a little; so do these. */
const widening = 1e-7;

/** Bounds of every node over the bounds of its inputs. */
function boundsAt(model: Model, net: Network, inputs: readonly Column[]): Intervals[] {
  const boxes = model.boxes();
  const side = (bounds: Float64Array, sign: 1 | -1): Float64Array =>
    Float64Array.from(inputs, (column) => {
      const bound = column instanceof Parameter ? Number.NaN : bounds[column.index]!;
      if (!Number.isFinite(bound))
        throw new InputError(
          `network '${net.name}': tighten needs finite bounds of x; '${column.name}' has ${column instanceof Parameter ? 'none, it is a parameter' : `the ${sign > 0 ? 'upper' : 'lower'} bound ${bound}`}`,
        );
      return bound + sign * widening * Math.max(1, Math.abs(bound));
    });
  return nodeBounds(net, new Region(side(boxes.lower, -1), side(boxes.upper, 1)));
}

/** ε of a model that no solve has driven on. */
const firstRelaxation = 1e-6;

/** The rows of every layer, and how they relax its kinks. */
export function addRows(
  model: Model,
  net: Network,
  inputs: readonly Column[],
  options: Settled,
): { outputs: VariableArray; relaxation: string | undefined } {
  const { name = 'y', relu = 'complementarity' } = options;
  checkRows(net, options.limits);
  const values = startValues(model, net, inputs);
  const goesOn = relu === 'continuation';
  const hinge =
    relu === 'complementarity'
      ? { complementarity: 1e-6 }
      : goesOn
        ? { complementarity: firstRelaxation }
        : optionsOf(relu as { smooth: number; complementarity: number }, 'relu', [
            'smooth',
            'complementarity',
          ]);
  const amount = positive('smooth' in hinge ? hinge.smooth : hinge.complementarity, 'relu: ε');
  const { outputs, own } = firstVariables(
    model,
    net,
    values,
    { ...options, name },
    (node) => ('complementarity' in hinge && isRelu(node)) || (goesOn && node.op.kind === 'softmax'),
  );
  const pieces: PieceRows[] = [];
  const bounds = options.tighten ? boundsAt(model, net, inputs) : undefined;
  addFullSpace({
    model,
    net,
    inputs,
    values,
    name,
    hinge,
    own,
    outputs,
    bounds,
    pieces,
    use: { net, inputs },
    logarithms: goesOn,
  });
  if (goesOn) addContinued(model, pieces, '');
  const bent = !net.nodes.every(({ op }) => isSmooth(op));
  const way = 'smooth' in hinge ? 'smooth' : 'complementarity';
  return {
    outputs,
    relaxation: goesOn
      ? "relu: 'continuation' ended before its pieces were held"
      : bent
        ? `relu: { ${way}: ${amount} } relaxes its kinks, take less`
        : undefined,
  };
}
