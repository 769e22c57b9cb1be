import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError } from '../../src/core/errors.js';
import type { Nlp } from '../../src/nlp/contract.js';
import type { Result, Status } from '../../src/nlp/result.js';
import type { Monitor, WarmStart } from '../../src/nlp/solver.js';
import { refusedBounds } from './judge.js';
import { type IpoptOptions, setOptions, splitOptions } from './options.js';
import { Session } from './session.js';
import { checkedStart } from './start.js';
import { statusOf } from './status.js';
import { exceptionStatus, Heap, type WasmModule } from './wasm-module.js';

/** Makes a fresh instance of the WebAssembly module, its output handed to `print`. */
export type CreateModule = (settings: {
  print(line: string): void;
  printErr(line: string): void;
}) => Promise<WasmModule>;

/** Ends a solve from inside a callback: the module has no callback per iteration that could. */
class Stop extends Error {}

/**
 * Ipopt compiled to WebAssembly: the module `ipopt.mjs` as github.com/louisabraham/ipopt-wasm builds it, called without that
 * repository's own entry, which drops refused options, sends whole numbers for real options to the integer setter and takes no
 * multipliers to start from. Like the solver contract, but `solve` returns a promise because a module instance is made
 * asynchronously; each solve gets its own, since the build cannot unwind C++ exceptions: what threw is not used again.
 *
 * There is no callback per iteration: rows of the progress table come before the Hessian of each iterate but the last,
 * and what evaluations do not tell (dual infeasibility, barrier parameter, step lengths) is NaN.
 */
export class WasmIpopt {
  readonly name = 'ipopt-wasm';

  constructor(private readonly create: CreateModule) {}

  async solve(
    nlp: Nlp,
    options?: Partial<IpoptOptions>,
    monitor?: Monitor,
    given?: WarmStart,
  ): Promise<Result> {
    const warmStart = checkedStart(nlp, given, this.name);
    const exact = nlp.secondDerivatives !== false;
    const split = splitOptions(options, warmStart, exact);
    if (split.options.some(([, value]) => value === 'user-scaling'))
      throw new InputError(
        "option nlp_scaling_method=user-scaling: solver 'ipopt-wasm' takes no scaling factors: choose another solver",
      );
    const printed: string[] = [];
    const print = (line: string): void => {
      printed.push(line);
    };
    const module = await this.create({ print, printErr: print });
    const session = new Session(nlp, monitor, split.secondsAllowed, options);
    const [n, m] = [nlp.variables.lower.length, nlp.constraints.lower.length];
    const start = Float64Array.from(warmStart?.x ?? nlp.variables.start);
    const none = { constraints: new Float64Array(m), lower: new Float64Array(n), upper: new Float64Array(n) };
    const refused = refusedBounds(nlp);
    if (refused) return session.refused({ ...refused, x: start, multipliers: none, iterations: 0 });

    const heap = new Heap(module);
    const [x, g, value] = [heap.copy(start), heap.copy(new Float64Array(m)), heap.copy(new Float64Array(1))];
    const { constraints, lower, upper } = warmStart?.multipliers ?? none;
    const [λ, zL, zU] = [heap.copy(constraints), heap.copy(lower), heap.copy(upper)];
    const problem = module._ipopt_create(
      n,
      heap.copy(session.bounds(nlp.variables.lower)),
      heap.copy(session.bounds(nlp.variables.upper)),
      m,
      heap.copy(session.bounds(nlp.constraints.lower)),
      heap.copy(session.bounds(nlp.constraints.upper)),
      nlp.jacobian.triplets().length,
      exact ? nlp.hessian.triplets().length : 0,
      ...register(heap, session),
    );
    if (problem === 0)
      return session.refused({ ...statusOf(-11), x: start, multipliers: none, iterations: 0 });
    const setters = {
      text: (name: string, text: string) =>
        Boolean(module._ipopt_str_option(problem, heap.text(name), heap.text(text))),
      real: (name: string, real: number) => Boolean(module._ipopt_num_option(problem, heap.text(name), real)),
      integer: (name: string, whole: number) =>
        Boolean(module._ipopt_int_option(problem, heap.text(name), whole)),
    };
    setOptions(setters, split.options, 'Ipopt (WebAssembly)');
    try {
      const code: number = module._ipopt_solve(problem, x, g, value, λ, zL, zU);
      return session.result({
        ...statusOf(code),
        x: heap.doubles(x, n).slice(),
        multipliers: {
          constraints: heap.doubles(λ, m).slice(),
          lower: heap.doubles(zL, n).slice(),
          upper: heap.doubles(zU, n).slice(),
        },
        iterations: session.hessians,
      });
    } catch (thrown) {
      const outcome =
        thrown instanceof Stop
          ? // The session knows why it stopped.
            { status: 'interrupted' as const, message: 'Ipopt: stopped' }
          : explain(exceptionStatus(heap, thrown), exact, options);
      return session.result({
        ...outcome,
        x: session.accepted.length === n ? session.accepted.slice() : start,
        multipliers: none,
        iterations: session.hessians,
      });
    } finally {
      // Text that the user asked for with print_level; standard output is not ours.
      for (const line of printed) process.stderr.write(`${line}\n`);
    }
  }
}

