import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError } from '../../src/core/errors.js';
import type { Nlp } from '../../src/nlp/contract.js';
import type { Result } from '../../src/nlp/result.js';
import type { Monitor, WarmStart } from '../../src/nlp/solver.js';
import { INTEGER_OPTIONS, type IpoptOptions, splitOptions } from './options.js';
import { Session } from './session.js';
import { statusOf } from './status.js';

/** The function `solve` of the module ipopt-wasm. */
type WasmSolve = (
  problem: Record<string, unknown>,
  options: Record<string, string | number>,
) => Promise<{
  x: Float64Array;
  status: number;
  mult_g: Float64Array;
  mult_x_L: Float64Array;
  mult_x_U: Float64Array;
}>;

/**
 * Ipopt compiled to WebAssembly, the npm module `ipopt-wasm` or a path to its folder or entry file. Like the solver
 * contract, but its `solve` returns a promise because the module loads itself asynchronously.
 *
 * The module's known faults are guarded: a C++ exception arrives as a bare number; whole numbers go to the integer
 * setter even for real options; a rejected option is ignored; there is no callback per iteration, so `iterations`
 * counts gradient evaluations, and it takes no multipliers to start from.
 */
export class WasmIpopt {
  readonly name = 'ipopt-wasm';

  constructor(private readonly load: () => Promise<WasmSolve>) {}

  async solve(
    nlp: Nlp,
    options?: Partial<IpoptOptions>,
    monitor?: Monitor,
    warmStart?: WarmStart,
  ): Promise<Result> {
    const exact = nlp.secondDerivatives !== false;
    const split = splitOptions(options, undefined, exact);
    const session = new Session(nlp, monitor, split.secondsAllowed);
    const [n, m] = [nlp.variables.lower.length, nlp.constraints.lower.length];
    let last: Float64Array = Float64Array.from(warmStart?.x ?? nlp.variables.start);
    const none = { constraints: new Float64Array(m), lower: new Float64Array(n), upper: new Float64Array(n) };
    const solve = await this.load();
    try {
      const answer = await solve(
        describe(session, last, exact, (x) => {
          last = x;
        }),
        Object.fromEntries(split.options.map(([name, value]) => [name, realNumber(name, value)])),
      );
      return session.result({
        ...statusOf(answer.status),
        x: answer.x,
        multipliers: { constraints: answer.mult_g, lower: answer.mult_x_L, upper: answer.mult_x_U },
        iterations: Math.max(0, session.gradients - 1),
      });
    } catch (thrown) {
      const message =
        typeof thrown === 'number'
          ? 'Ipopt (WebAssembly): a C++ exception ended the solve'
          : `Ipopt (WebAssembly): ${thrown instanceof Error ? thrown.message : thrown}`;
      return session.result({
        status: 'step-failed',
        message,
        x: last,
        multipliers: none,
        iterations: session.gradients,
      });
    }
  }
}

/** Keeps real options real: the module would send a whole number to the integer setter, where it is lost. */
function realNumber(name: string, value: string | number): string | number {
  if (typeof value !== 'number' || INTEGER_OPTIONS.has(name)) {
    if (typeof value === 'number' && !Number.isInteger(value))
      throw new InputError(`option ${name}=${value}: give a whole number`);
    return value;
  }
  return Number.isInteger(value) ? (value === 0 ? Number.MIN_VALUE : value * (1 + Number.EPSILON)) : value;
}

function describe(
  session: Session,
  x0: Float64Array,
  exact: boolean,
  iterate: (x: Float64Array) => void,
): Record<string, unknown> {
  const { nlp } = session;
  const [n, m] = [nlp.variables.lower.length, nlp.constraints.lower.length];
  const buffers = {
    gradient: new Float64Array(n),
    g: new Float64Array(m),
    jacobian: new Float64Array(nlp.jacobian.row.length),
    hessian: new Float64Array(nlp.hessian.row.length),
  };
  const orNaN = (right: boolean, out: Float64Array): Float64Array => (right ? out : out.fill(Number.NaN));
  return {
    n,
    m,
    x0,
    xl: session.bounds(nlp.variables.lower),
    xu: session.bounds(nlp.variables.upper),
    gl: session.bounds(nlp.constraints.lower),
    gu: session.bounds(nlp.constraints.upper),
    nele_jac: nlp.jacobian.row.length,
    nele_hess: exact ? nlp.hessian.row.length : 0,
    eval_f: (x: Float64Array) => session.objective(x),
    eval_grad_f: (x: Float64Array) => {
      const right = session.gradient(x, buffers.gradient);
      if (right) iterate(x);
      return orNaN(right, buffers.gradient);
    },
    eval_g: (x: Float64Array) => orNaN(session.constraints(x, buffers.g), buffers.g),
    eval_jac_g: (x: Float64Array, structure: boolean) =>
      structure
        ? { iRow: nlp.jacobian.row, jCol: nlp.jacobian.column }
        : orNaN(session.jacobian(x, buffers.jacobian), buffers.jacobian),
    eval_h: (x: Float64Array, σ: number, λ: Float64Array, structure: boolean) =>
      structure
        ? { iRow: nlp.hessian.row, jCol: nlp.hessian.column }
        : orNaN(session.hessian(x, σ, λ, buffers.hessian), buffers.hessian),
  };
}

let instances = 0;

/**
 * Opens the module named by `where` (default: GRAYBOX_IPOPT_WASM, then the package `ipopt-wasm`). Each solve gets a
 * module instance of its own, so that memory of a failed one is not reused.
 */
export async function openIpoptWasm(where = process.env['GRAYBOX_IPOPT_WASM']): Promise<WasmIpopt> {
  const target = where === undefined ? undefined : entryFile(where);
  const load = async (): Promise<WasmSolve> => {
    const name: string =
      target === undefined ? 'ipopt-wasm' : `${pathToFileURL(target).href}?instance=${++instances}`;
    const module: { solve?: WasmSolve } = await import(name).catch((error): never => {
      throw new InputError(
        `solver 'ipopt-wasm': ${target ?? 'the package ipopt-wasm'} cannot be loaded (${error instanceof Error ? error.message.split('\n')[0] : error}): 'npm install ipopt-wasm', or name its folder in GRAYBOX_IPOPT_WASM`,
      );
    });
    if (typeof module.solve !== 'function')
      throw new InputError(
        `solver 'ipopt-wasm': ${target ?? 'ipopt-wasm'} exports no function 'solve': it is another module`,
      );
    return module.solve;
  };
  await load();
  return new WasmIpopt(load);
}

function entryFile(where: string): string {
  const path = resolve(where);
  if (!existsSync(path))
    throw new InputError(
      `solver 'ipopt-wasm': ${where} does not exist: name the module's folder or its index.mjs`,
    );
  return statSync(path).isDirectory() ? join(path, 'index.mjs') : path;
}
