import { solve } from '../../api/solve.js';
import { solveMany } from '../../api/solve-many.js';
import { add, multiply, multistart, ocp, power, prepare, type Solution, subtract } from '../../index.js';
import { Runtime } from '../../runtime/node/runtime.js';
import { smallNetwork } from '../oracle/networks.js';
import { nearest } from '../pool/problem.js';
import { type End, timed, type Victim } from './victim.js';

const endOf = ({ status, objective, iterations }: Solution): End => ({
  status,
  value: objective,
  lost: iterations > 0 && !Number.isFinite(objective),
});

const thrown = (error: Error): End => ({ status: 'thrown', value: `${error.name}: ${error.message}` });

const wide = smallNetwork(24, 200, 3);
const targets = [0.35, 0.36, 0.37, 0.38, 0.4, 0.42];

/** A controller that follows a state by a network, which is solved again at every step. */
function controller() {
  const control = ocp({
    name: 'follow',
    states: { p: { initial: 0.5 }, v: { initial: 0.5 } },
    controls: { u: { lower: -2, upper: 2 } },
    horizon: { steps: 12 },
    dynamics: smallNetwork(3, 60, 2),
    cost: ({ p }, { u }) => add(power(subtract(p, 0.6), 2), multiply(0.01, power(u, 2))),
  });
  return control.model;
}

interface Opened extends Pick<Victim, 'repeats' | 'close'> {
  run(): Promise<readonly End[]>;
}

/** What each run is; one that several solves share is disposed of in `close`. */
const runs = {
  solve: async (runtime: Runtime, engine: 'onnx' | 'wasm') => ({
    run: async () => [endOf(await solve(nearest(0.35, wide).model, { runtime, engine, threads: 1 }))],
  }),
  solveMany: async (runtime: Runtime, engine: 'onnx' | 'wasm') => ({
    run: async () => {
      const list = targets.map((target, k) => ({ key: String(k), model: () => nearest(target, wide).model }));
      const outcomes = await solveMany(list, { runtime, options: { engine, threads: 1 } });
      return outcomes.map(({ solution, error }) => (solution ? endOf(solution) : thrown(error!)));
    },
  }),
  prepared: async (runtime: Runtime, engine: 'onnx' | 'wasm') => {
    const { model, x } = nearest(0.35, wide);
    const prepared = await prepare(model, { runtime, engine, threads: 1 });
    const one = async (upper: number) => endOf(await prepared.solve({ bounds: [[x, { upper }]] }));
    return {
      run: async () => [await one(3), await one(2.9), ...(await Promise.all([one(3), one(2.8), one(2.7)]))],
      close: () => prepared.dispose(),
    };
  },
  multistart: async (runtime: Runtime, engine: 'onnx' | 'wasm') => ({
    run: async () => {
      const { model } = nearest(0.35, wide);
      const { best, attempts } = await multistart(model, { runtime, engine, threads: 1, starts: 5 });
      const solved = attempts.filter(({ status }) => status === 'optimal').map(({ objective }) => objective);
      const ends = attempts.map(endOf);
      return best.objective === Math.min(...solved) ? ends : [...ends, thrown(new Error('another is best'))];
    },
  }),
  'closed loop': async (runtime: Runtime, engine: 'onnx' | 'wasm') => {
    const model = controller();
    const prepared = await prepare(model, { runtime, engine, threads: 1 });
    return {
      run: async () => {
        const ends: End[] = [];
        let before: Solution | undefined;
        for (let step = 0; step < 10; ) {
          const solution: Solution = await prepared.solve({
            parameters: { initial: [0.5 + 0.03 * step, 0.5 - 0.02 * step] },
            ...(before && { warmStart: before, shift: 1 }),
          });
          ends.push(endOf(solution));
          if (solution.status === 'evaluation-error' && ends.length < 40) continue;
          before = solution;
          step++;
        }
        return ends;
      },
      repeats: true,
      close: () => prepared.dispose(),
    };
  },
};

export const solveKinds = Object.keys(runs).flatMap((what) => [
  `solver thread, ${what}, onnx`,
  `solver thread, ${what}, wasm`,
  `host, ${what}, onnx`,
]);

/** What `kind` names, with threads of its own. */
export async function openSolves(kind: string, next: () => number): Promise<Victim> {
  const [ended, what, engine] = kind.split(', ') as [string, keyof typeof runs, 'onnx' | 'wasm'];
  const runtime = new Runtime({ threads: 2 });
  const { run, close, ...rest }: Opened = await runs[what](runtime, engine);
  const strike = (): void => {
    const { threads } = runtime;
    if (ended === 'host') runtime.endHosts();
    else void threads[Math.floor(next() * threads.length)]?.terminate();
  };
  return timed(run, strike, {
    ...rest,
    // A host answers several clients by one product, whose last bits depend on how many; and one that ends after the last
    // iteration leaves the solution within the widened bounds.
    within: engine === 'onnx' && (ended === 'host' || /Many|prepared|multi/.test(what)) ? 1e-6 : 0,
    // A host that ends takes all that is solved at the time along.
    most: ended === 'host' ? 2 : 1,
    close: async () => {
      await close?.();
      await runtime.close();
    },
  });
}
