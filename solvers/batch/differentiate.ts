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
import { ElementSystem, forwardSide, type Triple } from './derivative-element.js';
import { elementOf, part, type Qp } from './element.js';
import { gradientsOf } from './gradients.js';
import { keptFor, release } from './keep.js';
import { addTimes, addTransposedTimes } from './matrix.js';
import { type DerivativeOptions, type DerivativeSettings, derivativeSettings } from './options.js';
import { isSolved } from './solve-here.js';
import { releaseParts, solvePartsKept } from './solve-in-parts.js';
import { solveKept } from './solve-kept.js';

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
    if (!(error <= ACCURATE) && !flags.includes('inaccurate')) flags.push('inaccurate');
  }

  backward(cotangents: Cotangents): Gradients {
    this.#checkOpen();
    const data = this.#data;
    checkParts(cotangents, parts, 'cotangent', (name) => this.#solution[name as keyof QpPoint].length);
    const { batch, n, m, p } = data;
    const g = {
      z: cotangents.z?.slice() ?? new Float64Array(batch * n),
      nu: cotangents.nu?.slice() ?? new Float64Array(batch * m),
      lam: cotangents.lam?.slice() ?? new Float64Array(batch * p),
    };
    const { s } = cotangents;
    // s = h − Gz.
    if (s)
      for (let e = 0; e < batch; e++)
        addTransposedTimes(part(data, 'G', e), piece(s, p, e), -1, piece(g.z, n, e));
    this.#solve(g);
    const without = this.#settings.onFailure === 'nan' ? NaN : 0;
    return gradientsOf(data, this.#solution, g, s, (e) =>
      isSolved(this.#solution.statuses[e]!) ? undefined : without,
    );
  }

  /** Overwrites (z, ν, λ) of all elements, right-hand sides of K u = g, with u; zeros for elements without a solution. */
  #solve(g: Triple): void {
    const { batch, n, m, p } = this.#data;
    const { statuses } = this.#solution;
    for (let e = 0; e < batch; e++)
      if (!isSolved(statuses[e]!)) {
        piece(g.z, n, e).fill(0);
        piece(g.nu, m, e).fill(0);
        piece(g.lam, p, e).fill(0);
      }
    const kept = keptFor(this.#solution);
    const alone = (e: number): boolean => isSolved(statuses[e]!) && kept?.solved[e] !== 1;
    const hard = Array.from({ length: batch }, (_, e) => e).filter(alone);
    const own = hard.map((e) => ({
      z: piece(g.z, n, e).slice(),
      nu: piece(g.nu, m, e).slice(),
      lam: piece(g.lam, p, e).slice(),
    }));
    if (kept) {
      const error =
        solvePartsKept(this.#data, this.#solution, g) ?? solveKept(this.#data, this.#solution, kept, g);
      for (let e = 0; e < batch; e++) if (kept.solved[e] === 1) this.#mark(e, error[e]!);
    }
    hard.forEach((e, k) => {
      const { u, error } = this.#system(e).solve(own[k]!);
      this.#mark(e, error);
      piece(g.z, n, e).set(u.z);
      piece(g.nu, m, e).set(u.nu);
      piece(g.lam, p, e).set(u.lam);
    });
  }

  forward(directions: Directions): QpPoint {
    this.#checkOpen();
    const data = this.#data;
    const { batch, n, m, p } = data;
    checkParts(directions, inputNames, 'direction', (name) => data[name as InputName].values.length);
    const g = {
      z: new Float64Array(batch * n),
      nu: new Float64Array(batch * m),
      lam: new Float64Array(batch * p),
    };
    const s = new Float64Array(batch * p);
    for (let e = 0; e < batch; e++) {
      const direction = directionOf(data, directions, e);
      const side = forwardSide(direction, this.#point(e));
      g.z.set(side.z, e * n);
      g.nu.set(side.nu, e * m);
      g.lam.set(side.lam, e * p);
      // ds = dh − dG z − G dz, the last below.
      s.set(side.lam, e * p);
    }
    this.#solve(g);
    for (let e = 0; e < batch; e++) {
      if (isSolved(this.#solution.statuses[e]!))
        addTimes(part(data, 'G', e), piece(g.z, n, e), -1, piece(s, p, e));
      else {
        const value = this.#settings.onFailure === 'nan' ? NaN : 0;
        piece(s, p, e).fill(value);
        piece(g.z, n, e).fill(value);
        piece(g.nu, m, e).fill(value);
        piece(g.lam, p, e).fill(value);
      }
    }
    return { ...g, s };
  }

  dispose(): void {
    this.#systems = undefined;
    release(this.#solution);
    releaseParts(this.#solution);
  }
}

const piece = (values: Float64Array, one: number, e: number): Float64Array =>
  values.subarray(e * one, (e + 1) * one);

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
