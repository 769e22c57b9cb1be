import { sharedFloat32, sharedFloat64 } from '../src/core/memory.js';
import type { Elementwise, Network, Node, Tensor } from '../src/network/graph.js';

/** What a benchmark network looks like; the peer scripts build the same one from the same fields. */
export interface ChainSpec {
  readonly name: string;
  /** `[inputs, …hidden, outputs]`. */
  readonly widths: readonly number[];
  readonly activation: 'tanh' | 'sigmoid';
  readonly softmax: boolean;
}

/**
 * Weight `k` of layer `l`: a pseudo-random number that any language computes alike, `2 frac(43758.5453 sin(12.9898 k + l)) − 1`
 * times `√(3 / fan-in)`.
 */
function weights(layer: number, inner: number, outer: number): Tensor {
  const scale = Math.sqrt(3 / inner);
  const data = sharedFloat64(inner * outer);
  for (let k = 0; k < data.length; k++) {
    const t = 43758.5453 * Math.sin(12.9898 * k + layer);
    data[k] = scale * (2 * (t - Math.floor(t)) - 1);
  }
  return { shape: [inner, outer], data };
}

/** As many numbers of the same size in f32, from Numerical Recipes' linear congruential generator: sines take minutes. */
function roughWeights(layer: number, inner: number, outer: number): Tensor {
  const data = sharedFloat32(inner * outer);
  const scale = (2 * Math.sqrt(3 / inner)) / 2 ** 32;
  let state = layer;
  for (let k = 0; k < data.length; k++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    data[k] = scale * state;
  }
  return { shape: [inner, outer], data };
}

/** Input of the benchmarks: `xᵢ = ½ + ½ sin(i)`; multipliers `λᵢ = cos(i)`. */
export const benchmarkPoint = (inputs: number, outputs: number) => ({
  x: Float64Array.from({ length: inputs }, (_, i) => 0.5 + 0.5 * Math.sin(i)),
  λ: Float64Array.from({ length: outputs }, (_, i) => Math.cos(i)),
});

/**
 * Dense layers without biases worth speaking of (zero), with `spec.activation` between them; weights in shared memory, where
 * hosts read them: those of the peers in f64, or others in f32, which are there sooner and need half the memory.
 */
export function chainNetwork(
  { name, widths, activation, softmax }: ChainSpec,
  stored: 'f64' | 'f32' = 'f64',
): Network {
  const fn: Elementwise = { name: activation };
  const nodes: Node[] = [
    { layer: 'input', op: { kind: 'input', offset: 0 }, inputs: [], shape: [widths[0]!] },
  ];
  let parameters = 0;
  const append = (layer: string, op: Node['op'], width: number) =>
    nodes.push({ layer, op, inputs: [nodes.length - 1], shape: [width] });
  for (let l = 1; l < widths.length; l++) {
    const [inner, outer] = [widths[l - 1]!, widths[l]!];
    const bias: Tensor = { shape: [outer], data: new Float64Array(outer) };
    append(
      `dense ${l}`,
      { kind: 'affine', weight: (stored === 'f64' ? weights : roughWeights)(l, inner, outer), bias },
      outer,
    );
    parameters += inner * outer + outer;
    if (l < widths.length - 1) append(`${activation} ${l}`, { kind: 'elementwise', fn }, outer);
  }
  if (softmax) append('softmax', { kind: 'softmax' }, widths.at(-1)!);
  const outputs = [nodes.length - 1];
  return { name, nodes, inputSize: widths[0]!, outputs, outputSize: widths.at(-1)!, parameters };
}

const mnist = (width: number, activation: ChainSpec['activation'] = 'tanh'): ChainSpec => ({
  name: `mnist-${width}`,
  widths: [784, ...new Array<number>(5).fill(width), 10],
  activation,
  softmax: true,
});
/** `layers` counts the input and the output layer, as the published sizes do. */
const scopf = (nodes: number, layers: number): ChainSpec => ({
  name: `scopf-${nodes}x${layers}`,
  widths: [117, ...new Array<number>(layers - 2).fill(nodes), 37],
  activation: 'tanh',
  softmax: false,
});

/** The published networks, smallest first; `large` ones need gigabytes and minutes. */
export const publishedNetworks: readonly (ChainSpec & { readonly large?: true })[] = [
  scopf(100, 3),
  mnist(128),
  scopf(500, 5),
  mnist(512),
  scopf(1000, 7),
  mnist(1024),
  mnist(2048),
  { ...scopf(2000, 20), large: true },
  { ...mnist(4096), large: true },
  { ...mnist(8192, 'sigmoid'), large: true },
  { ...scopf(4000, 40), large: true },
];
