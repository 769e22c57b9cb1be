import { isNarrow } from '../src/core/structure/piece.js';
import { type DeriveOptions, derive } from '../src/derive/derive.js';
import type { Programs } from '../src/derive/program.js';
import { sizeOf } from '../src/network/build.js';
import { requireNetwork } from '../src/network/given.js';
import type { Network } from '../src/network/graph.js';
import { narrowPrefix } from '../src/network/prefix.js';

const known = new WeakMap<Network, Map<string, Programs>>();

/**
 * The derivative programs of a network; the same object each time, as long as the network lives. With `through: 'keep'`
 * derivatives stay behind its affine beginning only where that maps to so few numbers that it pays.
 */
export function programsOf(network: Network, options: DeriveOptions = {}): Programs {
  requireNetwork(network, 'the network');
  const { kinks = 'refuse', limits } = options;
  const through = options.through === 'keep' && beginsNarrow(network) ? 'keep' : 'expand';
  const ofNetwork = known.get(network) ?? new Map<string, Programs>();
  known.set(network, ofNetwork);
  const key = `${kinks} ${through}`;
  let programs = ofNetwork.get(key);
  if (!programs) {
    programs = derive(network, { kinks, through, limits });
    ofNetwork.set(key, programs);
  }
  return programs;
}

function beginsNarrow(network: Network): boolean {
  const cut = narrowPrefix(network);
  if (cut === undefined) return false;
  return isNarrow({ rank: sizeOf(network.nodes[cut]!.shape), columns: network.inputSize });
}
