import type { Tensor } from '../../graph.js';
import { swap } from '../../lower/move.js';
import { matmul } from '../../lower/product.js';
import { type Call, computed } from '../onnx/call.js';
import { isComputed } from '../onnx/value.js';
import { flagOf, type GraphNode, onnxAttributes, textOf } from './attributes.js';
import { fused } from './convolutions.js';
import type { Rule } from './rule.js';

function product(call: Call, node: GraphNode): number {
  // A first state of zeros times its weights is constant as a whole.
  const constant = [0, 1].every((k) => !isComputed(call.value(k)));
  const turn = (k: number, ...keys: readonly string[]) => {
    const operand = constant && k === 0 ? { node: call.node(0) } : call.operand(k);
    if (!keys.some((key) => flagOf(node, key))) return operand;
    const value = call.value(k);
    const turned = 'node' in operand || isComputed(value) ? undefined : transposed(value.shape, value.data);
    return turned ? { tensor: turned } : { node: swap(call, call.node(k), -1, -2) };
  };
  return matmul(call, turn(0, 'transpose_a', 'adj_x'), turn(1, 'transpose_b', 'adj_y'));
}
function transposed(shape: readonly number[], data: Float32Array | Float64Array): Tensor | undefined {
  if (shape.length !== 2) return undefined;
  const [m, n] = shape as [number, number];
  return { shape: [n, m], data: Float64Array.from(data, (_, k) => data[(k % m) * n + Math.floor(k / m)]!) };
}
export const productRules: Readonly<Record<string, Rule>> = {
  MatMul: (call, node) => computed(product(call, node)),
  BatchMatMul: (call, node) => computed(product(call, node)),
  BatchMatMulV2: (call, node) => computed(product(call, node)),
  _FusedMatMul: (call, node) => fused(call, node, product(call, node)),
  Einsum: (call, node, onnx) =>
    onnx('Einsum', call.inputs, onnxAttributes({ equation: textOf(node, 'equation') })),
};
