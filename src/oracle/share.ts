import type { Network, Node, Tensor } from '../network/graph.js';

const copies = new WeakMap<Network, Network>();

/**
 * The same network with its weights in shared memory, so that handing it to another thread copies no numbers. Weights
 * already shared are taken as they are; the result is remembered as long as the network lives.
 */
export function shared(network: Network): Network {
  let copy = copies.get(network);
  if (!copy) {
    copy = { ...network, nodes: network.nodes.map(sharedNode) };
    copies.set(network, copy);
    copies.set(copy, copy);
  }
  return copy;
}

function sharedNode(node: Node): Node {
  const { op } = node;
  if (op.kind === 'affine') {
    const bias = op.bias && { bias: sharedTensor(op.bias) };
    return { ...node, op: { ...op, weight: sharedTensor(op.weight), ...bias } };
  }
  if (op.kind === 'scale') {
    return { ...node, op: { ...op, scale: sharedTensor(op.scale), shift: sharedTensor(op.shift) } };
  }
  return node;
}

function sharedTensor(tensor: Tensor): Tensor {
  const { data } = tensor;
  if (data.buffer instanceof SharedArrayBuffer) return tensor;
  const memory = new SharedArrayBuffer(data.byteLength);
  const copy = data instanceof Float32Array ? new Float32Array(memory) : new Float64Array(memory);
  copy.set(data);
  return { ...tensor, data: copy };
}
