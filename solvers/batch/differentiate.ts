import { InputError } from '../../src/core/errors.js';
import { told } from '../../src/core/given.js';
import {
  type BatchDerivative,
  type BatchSolution,
  type Cotangents,
  type Directions,
  type Gradients,
  type InputName,
  inputNames,
  type QpBatch,
  type QpPoint,
  type SolutionFlag,
} from './contract.js';
import { ElementSystem, forwardSide } from './derivative-element.js';
import { elementOf, offsetOf, part, type Qp, sizeOf } from './element.js';
import { addTimes, addTransposedTimes } from './matrix.js';
import { type DerivativeOptions, type DerivativeSettings, derivativeSettings } from './options.js';
import { isSolved } from './solve.js';

/** Residual of a solve with K, relative to its right-hand side, from which a derivative is called inaccurate. */
const ACCURATE = 1e-10;

const parts = ['z', 'nu', 'lam', 's'] as const;

/**
 * The derivative of the solution map at a solution, by the implicit function theorem on the active rows W (Amos & Kolter,
 * arXiv 1703.00443, §3):
 *
 *     K = [Q Aᵀ G_Wᵀ; A 0 0; G_W 0 0],   K u = cotangent of (z, ν, λ_W)
 *     dq = −u_z,  dQ = −½(u_z zᵀ + z u_zᵀ),  dA = −(u_ν zᵀ + ν u_zᵀ),  db = u_ν,  dG_W = −(u_λ zᵀ + λ u_zᵀ),  dh_W = u_λ
 *
 * Where it does not exist, an element of Clarke's generalized Jacobian, or with dependent rows the solution of least norm,
 * and a flag.
 */
export function differentiate(
  data: QpBatch,
  solution: BatchSolution,
  options?: DerivativeOptions,
): BatchDerivative {
  return new SolutionMap(data, solution, derivativeSettings(options));
}

class SolutionMap implements BatchDerivative {
  readonly flags: readonly (readonly SolutionFlag[])[];
  readonly #data: QpBatch;
  readonly #solution: BatchSolution;
  readonly #settings: DerivativeSettings;
  #systems: (ElementSystem | undefined)[] | undefined;

  constructor(data: QpBatch, solution: BatchSolution, settings: DerivativeSettings) {
    for (const name of ['batch', 'n', 'm', 'p'] as const)
      if (data[name] !== solution[name])
        throw new InputError(
          `derivatives of quadratic programs: the solution has ${name} = ${solution[name]}, the data ${data[name]}`,
        );
    this.#data = data;
    this.#solution = solution;
    this.#settings = settings;
    this.#systems = new Array(data.batch);
    this.flags = solution.flags.map((flags) => flags.filter((flag) => flag !== 'refined'));
    if (settings.onFailure === 'throw')
      solution.statuses.forEach((status, e) => {
        if (!isSolved(status))
          throw new InputError(
            `derivatives of quadratic programs: element ${e} is ${status}; choose onFailure 'zero' or 'nan', or leave it out`,
          );
      });
    if (settings.weaklyActive === 'refuse')
      solution.flags.forEach((flags, e) => {
        if (flags.includes('weakly-active'))
          throw new InputError(
            `derivatives of quadratic programs: rows of element ${e} are weakly active; choose weaklyActive 'exclude' or 'include'`,
          );
      });
  }

  #system(e: number): ElementSystem {
    if (this.#systems === undefined)
      throw new InputError('derivatives of quadratic programs: used after dispose()');
    const kept = this.#systems[e];
    if (kept) return kept;
    const { p } = this.#data;
    const least = this.#settings.weaklyActive === 'include' ? 2 : 1;
    const active = this.#solution.active.subarray(e * p, (e + 1) * p);
    const held = Int32Array.from([...active].flatMap((code, i) => (code > 0 && code <= least ? [i] : [])));
    const system = new ElementSystem(elementOf(this.#data, e), held);
    this.#systems[e] = system;
    return system;
  }

  #point(e: number): QpPoint {
    const { n, m, p, z, nu, lam, s } = this.#solution;
    const of = (values: Float64Array, one: number): Float64Array => values.subarray(e * one, (e + 1) * one);
    return { z: of(z, n), nu: of(nu, m), lam: of(lam, p), s: of(s, p) };
  }

  #checkOpen(): void {
    if (this.#systems === undefined)
      throw new InputError('derivatives of quadratic programs: used after dispose()');
  }

  #mark(e: number, error: number): void {
    const flags = this.flags[e] as SolutionFlag[];
    if (error > ACCURATE && !flags.includes('inaccurate')) flags.push('inaccurate');
  }

