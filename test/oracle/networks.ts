import type { Network, Tensor } from '../../src/network/graph.js';

const wave = (shape: number[], phase: number): Tensor => {
  const length = shape.reduce((a, b) => a * b, 1);
  const scale = 1 / Math.sqrt(shape[0]!);
  return { shape, data: Float32Array.from({ length }, (_, k) => scale * Math.sin(1 + phase + 1.7 * k)) };
};

/** `softmax(W₂ tanh(W₁ x + b₁) + b₂)` with fixed weights; `activation` in place of tanh on request. */
export function smallNetwork(
  inputs = 4,
  width = 6,
  outputs = 3,
  activation: 'tanh' | 'relu' = 'tanh',
): Network {
  return {
    name: `small-${inputs}-${width}-${outputs}`,
    nodes: [
      { layer: 'in', op: { kind: 'input', offset: 0 }, inputs: [], shape: [inputs] },
      {
        layer: 'hidden',
        op: { kind: 'affine', weight: wave([inputs, width], 0), bias: wave([width], 1) },
        inputs: [0],
        shape: [width],
      },
      { layer: 'hidden', op: { kind: 'elementwise', fn: { name: activation } }, inputs: [1], shape: [width] },
      {
        layer: 'out',
        op: { kind: 'affine', weight: wave([width, outputs], 2), bias: wave([outputs], 3) },
        inputs: [2],
        shape: [outputs],
      },
      { layer: 'out', op: { kind: 'softmax' }, inputs: [3], shape: [outputs] },
    ],
    inputSize: inputs,
    outputs: [4],
    outputSize: outputs,
    parameters: inputs * width + width + width * outputs + outputs,
  };
}