type Ending = { readonly status: Status; readonly message: string };

/** Version 0.2.0 of the package traps where it shall approximate the Hessian. */
function explain(ending: Ending, exact: boolean, options: Partial<IpoptOptions> | undefined): Ending {
  const approximate = !exact || options?.['hessian_approximation'] === 'limited-memory';
  if (!approximate || ending.status !== 'step-failed') return ending;
  return {
    ...ending,
    message: `${ending.message}; this build may be unable to approximate the Hessian: use a problem with second derivatives or another solver`,
  };
}

/**
 * Where a function is undefined, Ipopt throws a C++ exception to shorten the step, which this build cannot unwind. A huge
 * value makes the line search shorten it likewise.
 */
const REJECTED = 1e100;

/** C callbacks of one session in the order of `ipopt_create`: f, g, ∇f, J, H. Argument lists: `IpStdCInterface.h`. */
function register(heap: Heap, session: Session): [number, number, number, number, number] {
  const { nlp } = session;
  const [n, m] = [nlp.variables.lower.length, nlp.constraints.lower.length];
  const [jacobian, hessian] = [nlp.jacobian.triplets(), nlp.hessian.triplets()];
  const { addFunction } = heap.module;
  const answer = (right: boolean): number => {
    if (session.stopping) throw new Stop();
    return right ? 1 : 0;
  };
  const at = (pointer: number): Float64Array => heap.doubles(pointer, n);
  return [
    addFunction((_n: number, x: number, _new: number, out: number) => {
      const value = session.objective(at(x));
      const right = Number.isFinite(value);
      heap.doubles(out, 1)[0] = right ? value : REJECTED;
      return answer(right || session.hessians > 0);
    }, 'iiiiii'),
    addFunction((_n: number, x: number, _new: number, _m: number, out: number) => {
      const right = m === 0 || session.constraints(at(x), heap.doubles(out, m));
      if (!right) heap.doubles(out, m).fill(REJECTED);
      return answer(right || session.hessians > 0);
    }, 'iiiiiii'),
    addFunction((_n: number, x: number, _new: number, out: number) => {
      return answer(session.gradient(at(x), heap.doubles(out, n)));
    }, 'iiiiii'),
    addFunction(
      // biome-ignore format: one parameter list of Ipopt's header
      (_n: number, x: number, _new: number, _m: number, _k: number, row: number, column: number, out: number) => {
        if (out === 0) {
          heap.ints(row, jacobian.length).set(jacobian.row);
          heap.ints(column, jacobian.length).set(jacobian.column);
          return 1;
        }
        return answer(jacobian.length === 0 || session.jacobian(at(x), heap.doubles(out, jacobian.length)));
      },
      'iiiiiiiiii',
    ),
    addFunction(
      // biome-ignore format: one parameter list of Ipopt's header
      (_n: number, x: number, _new: number, σ: number, _m: number, λ: number, _newλ: number, _k: number, row: number, column: number, out: number) => {
        if (out === 0) {
          heap.ints(row, hessian.length).set(hessian.row);
          heap.ints(column, hessian.length).set(hessian.column);
          return 1;
        }
        session.row();
        return answer(session.hessian(at(x), σ, heap.doubles(λ, m), heap.doubles(out, hessian.length)));
      },
      'iiiidiiiiiiii',
    ),
  ];
}

/** The Emscripten module that is loaded. */
const MODULE = 'ipopt.mjs';

const HOW = `name the folder that holds ${MODULE} and ipopt.wasm, as built by github.com/louisabraham/ipopt-wasm, in GRAYBOX_IPOPT_WASM`;

/**
 * Opens the module in `where`, a folder or a file in it (default: GRAYBOX_IPOPT_WASM). Nothing is looked for in
 * `node_modules`: the name `ipopt-wasm` belongs to nobody there. Throws {@link InputError} where the module is missing or
 * another one.
 */
export async function openIpoptWasm(where = process.env['GRAYBOX_IPOPT_WASM']): Promise<WasmIpopt> {
  const failed = (why: string): never => {
    throw new InputError(`solver 'ipopt-wasm': ${why}: ${HOW}`);
  };
  if (!where) return failed('where it is must be said');
  const path = resolve(where);
  if (!existsSync(path)) failed(`${where} does not exist`);
  const file = join(statSync(path).isDirectory() ? path : dirname(path), MODULE);
  if (!existsSync(file)) failed(`${file} does not exist`);
  const { default: create } = (await import(pathToFileURL(file).href).catch((error) =>
    failed(`${file} cannot be loaded (${error instanceof Error ? error.message.split('\n')[0] : error})`),
  )) as { default?: CreateModule };
  if (typeof create !== 'function') return failed(`${file} exports no function that makes a module`);
  return new WasmIpopt(async (settings) => {
    const module = await create(settings);
    if (typeof module._ipopt_solve !== 'function') failed(`${file} has no function ipopt_solve`);
    return module;
  });
}
