import { isOutOfMemory } from '../../src/core/errors.js';
import { beyond } from '../../src/core/kernels.js';
import { type BatchSolution, type Gradients, type InputName, inputNames, type QpBatch } from './contract.js';
import type { Triple } from './derivative-element.js';
import { offsetOf, sizeOf } from './element.js';

/**
 * The gradients from the solution u of K u = g: with v = u_λ plus the cotangent of s,
 *
 *     dQ = −½(u_z zᵀ + z u_zᵀ), dq = −u_z, dA = −(u_ν zᵀ + ν u_zᵀ), db = u_ν, dG = −(v zᵀ + λ u_zᵀ), dh = v
 *
 * summed over the batch for inputs that are shared. Elements for which `instead` has a number give
 * that number.
 */
export function gradientsOf(
  data: QpBatch,
  solution: BatchSolution,
  u: Triple,
  s: Float64Array | undefined,
  instead: (e: number) => number | undefined,
): Gradients {
  const { batch, n, m, p } = data;
  const out = zerosLike(data);
  const { z, nu, lam } = solution;
  for (let e = 0; e < batch; e++) {
    const value = instead(e);
    if (value !== undefined) {
      // Sums, of shared inputs, stay without it.
      if (value !== 0)
        for (const name of inputNames) {
          const from = offsetOf(data, name, e);
          out[name].fill(value, from, from + sizeOf(data, name));
        }
      continue;
    }
    addSymmetric(out.Q, offsetOf(data, 'Q', e), u.z, z, e * n, n, data.Q.shared);
    addScaled(out.q, offsetOf(data, 'q', e), u.z, e * n, n, -1);
    addRows(out.A, offsetOf(data, 'A', e), u.nu, nu, e * m, m, z, u.z, e * n, n, data.A.shared);
    addScaled(out.b, offsetOf(data, 'b', e), u.nu, e * m, m, 1);
    if (s) for (let i = e * p; i < (e + 1) * p; i++) u.lam[i] = u.lam[i]! + s[i]!;
    addRows(out.G, offsetOf(data, 'G', e), u.lam, lam, e * p, p, z, u.z, e * n, n, data.G.shared);
    addScaled(out.h, offsetOf(data, 'h', e), u.lam, e * p, p, 1);
  }
  return out;
}

/** Zeros as long as the inputs. Throws {@link OutOfMemoryError}, which says what it needs. */
function zerosLike(data: QpBatch): Record<InputName, Float64Array> {
  const lengths = inputNames.map((name) => data[name].values.length);
  try {
    return Object.fromEntries(inputNames.map((name, k) => [name, new Float64Array(lengths[k]!)])) as Record<
      InputName,
      Float64Array
    >;
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    const bytes = 8 * lengths.reduce((sum, length) => sum + length, 0);
    const what = `the gradient of ${data.batch} quadratic programs`;
    throw beyond(bytes, what, 'more than can be had; take fewer elements at once, or share inputs');
  }
}

function addScaled(
  out: Float64Array,
  to: number,
  x: Float64Array,
  from: number,
  length: number,
  factor: number,
): void {
  for (let k = 0; k < length; k++) out[to + k] = out[to + k]! + factor * x[from + k]!;
}

/** out −= ½(u zᵀ + z uᵀ), or out = − that where nothing else adds up there: what was never read need not be there. */
function addSymmetric(
  out: Float64Array,
  to: number,
  u: Float64Array,
  z: Float64Array,
  from: number,
  n: number,
  adds: boolean,
): void {
  for (let i = 0; i < n; i++)
    writeRow(out, to + i * n, -0.5 * u[from + i]!, z, -0.5 * z[from + i]!, u, from, n, adds);
}

/** out −= a zᵀ + y uᵀ, or out = − that; rows where a and y are 0 stay. */
function addRows(
  out: Float64Array,
  to: number,
  a: Float64Array,
  y: Float64Array,
  rowFrom: number,
  rows: number,
  z: Float64Array,
  u: Float64Array,
  from: number,
  n: number,
  adds: boolean,
): void {
  for (let i = 0; i < rows; i++) {
    const [ai, yi] = [-a[rowFrom + i]!, -y[rowFrom + i]!];
    if (ai === 0 && yi === 0) continue;
    writeRow(out, to + i * n, ai, z, yi, u, from, n, adds);
  }
}

/** n numbers of out become, or have added, a z + b u. */
function writeRow(
  out: Float64Array,
  to: number,
  a: number,
  z: Float64Array,
  b: number,
  u: Float64Array,
  from: number,
  n: number,
  adds: boolean,
): void {
  const end = from + n;
  if (adds) for (let k = from; k < end; k++, to++) out[to] = out[to]! + (a * z[k]! + b * u[k]!);
  else for (let k = from; k < end; k++, to++) out[to] = a * z[k]! + b * u[k]!;
}
