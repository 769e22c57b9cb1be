import { createRequire } from 'node:module';
import { derive } from '../src/derive/derive.js';
import { flops } from '../src/derive/flops.js';
import { openEngine } from '../src/engine/open.js';
import { benchmarkPoint, type ChainSpec, chainNetwork } from './networks.js';

/** 10⁹ operations a second of the best matrix product, by who computes it; undefined where that is not here. */
export interface ProductRates {
  readonly onnx?: number;
  readonly blas?: number;
  readonly torch?: number;
}

/** Rows, inner and outer length: about what layers of the larger networks ask for. */
export const productShape = [784, 1024, 1024] as const;

export const bestOf = (rates: ProductRates): number =>
  Math.max(...Object.values(rates).filter((rate) => rate !== undefined));

/** What ONNX Runtime and the system's BLAS reach here, the least time of some calls. */
export async function productRates(
  float: 'f64' | 'f32',
  threads: number,
  seconds: number,
): Promise<ProductRates> {
  const blas = ofBlas(float, threads, seconds);
  return { onnx: await ofOnnx(float, threads, seconds), ...(blas !== undefined && { blas }) };
}

async function least(seconds: number, call: () => void | Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + 1000 * seconds;
  for (let k = 0; k < 3 || performance.now() < end; k++) {
    const begin = performance.now();
    await call();
    best = Math.min(best, (performance.now() - begin) / 1000);
  }
  return best;
}

/** The tangents of a network whose second layer is that product; the rest is small beside it. */
async function ofOnnx(float: 'f64' | 'f32', threads: number, seconds: number): Promise<number> {
  const [rows, inner, outer] = productShape;
  const widths = [rows, inner, outer];
  const spec: ChainSpec = { name: 'product', widths, activation: 'tanh', softmax: false };
  const programs = derive(chainNetwork(spec));
  const engine = await openEngine('onnx');
  const executable = await engine.compile(programs, { precision: float, device: 'cpu', threads });
  const slot = {
    ...benchmarkPoint(rows, outer),
    y: new Float64Array(outer),
    J: new Float64Array(outer * rows),
    H: new Float64Array(0),
  };
  const best = await least(seconds, () => executable.evaluate(1, [slot]));
  await executable.dispose();
  return flops(programs.jacobian) / best / 1e9;
}

function ofBlas(float: 'f64' | 'f32', threads: number, seconds: number): number | undefined {
  const [m, k, n] = productShape;
  const [real, letter] = float === 'f64' ? ['double', 'd'] : ['float', 's'];
  try {
    const koffi = createRequire(import.meta.url)('koffi');
    const library = koffi.load('libopenblas.so.0');
    const limit = library.func('void openblas_set_num_threads(int)');
    const gemm = library.func(
      `void cblas_${letter}gemm(int, int, int, int, int, int, ${real}, void *, int, void *, int, ${real}, void *, int)`,
    );
    const make = (count: number) =>
      (float === 'f64' ? new Float64Array(count) : new Float32Array(count)).fill(0.5);
    const [a, b, c] = [make(m * k), make(k * n), make(m * n)];
    limit(threads);
    let best = Number.POSITIVE_INFINITY;
    const end = performance.now() + 1000 * seconds;
    for (let call = 0; call < 3 || performance.now() < end; call++) {
      const begin = performance.now();
      gemm(101, 111, 111, m, n, k, 1, a, k, b, n, 0, c, n);
      best = Math.min(best, (performance.now() - begin) / 1000);
    }
    limit(1);
    return (2 * m * k * n) / best / 1e9;
  } catch {
    return undefined;
  }
}
