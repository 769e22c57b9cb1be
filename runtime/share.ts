import type { Network, Tensor } from '../src/network/graph.js';
import { withTensors } from '../src/network/traits.js';

const copies = new WeakMap<Network, Network>();

/**
 * The same network with its weights in shared memory, so that handing it to another thread copies no numbers. Weights
 * already shared are taken as they are; the result is remembered as long as the network lives.
 */
export function shared(network: Network): Network {
  let copy = copies.get(network);
  if (!copy) {
    copy = {
      ...network,
      nodes: network.nodes.map((node) => ({ ...node, op: withTensors(node.op, sharedTensor) })),
    };
    copies.set(network, copy);
    copies.set(copy, copy);
  }
  return copy;
}

function sharedTensor(tensor: Tensor): Tensor {
  const { data } = tensor;
  if (data.buffer instanceof SharedArrayBuffer) return tensor;
  const memory = new SharedArrayBuffer(data.byteLength);
  const copy = data instanceof Float32Array ? new Float32Array(memory) : new Float64Array(memory);
  copy.set(data);
  return { ...tensor, data: copy };
}
