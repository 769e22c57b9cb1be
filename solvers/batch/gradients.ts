import { InputError } from '../../src/core/errors.js';
import { told } from '../../src/core/given.js';
import { unwrittenFloat64 } from '../../src/core/memory.js';
import { type BatchSolution, type Gradients, type InputName, inputNames, type QpBatch } from './contract.js';
import type { Triple } from './derivative-element.js';
import { offsetOf, sizeOf } from './element.js';
import { writeOuterProducts } from './outer.js';
import { withRoom } from './room.js';

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
  into?: Gradients,
): Gradients {
  const { batch, n, m, p } = data;
  const out = into ? cleared(data, into) : like(data);
  const without: number[] = [];
  for (let e = 0; e < batch; e++) if (instead(e) !== undefined) without.push(e);
  // Theirs may not be finite, and times 0 would still count.
  const solved = (values: Float64Array, one: number): Float64Array => {
    if (without.length === 0) return values;
    const own = values.slice();
    for (const e of without) own.fill(0, e * one, (e + 1) * one);
    return own;
  };
  if (s) for (let k = 0; k < s.length; k++) u.lam[k] = u.lam[k]! + s[k]!;
  const z = solved(solution.z, n);
  const [uz, uν, uλ] = [solved(u.z, n), solved(u.nu, m), solved(u.lam, p)];
  const write = (name: 'Q' | 'A' | 'G', rows: number, f: number, a: Float64Array, y: Float64Array): void =>
    writeOuterProducts(out[name], rows, n, batch, { a, z, y, u: uz }, f, data[name].shared);
  write('Q', n, -0.5, uz, z);
  write('A', m, -1, uν, solved(solution.nu, m));
  write('G', p, -1, uλ, solved(solution.lam, p));
  addVectors(out.q, uz, -1, data.q.shared);
  addVectors(out.b, uν, 1, data.b.shared);
  addVectors(out.h, uλ, 1, data.h.shared);
  for (const e of without) {
    const value = instead(e)!;
    // Sums, of shared inputs, stay without it.
    if (value !== 0)
      for (const name of inputNames) {
        const from = offsetOf(data, name, e);
        out[name].fill(value, from, from + sizeOf(data, name));
      }
  }
  return out;
}

/** As long as the inputs; vectors are zeros, matrices still to be written. */
function like(data: QpBatch): Record<InputName, Float64Array> {
  const { batch } = data;
  const lengths = inputNames.map((name) => data[name].values.length);
  const bytes = (8 * lengths.reduce((sum, length) => sum + length, 0)) / Math.max(1, batch);
  const array = (name: InputName, length: number): Float64Array =>
    'QAG'.includes(name) && batch > 0 ? unwrittenFloat64(length) : new Float64Array(length);
  const make = () => Object.fromEntries(inputNames.map((name, k) => [name, array(name, lengths[k]!)]));
  return withRoom(make, batch, bytes, 'the gradient') as Record<InputName, Float64Array>;
}

/** A caller's arrays, to be written as those of {@link like}. */
function cleared(data: QpBatch, into: Gradients): Gradients {
  for (const name of inputNames) {
    const [own, { length }] = [into[name] as unknown, data[name].values];
    if (!(own instanceof Float64Array) || own.length !== length)
      throw new InputError(
        `gradients: into.${name} is ${own instanceof Float64Array ? `an array of ${own.length}` : told(own)}, expected a Float64Array of ${length}; give what an earlier call returned for a batch of this size`,
      );
    if (!'QAG'.includes(name) || data.batch === 0) own.fill(0);
  }
  return into;
}

/** out ← f x, or, where all elements share it, the sum of their parts. */
function addVectors(out: Float64Array, x: Float64Array, f: number, shared: boolean): void {
  const length = shared ? out.length : x.length;
  for (let at = 0; at < x.length; at += length)
    for (let k = 0; k < length; k++) out[k] = out[k]! + f * x[at + k]!;
}
