import { InputError } from '../core/errors.js';
import { told } from '../core/given.js';
import type { Network } from './graph.js';

/** Refuses what no reader made; `where` is the function that was called. */
export function requireNetwork(net: Network, where: string): void {
  if (typeof net !== 'object' || net === null || !Array.isArray(net.nodes) || !Array.isArray(net.outputs))
    throw new InputError(`${where}: ${told(net)} is not a network; load one with loadNetwork`);
}
