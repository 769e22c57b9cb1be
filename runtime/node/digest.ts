import { createHash } from 'node:crypto';
import type { Network, Tensor } from '../../src/network/graph.js';
import { tensorsOf } from '../../src/network/traits.js';

/**
 * SHA-256 (hexadecimal) of all weights in the order of evaluation, each tensor once, as little-endian bytes. For a
 * stack of dense layers in f32 it equals the digest of the file of weights.
 */
export function digest(network: Network): string {
  const hash = createHash('sha256');
  const seen = new Set<Tensor>();
  const update = (tensor: Tensor): void => {
    if (seen.has(tensor)) return;
    seen.add(tensor);
    const { buffer, byteOffset, byteLength } = tensor.data;
    // A hash takes at most 2 GiB at a time.
    const step = 2 ** 30;
    for (let at = 0; at < byteLength; at += step) {
      hash.update(new Uint8Array(buffer, byteOffset + at, Math.min(step, byteLength - at)));
    }
  };
  for (const { op } of network.nodes) for (const tensor of tensorsOf(op)) update(tensor);
  return hash.digest('hex');
}
