import { join } from 'node:path';
import { dense, loadNetwork, type Network } from '../index.js';
import { random } from '../models/train/random.js';
import { packageRoot, requireData } from '../scenarios/data.js';
import { readCard, type SurrogateCard } from '../scenarios/scopf/card.js';
import { readNpy } from '../scenarios/scopf/npy.js';

/** Folder of a frequency surrogate of the 37-bus grid that the repository holds. */
export const shippedSurrogate = (size: string): string => join(packageRoot, 'models', `scopf-tanh-${size}`);

/** Those that are there, as nodes × layers. */
export const trainedSizes: readonly string[] = ['100x3', '500x5'];

export const cardOf = (size: string): SurrogateCard => readCard(shippedSurrogate(size))!;

/** Mean of all samples, Hz, and their deviation. */
export function meanFrequency(): { readonly mean: number; readonly deviation: number } {
  const { data } = readNpy(join(requireData('scopf'), '10_10_freq_output_v2.npy'));
  const mean = data.reduce((sum, f) => sum + f, 0) / data.length;
  return { mean, deviation: Math.sqrt(data.reduce((sum, f) => sum + (f - mean) ** 2, 0) / data.length) };
}

/** Random weights; inputs standardized by the card's ranges, outputs for `buses` about the mean of the samples. */
function untrained(nodes: number, layers: number, buses: number): Network {
  const { inputs } = cardOf('100x3');
  const { mean, deviation } = meanFrequency();
  const widths = [inputs.length, ...Array<number>(layers - 2).fill(nodes), buses];
  const stream = random(1);
  return dense(
    widths.slice(1).map((width, k) => {
      const inner = widths[k]!;
      const last = k === layers - 2;
      const scale = Math.sqrt(1 / inner) * (last ? deviation : 1);
      const W = Float64Array.from({ length: inner * width }, () => scale * stream.normal());
      const b = new Float64Array(width).fill(last ? mean : 0);
      if (k === 0)
        for (const [i, { lower, upper, used }] of inputs.entries()) {
          const middle = (lower + upper) / 2;
          const width0 = (upper - lower) / Math.sqrt(12);
          for (let j = 0; j < width; j++) {
            W[i * width + j] = used ? W[i * width + j]! / width0 : 0;
            b[j]! -= W[i * width + j]! * middle;
          }
        }
      return {
        W: { shape: [inner, width], data: W },
        b: { shape: [width], data: b },
        activation: last ? ('linear' as const) : ('tanh' as const),
      };
    }),
    { name: `scopf-tanh-${nodes}x${layers}, untrained` },
  );
}

/** The surrogate of a size, nodes × layers (input and output counted); untrained where the repository holds none. */
export async function surrogateOf(size: string, buses: number): Promise<Network> {
  if (trainedSizes.includes(size)) return loadNetwork(shippedSurrogate(size));
  const [nodes, layers] = size.split('x').map(Number) as [number, number];
  return untrained(nodes, layers, buses);
}
