import { join } from 'node:path';
import { InputError, loadNetwork, type Network } from '../index.js';
import { packageRoot } from '../scenarios/data.js';
import { readImages, readLabels } from '../scenarios/mnist/idx.js';
import type { LimitFlags, SolveFlags } from './options.js';

export interface MnistFlags {
  readonly sample?: number;
  readonly samples?: readonly number[];
  readonly concurrency?: number;
  readonly image?: string;
  readonly target?: number;
  readonly probability?: number;
  readonly network?: string;
  readonly certify?: boolean;
  readonly layers?: string;
  readonly quadratic?: 'complementarity' | 'smooth';
}

const DEFAULT_NETWORK = 'mnist-tanh-128';

/** An image to start from. */
export interface Reference {
  readonly pixels: Float64Array;
  /** What it shows, where that is known. */
  readonly label?: number;
  readonly name: string;
}

/** The MNIST test images in a folder, by their number. */
export function testImages(
  folder: string,
  { limit }: LimitFlags,
): (sample: number) => Reference & { label: number } {
  const own = { verify: true, ...(limit && { limits: limit }) };
  const { images, count, rows, columns } = readImages(folder, own);
  const labels = readLabels(folder, own);
  const size = rows * columns;
  return (sample) => {
    if (sample >= count) throw new InputError(`sample ${sample}: ${folder} holds images 0 to ${count - 1}`);
    const pixels = Float64Array.from(images.subarray(sample * size, (sample + 1) * size), (v) => v / 255);
    const label = labels[sample]!;
    return { pixels, label, name: `MNIST test image ${sample}, a ${label}` };
  };
}

/** The network that shall be misled. */
export const networkFor = ({ network, limit }: MnistFlags & LimitFlags): Promise<Network> =>
  loadNetwork(network ?? join(packageRoot, 'models', DEFAULT_NETWORK), { limits: limit });

/** What becomes of quadratic programs inside the network. */
const treatments = { complementarity: { complementarity: 1e-8 }, smooth: { smooth: 1e-8 } } as const;

/** How the problem is stated. */
export const statementChoice = ({
  formulation,
  layers,
  quadratic,
  probability,
}: SolveFlags & MnistFlags) => ({
  formulation,
  ...(layers !== undefined && { layers: layers.split(',') }),
  ...(quadratic !== undefined && { quadratic: treatments[quadratic] }),
  ...(probability !== undefined && { probability }),
});

/** Who computes the network. */
export const engineChoice = ({ engine, device, precision, threads, limit }: SolveFlags) => ({
  engine,
  device,
  precision,
  limits: limit,
  ...(threads !== undefined && { threads }),
});
