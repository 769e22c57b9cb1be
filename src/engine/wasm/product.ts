import type { Tensor } from '../../network/graph.js';
import { Arena } from './arena.js';

/**
 * Products `out = a Wᵀ` of `a`, `[rows, n]`, with trained matrices `W`, `[m, n]`, in f64. Keeps a copy of every matrix it has
 * met; its memory is freed with it.
 */
export function openProduct(
  purpose: string,
): (a: Float64Array, rows: number, weight: Tensor, out: Float64Array) => void {
  const arena = new Arena(purpose);
  return (a, rows, weight, out) => {
    const [m, n] = weight.shape as [number, number];
    const w = arena.constant(weight, 'f64');
    const work = arena.kernels.gemmWork(m);
    const at = arena.scratch(8 * (a.length + out.length + work) + 64);
    const [to, room] = [at + 8 * a.length, at + 8 * (a.length + out.length)];
    const aligned = (address: number): number => (address + 15) & ~15;
    const into = aligned(to);
    arena.heap.f64.set(a, at / 8);
    arena.heap.f64.fill(0, into / 8, into / 8 + out.length);
    arena.kernels.f64.gemm(rows, m, n, at, n, 1, w, 1, n, into, m, false, aligned(room + 16));
    out.set(arena.heap.f64.subarray(into / 8, into / 8 + out.length));
  };
}
