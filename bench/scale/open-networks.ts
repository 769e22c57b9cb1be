import type { ChainSpec } from '../networks.js';

/**
 * The paper's open question: networks of many inputs and outputs, `narrow-n` with an affine entry to 128 numbers, behind
 * which derivatives stay, and `broad-n` without one, whose Hessian has n(n + 1)/2 numbers.
 */
export const openNetworks: readonly (ChainSpec & { readonly large?: true })[] = [
  1_000, 3_000, 10_000, 30_000, 100_000,
].flatMap((n) => [
  { name: `narrow-${n}`, widths: [n, 128, 256, 256, n], activation: 'tanh' as const, softmax: false },
  { name: `broad-${n}`, widths: [n, n, n], activation: 'tanh' as const, softmax: false },
]);
