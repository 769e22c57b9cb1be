import { type DeriveOptions, derive } from '../src/derive/derive.js';
import type { Programs } from '../src/derive/program.js';
import type { Network } from '../src/network/graph.js';

const known = new WeakMap<Network, Map<string, Programs>>();

/** The derivative programs of a network; the same object each time, as long as the network lives. */
export function programsOf(network: Network, options: DeriveOptions = {}): Programs {
  const { kinks = 'refuse', through = 'expand' } = options;
  const ofNetwork = known.get(network) ?? new Map<string, Programs>();
  known.set(network, ofNetwork);
  const key = `${kinks} ${through}`;
  let programs = ofNetwork.get(key);
  if (!programs) {
    programs = derive(network, { kinks, through });
    ofNetwork.set(key, programs);
  }
  return programs;
}
