import { Budget } from '../src/core/budget.js';
import { sharedFloat32, sharedFloat64 } from '../src/core/memory.js';
import { NetworkBuilder } from '../src/network/build.js';
import type { Elementwise, Network, Tensor } from '../src/network/graph.js';
import { convolution } from '../src/network/lower/convolution.js';

/** What a benchmark network looks like; the peer scripts build the same one from the same fields. */
export interface ChainSpec {
  readonly name: string;
  /** `[inputs, …hidden, outputs]`. */
  readonly widths: readonly number[];
  /**
   * Before the hidden layers: convolutions of a square image of one channel without padding, an activation after each. The
   * first width is then that of the image, the second one follows.
   */
  readonly convolutions?: readonly {
    readonly window: number;
    readonly stride: number;
    readonly channels: number;
  }[];
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
 * Layers without biases worth speaking of (zero), with `spec.activation` between them; weights in shared memory, where
 * hosts read them: those of the peers in f64, or others in f32, which are there sooner and need half the memory.
 */
export function chainNetwork(
  { name, widths, convolutions = [], activation, softmax }: ChainSpec,
  stored: 'f64' | 'f32' = 'f64',
): Network {
  const fn: Elementwise = { name: activation };
  const build = new NetworkBuilder(name, name, new Budget({ trained: 1e10 }));
  const drawn = stored === 'f64' ? weights : roughWeights;
  let l = 0;
  const input = build.input('input', [widths[0]!]);
  let last = input;
  let [side, channels] = [Math.sqrt(widths[0]!), 1];
  for (const { window, stride, channels: outs } of convolutions) {
    const layer = `convolution ${++l}`;
    const kernel = drawn(l, window * window * channels, outs);
    const along = { length: window, stride, dilation: 1, before: 0, after: 0 };
    const image = build.reshape(layer, last, [1, side, side, channels]);
    const made = convolution({ build, layer }, image, {
      kernel: { shape: [window, window, channels, outs], data: kernel.data },
      windows: [along, along],
      groups: 1,
      channelsLast: true,
    });
    build.count(kernel.data.length);
    last = build.elementwise(`${activation} ${l}`, made, fn);
    [side, channels] = [build.shape(made)[1]!, outs];
  }
  const dense = convolutions.length === 0 ? widths : [side * side * channels, ...widths.slice(1)];
  if (convolutions.length > 0) last = build.reshape('flat', last, [dense[0]!]);
  for (let k = 1; k < dense.length; k++) {
    const [inner, outer] = [dense[k - 1]!, dense[k]!];
    const bias: Tensor = { shape: [outer], data: new Float64Array(outer) };
    last = build.affine(`dense ${++l}`, last, drawn(l, inner, outer), bias);
    build.count(inner * outer + outer);
    if (k < dense.length - 1) last = build.elementwise(`${activation} ${l}`, last, fn);
  }
  if (softmax) last = build.softmax('softmax', last);
  return build.finish([last]);
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

/** Networks of other kinds than the published ones: many narrow layers, one broad layer, convolutions. */
export const otherNetworks: readonly ChainSpec[] = [
  {
    name: 'deep-64x40',
    widths: [32, ...new Array<number>(38).fill(64), 8],
    activation: 'tanh',
    softmax: false,
  },
  { name: 'wide-4096', widths: [64, 4096, 16], activation: 'tanh', softmax: false },
  {
    name: 'convolutional',
    widths: [784, 10],
    convolutions: [
      { window: 5, stride: 2, channels: 8 },
      { window: 3, stride: 2, channels: 16 },
    ],
    activation: 'tanh',
    softmax: true,
  },
];

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