  backward(cotangents: Cotangents): Gradients {
    this.#checkOpen();
    const data = this.#data;
    const { batch, n, m, p } = data;
    checkParts(cotangents, parts, 'cotangent', (name) => this.#solution[name as keyof QpPoint].length);
    const out = Object.fromEntries(
      inputNames.map((name) => [name, new Float64Array(data[name].values.length)]),
    ) as Record<InputName, Float64Array>;
    const of = (name: keyof QpPoint, e: number, one: number): Float64Array =>
      cotangents[name]?.subarray(e * one, (e + 1) * one) ?? new Float64Array(one);
    for (let e = 0; e < batch; e++) {
      const into = (name: InputName): Float64Array => {
        const from = offsetOf(data, name, e);
        return out[name].subarray(from, from + sizeOf(data, name));
      };
      if (!isSolved(this.#solution.statuses[e]!)) {
        if (this.#settings.onFailure === 'nan') for (const name of inputNames) into(name).fill(NaN);
        continue;
      }
      const system = this.#system(e);
      const { z, nu, lam } = this.#point(e);
      const gs = of('s', e, p);
      const g = { z: of('z', e, n).slice(), nu: of('nu', e, m), lam: of('lam', e, p) };
      // s = h − Gz.
      addTransposedTimes(part(data, 'G', e), gs, -1, g.z);
      const { u, error } = system.solve(g);
      this.#mark(e, error);
      const [dQ, dq, dA, db, dG, dh] = inputNames.map(into) as [
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      for (let j = 0; j < n; j++) dq[j] = dq[j]! - u.z[j]!;
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++)
          dQ[i * n + j] = dQ[i * n + j]! - 0.5 * (u.z[i]! * z[j]! + z[i]! * u.z[j]!);
      addRows(dA, u.nu, nu, z, u.z);
      for (let i = 0; i < m; i++) db[i] = db[i]! + u.nu[i]!;
      const byRow = u.lam.map((value, i) => value + gs[i]!);
      addRows(dG, byRow, lam, z, u.z);
      for (let i = 0; i < p; i++) dh[i] = dh[i]! + byRow[i]!;
    }
    return out;
  }

  forward(directions: Directions): QpPoint {
    this.#checkOpen();
    const data = this.#data;
    const { batch, n, m, p } = data;
    checkParts(directions, inputNames, 'direction', (name) => data[name as InputName].values.length);
    const out = {
      z: new Float64Array(batch * n),
      nu: new Float64Array(batch * m),
      lam: new Float64Array(batch * p),
      s: new Float64Array(batch * p),
    };
    for (let e = 0; e < batch; e++) {
      if (!isSolved(this.#solution.statuses[e]!)) {
        if (this.#settings.onFailure === 'nan')
          for (const name of parts) {
            const one = out[name].length / batch;
            out[name].fill(NaN, e * one, (e + 1) * one);
          }
        continue;
      }
      const direction = directionOf(data, directions, e);
      const point = this.#point(e);
      const { u, error } = this.#system(e).solve(forwardSide(direction, point));
      this.#mark(e, error);
      const s = direction.h.slice();
      addTimes(direction.G, point.z, -1, s);
      addTimes(part(data, 'G', e), u.z, -1, s);
      out.z.set(u.z, e * n);
      out.nu.set(u.nu, e * m);
      out.lam.set(u.lam, e * p);
      out.s.set(s, e * p);
    }
    return out;
  }

  dispose(): void {
    this.#systems = undefined;
  }
}

/** `M ← M − (a zᵀ + y uᵀ)`, rows a, y by columns z, u. */
function addRows(M: Float64Array, a: Float64Array, y: Float64Array, z: Float64Array, u: Float64Array): void {
  const n = z.length;
  for (let i = 0, at = 0; i < a.length; i++, at += n) {
    const [ai, yi] = [a[i]!, y[i]!];
    if (ai !== 0 || yi !== 0) for (let j = 0; j < n; j++) M[at + j] = M[at + j]! - (ai * z[j]! + yi * u[j]!);
  }
}

/** The directions of element e, zeros where none are given, that of Q symmetric. */
function directionOf(data: QpBatch, directions: Directions, e: number): Qp {
  const block = (name: InputName) => ({
    values: directions[name] ?? new Float64Array(data[name].values.length),
    shared: data[name].shared,
  });
  const { batch, n, m, p } = data;
  return elementOf(
    {
      batch,
      n,
      m,
      p,
      Q: block('Q'),
      q: block('q'),
      A: block('A'),
      b: block('b'),
      G: block('G'),
      h: block('h'),
    },
    e,
  );
}

function checkParts(
  given: Readonly<Record<string, Float64Array | undefined>>,
  names: readonly string[],
  what: string,
  length: (name: string) => number,
): void {
  for (const [name, values] of Object.entries(given)) {
    if (!names.includes(name))
      throw new InputError(
        `derivatives of quadratic programs: unknown ${what} '${name}'; there are ${names.join(', ')}`,
      );
    if (values === undefined) continue;
    if (!(values instanceof Float64Array))
      throw new InputError(
        `derivatives of quadratic programs: ${what} of ${name} is ${told(values)}, not a Float64Array`,
      );
    if (values.length !== length(name))
      throw new InputError(
        `derivatives of quadratic programs: ${what} of ${name} has ${values.length} numbers, expected ${length(name)}`,
      );
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new InputError(
        `derivatives of quadratic programs: ${what} of ${name}[${bad}] is ${values[bad]}; give finite numbers`,
      );
  }
}
