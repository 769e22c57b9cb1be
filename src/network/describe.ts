import { noOptions } from '../core/given.js';
import { requireNetwork } from './given.js';
import type { Network } from './graph.js';
import { label } from './traits.js';

/** One row of `graybox inspect`. */
export interface NodeRow {
  readonly layer: string;
  /** The operation, with the function or axis where it has one: `affine`, `tanh`, `leakyRelu(0.3)`, `concat(0)`. */
  readonly op: string;
  /** Shape of the result without the batch dimension. */
  readonly shape: readonly number[];
  /** Trained numbers this node is the first to use. */
  readonly parameters: number;
}

/** The network as a table, one row per node in the order of evaluation; parameters add up to `network.parameters`. */
export function describe(network: Network): NodeRow[];
export function describe(network: Network, ...more: unknown[]): NodeRow[] {
  noOptions(more, 'describe');
  requireNetwork(network, 'describe');
  return network.nodes.map((node) => ({
    layer: node.layer,
    op: label(node.op),
    shape: node.shape,
    parameters: node.parameters ?? 0,
  }));
}
