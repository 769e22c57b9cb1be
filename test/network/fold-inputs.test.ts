import { describe, expect, it } from 'vitest';
import { type FoldedInput, foldInputs } from '../../src/network/fold-inputs.js';
import type { Network } from '../../src/network/graph.js';
import { tolerances } from '../tolerances.js';
import { forward } from './forward.js';

const inputs: FoldedInput[] = [
  { from: 1, factor: 100 },
  { constant: 0.3 },
  { from: 0, factor: -2, constant: 1 },
  { from: 1 },
];
const tensor = (shape: number[], scale = 1) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, k) => scale * Math.sin(1 + k)),
});
const affine = (last: number): Network => ({
  name: 'little',
  nodes: [
    { layer: 'in', op: { kind: 'input', offset: 0 }, inputs: [], shape: [4] },
    {
      layer: 'a',
      op: { kind: 'affine', weight: tensor([4, 5], 0.1), bias: tensor([5]) },
      inputs: [0],
      shape: [5],
    },
    { layer: 'a', op: { kind: 'elementwise', fn: { name: 'tanh' } }, inputs: [1], shape: [5] },
    { layer: 'b', op: { kind: 'affine', weight: tensor([5, 2]) }, inputs: [2], shape: [2] },
  ],
  inputSize: 4,
  outputs: [last],
  outputSize: last === 3 ? 2 : 4,
  parameters: 35,
});
/** The input enters more than affine layers. */
const mixed: Network = {
  ...affine(3),
  nodes: [
    ...affine(3).nodes,
    { layer: 'c', op: { kind: 'scale', scale: tensor([4]), shift: tensor([4], 2) }, inputs: [0], shape: [4] },
    { layer: 'd', op: { kind: 'multiply' }, inputs: [4, 0], shape: [4] },
  ],
  outputs: [3, 5],
  outputSize: 6,
};

describe('folded inputs', () => {
  for (const [name, network] of [
    ['of an affine layer', affine(3)],
    ['of other operations', mixed],
    ['that are outputs', affine(0)],
  ] as const)
    it(`${name} give what the network gives of the whole input`, () => {
      const x = [0.7, -0.02];
      const whole = inputs.map(({ from, factor = 1, constant = 0 }) =>
        from === undefined ? constant : factor * x[from]! + constant,
      );
      const expected = forward(network, Float64Array.from(whole));
      const folded = foldInputs(network, 2, inputs);
      expect(folded.inputSize).toBe(2);
      const actual = forward(folded, Float64Array.from(x));
      for (const [k, value] of actual.entries())
        expect(Math.abs(value - expected[k]!)).toBeLessThan(tolerances.f64 * (1 + Math.abs(expected[k]!)));
    });

  it('must be as many as the network takes', () => {
    expect(() => foldInputs(affine(3), 2, inputs.slice(1))).toThrow(/takes 4 inputs, 3 are given/);
  });
});
