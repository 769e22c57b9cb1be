import type { Nlp } from '../../src/nlp/contract.js';
import type { Result } from '../../src/nlp/result.js';
import type { Monitor, Solver, WarmStart } from '../../src/nlp/solver.js';
import { refusedBounds } from './judge.js';
import type { IpoptLibrary } from './library.js';
import { type IpoptOptions, setOptions, splitOptions } from './options.js';
import { Session } from './session.js';
import { checkedStart } from './start.js';
import { statusOf } from './status.js';

/** The system's Ipopt behind the solver contract, through its C interface; see `openIpopt`. */
export class SystemIpopt implements Solver<IpoptOptions> {
  readonly name = 'ipopt';

  constructor(private readonly library: IpoptLibrary) {}

  solve(nlp: Nlp, options?: Partial<IpoptOptions>, monitor?: Monitor, given?: WarmStart): Result {
    const { library } = this;
    const warmStart = checkedStart(nlp, given, this.name);
    const exact = nlp.secondDerivatives !== false;
    const split = splitOptions(options, warmStart, exact);
    const session = new Session(nlp, monitor, split.secondsAllowed, options);
    const { variables, constraints } = nlp;
    const [n, m] = [variables.lower.length, constraints.lower.length];
    const x = Float64Array.from(warmStart?.x ?? variables.start);
    const multipliers = {
      constraints: Float64Array.from(warmStart?.multipliers?.constraints ?? new Float64Array(m)),
      lower: Float64Array.from(warmStart?.multipliers?.lower ?? new Float64Array(n)),
      upper: Float64Array.from(warmStart?.multipliers?.upper ?? new Float64Array(n)),
    };
    const refused = refusedBounds(nlp);
    if (refused) return session.refused({ ...refused, x, multipliers, iterations: 0 });
    const iterations = { count: 0 };
    const callbacks = register(library, session, iterations);
    const problem = library.create(
      n,
      session.bounds(variables.lower),
      session.bounds(variables.upper),
      m,
      session.bounds(constraints.lower),
      session.bounds(constraints.upper),
      nlp.jacobian.triplets().length,
      exact ? nlp.hessian.triplets().length : 0,
      0,
      callbacks.f.pointer,
      callbacks.g.pointer,
      callbacks.gradient.pointer,
      callbacks.jacobian.pointer,
      callbacks.hessian.pointer,
    );
    try {
      // A null problem means that Ipopt refused the sizes.
      if (problem === null) return session.refused({ ...statusOf(-11), x, multipliers, iterations: 0 });
      this.#set(problem, split.options, nlp);
      library.monitor(problem, callbacks.monitor.pointer);
      const { constraints: λ, lower: zL, upper: zU } = multipliers;
      const code = library.solve(problem, x, new Float64Array(m), new Float64Array(1), λ, zL, zU, null);
      return session.result({ ...statusOf(code), x, multipliers, iterations: iterations.count });
    } finally {
      if (problem !== null) library.free(problem);
      for (const callback of Object.values(callbacks)) callback.release();
    }
  }

  #set(problem: unknown, options: readonly [string, string | number][], nlp: Nlp): void {
    const { library } = this;
    const setters = {
      text: (name: string, value: string) => library.stringOption(problem, name, value),
      real: (name: string, value: number) => library.numberOption(problem, name, value),
      integer: (name: string, value: number) => library.integerOption(problem, name, value),
    };
    library.outputToStderr(() => setOptions(setters, options, 'Ipopt'));
    if (nlp.scaling !== undefined) {
      const { objective, variables, constraints } = nlp.scaling;
      library.scaling(problem, objective, variables ?? null, constraints ?? null);
    }
  }
}

/** C callbacks of one session. Argument lists are those of Ipopt's `IpStdCInterface.h`. */
function register(library: IpoptLibrary, session: Session, iterations: { count: number }) {
  const { nlp } = session;
  const [n, m] = [nlp.variables.lower.length, nlp.constraints.lower.length];
  const [jacobian, hessian] = [nlp.jacobian.triplets(), nlp.hessian.triplets()];
  const at = (pointer: unknown): Float64Array => library.doubles(pointer, n);
  const fill = (pointer: unknown, values: Int32Array): void => {
    if (values.length > 0) library.ints(pointer, values.length).set(values);
  };
  return {
    f: library.callback('f', (_n: number, x: unknown, _new: unknown, out: unknown) => {
      const value = session.objective(at(x));
      library.doubles(out, 1)[0] = value;
      return Number.isFinite(value);
    }),
    gradient: library.callback('gradient', (_n: number, x: unknown, _new: unknown, out: unknown) =>
      session.gradient(at(x), library.doubles(out, n)),
    ),
    g: library.callback('g', (_n: number, x: unknown, _new: unknown, _m: number, out: unknown) =>
      m === 0 ? true : session.constraints(at(x), library.doubles(out, m)),
    ),
    jacobian: library.callback(
      'jacobian',
      (
        _n: number,
        x: unknown,
        _new: unknown,
        _m: number,
        _k: number,
        row: unknown,
        column: unknown,
        out: unknown,
      ) => {
        if (out === null) {
          fill(row, jacobian.row);
          fill(column, jacobian.column);
          return true;
        }
        return jacobian.length === 0 || session.jacobian(at(x), library.doubles(out, jacobian.length));
      },
    ),
    hessian: library.callback(
      'hessian',
      // biome-ignore format: one parameter list of Ipopt's header
      (_n: number, x: unknown, _new: unknown, σ: number, _m: number, λ: unknown, _newλ: unknown, _k: number, row: unknown, column: unknown, out: unknown) => {
        if (out === null) {
          fill(row, hessian.row);
          fill(column, hessian.column);
          return true;
        }
        const weights = m === 0 ? new Float64Array(0) : library.doubles(λ, m);
        return hessian.length === 0 || session.hessian(at(x), σ, weights, library.doubles(out, hessian.length));
      },
    ),
    monitor: library.callback(
      'monitor',
      // biome-ignore format: one parameter list of Ipopt's header
      (mode: number, iteration: number, objective: number, primal: number, dual: number, barrier: number, step: number, regularization: number, alphaDual: number, alphaPrimal: number, trials: number) => {
        iterations.count = iteration;
        return session.iteration({ iteration, objective, primal, dual, barrier, step, regularization, alphaDual, alphaPrimal, trials, restoration: mode === 1, seconds: session.seconds });
      },
    ),
  };
}
