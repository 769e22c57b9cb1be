import { InputError } from '../core/errors.js';
import type { Column } from '../model/expression.js';
import type { Model } from '../model/model.js';
import type { VariableArray } from '../model/variables.js';
import type { Network } from '../network/graph.js';
import { outputValues } from './forward.js';
import type { Settled } from './options.js';
import { addUse } from './uses.js';
import { formulationName, startValues, usePlace, type Whole } from './whole.js';

/** Variables y and a gray box. */
export function addReduced(
  model: Model,
  net: Network,
  inputs: readonly Column[],
  options: Settled,
  whole: Whole,
  boxes?: readonly unknown[],
): VariableArray {
  const { name = 'y', lower, upper, box = net } = options;
  if (options.box !== undefined && net !== whole.original && boxes === undefined)
    throw new InputError(
      `network '${net.name}': with a box of your own its inputs are variables and parameters, each once, without scaling`,
    );
  const start =
    options.start === undefined ? outputValues(net, startValues(model, net, inputs)) : options.start;
  const outputs = model.variables(name, net.outputSize, {
    start,
    ...(lower !== undefined && { lower }),
    ...(upper !== undefined && { upper }),
  });
  model.addGrayBox({ box, inputs, outputs, name: `${name} = ${net.name}` });
  const { kinks = 'refuse' } = options;
  addUse(model, {
    name,
    network: whole.network,
    ...usePlace(whole, outputs),
    formulation: formulationName(options),
    box,
    kinks,
    ...(boxes && { boxes }),
  });
  return outputs;
}
