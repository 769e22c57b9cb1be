import type { Network } from '../network/graph.js';
import type { Builder } from './builder.js';
import type { Ref } from './program.js';
import { type AnySite, ruleOf } from './rules/table.js';
import { sizeOf } from './shape.js';

/** A network in the program that `b` builds: one site per node, its value included. */
export interface Forward {
  readonly b: Builder;
  readonly network: Network;
  readonly sites: readonly AnySite[];
  /** The outputs flattened and joined, `[outputs]`. */
  readonly y: Ref;
}

export function forward(b: Builder, network: Network): Forward {
  const x = b.input('x', [network.inputSize]);
  const sites: AnySite[] = [];
  for (const { op, inputs, shape } of network.nodes) {
    const site = { b, op, shape, inputs: inputs.map((k) => sites[k]!) };
    sites.push({ ...site, value: ruleOf(op).value(site, x) });
  }
  const parts = network.outputs.map((k) => b.reshape(sites[k]!.value, [sizeOf(sites[k]!.shape)]));
  return { b, network, sites, y: b.concat(parts, 0) };
}
