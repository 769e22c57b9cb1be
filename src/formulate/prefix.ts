import type { Network } from '../network/graph.js';
import { ancestors, narrowPrefix } from '../network/prefix.js';
import { isAffine } from '../network/traits.js';

/**
 * The narrowest point of the affine map that a network begins with; undefined where it does not begin with one that maps its
 * inputs to fewer numbers, or is affine as a whole.
 */
export function liftedNode(net: Network): number | undefined {
  const last = narrowPrefix(net);
  if (last === undefined) return undefined;
  const body = [...ancestors(net, net.outputs, last)].filter((k) => k !== last);
  return body.every((k) => isAffine(net.nodes[k]!.op)) ? undefined : last;
}
