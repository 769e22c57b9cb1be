import { createHash, type Hash } from 'node:crypto';
import { noOptions } from '../../src/core/given.js';
import { requireNetwork } from '../../src/network/given.js';
import type { Network, Tensor } from '../../src/network/graph.js';
import { isTensor, parametersOf, tensorsOf } from '../../src/network/traits.js';

/**
 * SHA-256 (hexadecimal) of what a network computes: its operations with all their constants and trained arrays, its
 * shapes, inputs and outputs. Names do not count, nor whether equal arrays are one. Element types do: f32 is not f64.
 */
export function digest(network: Network): string;
export function digest(network: Network, ...more: unknown[]): string {
  noOptions(more, 'digest');
  requireNetwork(network, 'digest');
  const { name: _, parameters: __, notes: ___, nodes, ...ends } = network;
  const known = new Map<Tensor, string>();
  const ofTensor = (tensor: Tensor): string => {
    const own = known.get(tensor) ?? tensorDigest(tensor);
    known.set(tensor, own);
    return own;
  };
  const told = nodes.map(({ layer: _, parameters: __, op, ...place }) => ({
    ...place,
    op: op.kind,
    of: parametersOf(op),
  }));
  return createHash('sha256')
    .update(canonical({ ...ends, nodes: told }, ofTensor))
    .digest('hex');
}

/**
 * SHA-256 (hexadecimal) of all weights in the order of evaluation, each tensor once, as little-endian bytes. For a
 * stack of dense layers in f32 it equals the digest of the file of weights. It says nothing of what is done with them.
 */
export function weightsDigest(network: Network): string;
export function weightsDigest(network: Network, ...more: unknown[]): string {
  noOptions(more, 'weightsDigest');
  requireNetwork(network, 'weightsDigest');
  const hash = createHash('sha256');
  const tensors = new Set(network.nodes.flatMap(({ op }) => tensorsOf(op)));
  for (const tensor of tensors) update(hash, tensor);
  return hash.digest('hex');
}

function tensorDigest(tensor: Tensor): string {
  const { data, shape } = tensor;
  const hash = createHash('sha256').update(`${data instanceof Float32Array ? 'f32' : 'f64'} [${shape}] `);
  update(hash, tensor);
  return hash.digest('hex');
}

function update(hash: Hash, { data: { buffer, byteOffset, byteLength } }: Tensor): void {
  // A hash takes at most 2 GiB at a time.
  const step = 2 ** 30;
  for (let at = 0; at < byteLength; at += step)
    hash.update(new Uint8Array(buffer, byteOffset + at, Math.min(step, byteLength - at)));
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Plain data as text: the same for the same data in any order of fields, different for any other, −0 and NaN included. */
function canonical(value: unknown, ofTensor: (tensor: Tensor) => string): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  if (isTensor(value)) return ofTensor(value);
  if (value instanceof Int32Array) return `i32 ${createHash('sha256').update(bytesOf(value)).digest('hex')}`;
  const own = (part: unknown): string => canonical(part, ofTensor);
  if (Array.isArray(value)) return `[${value.map(own)}]`;
  const fields = Object.entries(value).filter(([, part]) => part !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([field, part]) => `${JSON.stringify(field)}:${own(part)}`)}}`;
}
