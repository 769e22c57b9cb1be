import { InputError } from '../core/errors.js';
import type { Column } from '../model/expression.js';
import type { Model } from '../model/model.js';
import type { VariableArray } from '../model/variables.js';
import type { Network } from '../network/graph.js';
import { forward } from './forward.js';
import type { Settled } from './options.js';
import type { NetworkUse } from './uses.js';

/** What a use computes, and of which network it is a use. */
export interface Whole {
  readonly network: Network;
  readonly original: Network;
  readonly inputs: readonly Column[];
  /** Why the rows hold for a y somewhat away from NN(x), where they do. */
  readonly relaxation?: string;
}

export const usePlace = ({ original, inputs, relaxation }: Whole, outputs: VariableArray) => ({
  original,
  inputs: columns(inputs),
  outputs: outputs.indices(),
  ...(relaxation !== undefined && { relaxation }),
});

/** Of a use with gray boxes. */
export const formulationName = ({ formulation }: Settled): NetworkUse['formulation'] =>
  formulation === 'lifted' || formulation === 'partial' ? formulation : 'reduced';

/** The values of all nodes at the start of x. */
export function startValues(model: Model, net: Network, inputs: readonly Column[]): Float64Array[] {
  const values = forward(
    net,
    inputs.map((v) => model.start(v)),
  );
  values.forEach((value, k) => {
    const bad = value.find((number) => !Number.isFinite(number));
    if (bad !== undefined)
      throw new InputError(
        `network '${net.name}' is undefined at the start of x: layer '${net.nodes[k]!.layer}' gives ${bad} there; start x elsewhere`,
      );
  });
  return values;
}

export const columns = (variables: readonly Column[]): Int32Array =>
  Int32Array.from(variables, ({ index }) => index);
