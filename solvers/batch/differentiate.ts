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
import { part } from './element.js';
import { addTimes, addTransposedTimes } from './matrix.js';
import { type DerivativeOptions, type DerivativeSettings, derivativeSettings } from './options.js';
import { piece, QpSolutionMap } from './qp-solution-map.js';
import { isSolved } from './solve-here.js';

/** Residual of a solve with K, relative to what adds up in it, from which a derivative is called inaccurate. */
const ACCURATE = 1e-10;

const parts = ['z', 'nu', 'lam', 's'] as const;
const owner = 'derivatives of quadratic programs';

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
  return new Derivative(data, solution, derivativeSettings(options));
}

class Derivative implements BatchDerivative {
  readonly flags: readonly (readonly SolutionFlag[])[];
  readonly #data: QpBatch;
  readonly #solution: BatchSolution;
  /** What derivatives of elements without a solution are. */
  readonly #without: number;
  #map: QpSolutionMap | undefined;

  constructor(data: QpBatch, solution: BatchSolution, settings: DerivativeSettings) {
    for (const name of ['batch', 'n', 'm', 'p'] as const)
      if (data[name] !== solution[name])
        throw new InputError(
          `${owner}: the solution has ${name} = ${solution[name]}, the data ${data[name]}`,
        );
    refuse(solution, settings);
    this.#data = data;
    this.#solution = solution;
    this.#without = settings.onFailure === 'nan' ? NaN : 0;
    this.#map = new QpSolutionMap(data, solution, settings.weaklyActive === 'include');
    this.flags = solution.flags.map((flags) => flags.filter((flag) => flag !== 'refined'));
  }

  #open(): QpSolutionMap {
    if (this.#map === undefined) throw new InputError(`${owner}: used after dispose()`);
    return this.#map;
  }

  #mark(errors: Float64Array): void {
    errors.forEach((error, e) => {
      const flags = this.flags[e] as SolutionFlag[];
      if (!(error <= ACCURATE) && !flags.includes('inaccurate')) flags.push('inaccurate');
    });
  }

  backward(cotangents: Cotangents, into?: Gradients): Gradients {
    const map = this.#open();
    checkParts(cotangents, parts, 'cotangent', (name) => this.#solution[name as keyof QpPoint].length);
    const { batch, n, m, p } = this.#data;
    const { s } = cotangents;
    const g = {
      z: cotangents.z?.slice() ?? new Float64Array(batch * n),
      nu: cotangents.nu?.slice() ?? new Float64Array(batch * m),
      lam: cotangents.lam?.slice() ?? new Float64Array(batch * p),
      s,
    };
    // s = h − Gz.
    if (s)
      for (let e = 0; e < batch; e++)
        addTransposedTimes(part(this.#data, 'G', e), piece(s, p, e), -1, piece(g.z, n, e));
    this.#mark(map.solve(g));
    return map.pullback(g, this.#without, into);
  }

  forward(directions: Directions): QpPoint {
    const map = this.#open();
    const data = this.#data;
    checkParts(directions, inputNames, 'direction', (name) => data[name as InputName].values.length);
    const { batch, n, p } = data;
    const tangent = map.pushforward(directions);
    // ds = dh − dG z − G dz: but for the last what the rows are pushed by.
    const out = { ...tangent, s: tangent.lam.slice() };
    this.#mark(map.solve(tangent));
    for (let e = 0; e < batch; e++)
      if (isSolved(this.#solution.statuses[e]!))
        addTimes(part(data, 'G', e), piece(out.z, n, e), -1, piece(out.s, p, e));
      else for (const name of parts) piece(out[name], out[name].length / batch, e).fill(this.#without);
    return out;
  }

  dispose(): void {
    this.#map?.dispose();
    this.#map = undefined;
  }
}

/** Throws where the options have derivatives of some elements refused. */
function refuse({ statuses, flags }: BatchSolution, { onFailure, weaklyActive }: DerivativeSettings): void {
  const unsolved = onFailure === 'throw' ? statuses.findIndex((status) => !isSolved(status)) : -1;
  if (unsolved >= 0)
    throw new InputError(
      `${owner}: element ${unsolved} is ${statuses[unsolved]}; choose onFailure 'zero' or 'nan', or leave it out`,
    );
  const weak = weaklyActive === 'refuse' ? flags.findIndex((own) => own.includes('weakly-active')) : -1;
  if (weak >= 0)
    throw new InputError(
      `${owner}: rows of element ${weak} are weakly active; choose weaklyActive 'exclude' or 'include'`,
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
      throw new InputError(`${owner}: unknown ${what} '${name}'; there are ${names.join(', ')}`);
    if (values === undefined) continue;
    if (!(values instanceof Float64Array))
      throw new InputError(`${owner}: ${what} of ${name} is ${told(values)}, not a Float64Array`);
    if (values.length !== length(name))
      throw new InputError(
        `${owner}: ${what} of ${name} has ${values.length} numbers, expected ${length(name)}`,
      );
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new InputError(`${owner}: ${what} of ${name}[${bad}] is ${values[bad]}; give finite numbers`);
  }
}
