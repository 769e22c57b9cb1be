import { InputError } from '../core/errors.js';
import type { Column } from '../model/expression.js';
import type { Model } from '../model/model.js';
import type { VariableArray } from '../model/variables.js';
import type { Network } from '../network/graph.js';
import { outputValues } from './forward.js';
import type { Settled } from './options.js';
import { exposedNodes, partsOf } from './partial.js';
import { liftedNode } from './prefix.js';
import { addReduced } from './reduced.js';
import { addRows } from './rows.js';
import { addUse } from './uses.js';
import { formulationName, startValues, usePlace, type Whole } from './whole.js';

/** `partial` with the narrowest point of the affine map exposed that the network begins with. */
export function addLifted(
  model: Model,
  net: Network,
  inputs: readonly Column[],
  options: Settled,
  whole: Whole,
): VariableArray {
  const narrow = liftedNode(net);
  if (narrow === undefined)
    throw new InputError(
      `network '${net.name}' does not begin with an affine map of its ${net.inputSize} inputs to fewer numbers: there is nothing to lift; use the reduced formulation`,
    );
  return addParts(model, net, inputs, options, whole, [narrow]);
}

export function addPartial(
  model: Model,
  net: Network,
  inputs: readonly Column[],
  options: Settled,
  whole: Whole,
): VariableArray {
  return addParts(model, net, inputs, options, whole, exposedNodes(net, options.layers!));
}

/** Variables for exposed nodes; rows for the affine maps between them, gray boxes for what bends. */
function addParts(
  model: Model,
  net: Network,
  inputs: readonly Column[],
  options: Settled,
  whole: Whole,
  exposed: readonly number[],
): VariableArray {
  const { name = 'y', limits, kinks } = options;
  const values = new Map<number, readonly Column[]>();
  const boxes: unknown[] = [];
  for (const part of partsOf(net, exposed)) {
    const own = [...part.inputs.map((k) => inputs[k]!), ...part.nodes.flatMap((k) => [...values.get(k)!])];
    if (part.exposes === undefined) {
      if (!part.affine) return addReduced(model, part.net, own, options, whole, boxes);
      const outputs = addRows(model, part.net, own, options).outputs;
      addUse(model, {
        name,
        network: whole.network,
        ...usePlace(whole, outputs),
        formulation: formulationName(options),
        kinks: kinks ?? 'refuse',
        boxes,
      });
      return outputs;
    }
    const label = `${name}/${net.nodes[part.exposes]!.layer}`;
    if (part.affine) {
      values.set(part.exposes, [...addRows(model, part.net, own, { name: label, limits }).outputs]);
      continue;
    }
    const start = outputValues(part.net, startValues(model, part.net, own));
    const outputs = model.variables(label, part.net.outputSize, { start });
    model.addGrayBox({ box: part.net, inputs: own, outputs, name: `${label} = ${net.name}` });
    boxes.push(part.net);
    values.set(part.exposes, [...outputs]);
  }
  throw new RangeError('the last part has the outputs');
}
