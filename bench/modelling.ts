// Models as people write them: control in closed loop, estimation beside CasADi with Ipopt, twelve starts, a thousand solves of
// one prepared model. Whole times as a caller sees them; threads and modules are loaded before.
//   node dist/bench/modelling.js [--only control,estimation,starts,again] [--runs 5] [--solves 1000] [--python python3] [--json]
// The Python may also come by GRAYBOX_PYTHON; without CasADi there its figures are left out, and that is said.
import { spawnSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { estimation, measurements, times, truth } from '../examples/drift.js';
import { noise } from '../examples/trained.js';
import {
  add,
  argmaxAtLeast,
  dense,
  InputError,
  isSolved,
  Model,
  multiply,
  multistart,
  type Network,
  network,
  norm1,
  ocp,
  power,
  prepare,
  type Solution,
  shutdown,
  solve,
  subtract,
  sumOfSquares,
} from '../index.js';
import { Turns } from '../runtime/node/turns.js';
import { packageRoot } from '../scenarios/data.js';
import { machine, median } from './machine.js';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: 'control,estimation,starts,again' },
    runs: { type: 'string', default: '5' },
    solves: { type: 'string', default: '1000' },
    python: { type: 'string', default: process.env['GRAYBOX_PYTHON'] ?? 'python3' },
    json: { type: 'boolean', default: false },
  },
});
const count = (flag: 'runs' | 'solves', least: number): number => {
  const value = Number(flags[flag]);
  if (Number.isInteger(value) && value >= least) return value;
  throw new InputError(`--${flag} ${flags[flag]} is not a whole number of ${least} or more`);
};
const runs = count('runs', 1);
const solves = count('solves', 50);

/** `widths[0] → tanh → … → widths.at(-1)` with weights by a seed. */
function net(name: string, widths: readonly number[], seed = 1): Network {
  const random = noise(seed);
  return dense(
    widths.slice(1).map((outputs, k) => {
      const inputs = widths[k]!;
      const W = Float64Array.from({ length: inputs * outputs }, () => 1.2 * Math.sqrt(2 / inputs) * random());
      return {
        W: { shape: [inputs, outputs], data: W },
        b: { shape: [outputs], data: Float64Array.from({ length: outputs }, () => 0.2 * random()) },
        activation: k + 2 < widths.length ? ('tanh' as const) : ('linear' as const),
      };
    }),
    { name },
  );
}

/** Milliseconds of `work`. */
async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly wall: number }> {
  const began = performance.now();
  const value = await work();
  return { value, wall: performance.now() - began };
}

/** Milliseconds inside the solver, its oracles included. */
const inside = ({ seconds: { total, build } }: Solution): number => 1000 * (total - build);

function solved(solution: Solution): Solution {
  if (isSolved(solution.status)) return solution;
  throw new Error(`${solution.status}: ${solution.message}`);
}

/** Position and speed of something after a step, by both and a control. */
const plantNet = net('plant', [3, 32, 32, 2]);

function cart(initial: readonly number[]) {
  return ocp({
    states: {
      p: { initial: initial[0]!, lower: -4, upper: 4 },
      v: { initial: initial[1]!, lower: -4, upper: 4 },
    },
    controls: { u: { lower: -1, upper: 1 } },
    horizon: { steps: 20 },
    dynamics: plantNet,
    cost: ({ p, v }, { u }) => add(power(p, 2), multiply(0.2, power(v, 2)), multiply(0.05, power(u, 2))),
  });
}

/** 25 steps in closed loop; a step is one solve with all that a caller does for it. */
async function closedLoop(
  step: (state: readonly number[], before: Solution | undefined) => Promise<Solution>,
): Promise<{ readonly steps: number[]; readonly iterations: number; readonly cost: number }> {
  let state: readonly number[] = [1.5, 0];
  let before: Solution | undefined;
  const steps: number[] = [];
  let [iterations, cost] = [0, 0];
  for (let k = 0; k < 25; k++) {
    const { value, wall } = await timed(() => step(state, before));
    steps.push(wall);
    before = solved(value);
    iterations += before.iterations;
    cost += before.objective;
    // The plant is the network itself: what it foretells after one step is where it is.
    const { x } = before;
    state = [example.states.p, example.states.v].map((signal) => x[signal.at(1).index]!);
  }
  return { steps, iterations, cost };
}
const example = cart([1.5, 0]);

async function control() {
  const rebuilt: number[] = [];
  const kept: number[] = [];
  const warm = (before: Solution | undefined) => (before ? ({ warmStart: before, shift: 1 } as const) : {});
  await using prepared = await prepare(example.model);
  let costs = [0, 0];
  for (let run = 0; run <= runs; run++) {
    const anew = await closedLoop((state, before) => solve(cart(state).model, warm(before)));
    const again = await closedLoop((state, before) =>
      prepared.solve({ parameters: { initial: state }, ...warm(before) }),
    );
    costs = [anew.cost, again.cost];
    if (run === 0) continue; // compilers are warm from here on
    rebuilt.push(...anew.steps.slice(1));
    kept.push(...again.steps.slice(1));
  }
  return {
    rebuilt: median(rebuilt),
    prepared: median(kept),
    ratio: median(kept) / median(rebuilt),
    difference: Math.abs(costs[0]! - costs[1]!) / Math.max(1, Math.abs(costs[0]!)),
  };
}

const driftNet = net('drift', [2, 16, 16, 1], 3);
const data = (seed: number): number[] => measurements(0, 0.02, noise(seed));

interface Peer {
  readonly version: string;
  readonly first: number;
  readonly second: number;
  readonly objective: number;
  readonly iterations: number;
}

/** The same estimation by CasADi and Ipopt; a text where it cannot be had. */
function casadi(measured: readonly number[]): Peer | string {
  const script = join(packageRoot, 'bench', 'peers', 'casadi_estimation.py');
  const input = JSON.stringify({
    times,
    data: measured,
    start: truth.map((v) => v + 0.1),
    runs,
    layers: layersOf(driftNet),
  });
  const { status, stdout, stderr, error } = spawnSync(flags.python, [script], { input, encoding: 'utf8' });
  if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1)!) as Peer;
  return `${flags.python}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
}

/** Weights of dense layers, as lists. */
function layersOf({ nodes }: Network): { readonly W: number[][]; readonly b: number[] }[] {
  return nodes.flatMap(({ op }) => {
    if (op.kind !== 'affine') return [];
    const [inputs, outputs] = op.weight.shape as [number, number];
    const row = (i: number): number[] => [...op.weight.data.subarray(i * outputs, (i + 1) * outputs)];
    return [{ W: Array.from({ length: inputs }, (_, i) => row(i)), b: [...op.bias!.data] }];
  });
}

async function estimate() {
  const first: number[] = [];
  const outside: number[] = [];
  let objective = Number.NaN;
  let iterations = 0;
  const once = data(5);
  for (let run = 0; run <= runs; run++) {
    const { value, wall } = await timed(async () => {
      const { model, measured } = estimation(driftNet);
      measured.set(once);
      return solve(model);
    });
    if (run > 0) first.push(wall);
    ({ objective, iterations } = solved(value));
  }
  await using prepared = await prepare(estimation(driftNet).model);
  for (let run = 0; run < 4 * runs; run++) {
    const { value, wall } = await timed(() => prepared.solve({ parameters: { measured: data(6 + run) } }));
    if (run > 1) outside.push(wall / inside(solved(value)));
  }
  const peer = casadi(once);
  return {
    first: median(first),
    second: median(outside),
    objective,
    iterations,
    peer,
    ratio: typeof peer === 'string' ? undefined : median(first) / peer.first,
  };
}

function counterfactual(): Model {
  const classifier = net('credit', [4, 24, 24, 2], 7);
  const applicant = [-0.4, 0.5, 0.2, 0.8];
  const model = new Model('counterfactual');
  const x = model.variables('x', 4, { lower: -2, upper: 2, start: applicant });
  const y = network(classifier, x);
  model.subjectTo(argmaxAtLeast(y, 1, 0.3));
  model.minimize(norm1(subtract(x, applicant)));
  return model;
}

async function starts() {
  const whole: number[] = [];
  const alone: number[] = [];
  const one: number[] = [];
  let found = 0;
  for (let run = 0; run <= runs; run++) {
    const twelve = await timed(() => multistart(counterfactual(), { starts: 12, seed: 4 }));
    const single = await timed(() => multistart(counterfactual(), { starts: 1 }));
    const attempts = twelve.value.attempts.map(inside);
    found = twelve.value.attempts.filter(({ status }) => isSolved(status)).length;
    if (run === 0) continue;
    whole.push(twelve.wall);
    one.push(single.wall);
    alone.push(attempts.reduce((total, time) => total + time, 0) / attempts.length);
  }
  return {
    one: median(one),
    twelve: median(whole),
    ratio: median(whole) / median(one),
    solve: median(alone),
    found,
  };
}

/** Milliseconds that two threads need to wake each other: what no solve in another thread can do without. */
async function roundTrip(): Promise<number> {
  const counters = new Int32Array(new SharedArrayBuffer(8));
  const echo = `
    const { parentPort, workerData: c } = require('node:worker_threads');
    parentPort.on('message', () => {});
    (async () => {
      for (let seen = 0; ; seen++) {
        while (Atomics.load(c, 0) === seen) await Atomics.waitAsync(c, 0, seen).value;
        Atomics.add(c, 1, 1);
        Atomics.notify(c, 1);
      }
    })();`;
  const worker = new Worker(echo, { eval: true, workerData: counters });
  const turns = new Turns(counters);
  const took: number[] = [];
  for (let k = 0; k < 1000; k++) {
    const { wall } = await timed(() => {
      turns.pass(0);
      return turns.past(1, k);
    });
    if (k >= 500) took.push(wall);
  }
  await worker.terminate();
  return median(took);
}

/** A problem so small that what surrounds the solver shows. */
async function again() {
  const model = new Model('again');
  const p = model.parameter('p', [10]);
  const x = model.variables('x', 10, { lower: -1, upper: 1 });
  const y = network(net('small', [10, 8, 1], 9), x);
  model.minimize(add(sumOfSquares(subtract(x, p)), power(y.at(0), 2)));
  const point = (k: number): number[] => Array.from({ length: 10 }, (_, j) => Math.sin(k + j));
  await using prepared = await prepare(model);
  const around: number[] = [];
  let held = 0;
  const warmUp = Math.ceil(solves / 2);
  for (let k = 0; k < warmUp + solves; k++) {
    const parameters = { p: point(k) };
    const { value, wall } = await timed(() => prepared.solve({ parameters }));
    solved(value);
    if (k === warmUp) held = process.memoryUsage().rss;
    if (k >= warmUp) around.push(wall - inside(value));
  }
  const sorted = around.sort((a, b) => a - b);
  return {
    solves,
    median: median(around),
    least: sorted[Math.floor(0.1 * sorted.length)]!,
    growth: (process.memoryUsage().rss - held) / 2 ** 20,
    roundTrip: await roundTrip(),
  };
}

export interface ModellingOutput {
  readonly machine: string;
  readonly load: number;
  readonly cores: number;
  readonly runs: number;
  readonly control?: Awaited<ReturnType<typeof control>>;
  readonly estimation?: Awaited<ReturnType<typeof estimate>>;
  readonly starts?: Awaited<ReturnType<typeof starts>>;
  readonly again?: Awaited<ReturnType<typeof again>>;
}

const parts = { control, estimation: estimate, starts, again } as const;
const wanted = flags.only.split(',').filter((name) => name !== '');
for (const name of wanted)
  if (!Object.hasOwn(parts, name))
    throw new InputError(`--only ${name}: no such part; there is ${Object.keys(parts).join(', ')}`);
const found: Record<string, unknown> = {};
for (const name of wanted) found[name] = await parts[name as keyof typeof parts]();
const output = {
  machine: machine(),
  load: loadavg()[0]!,
  cores: availableParallelism(),
  runs,
  ...found,
} as ModellingOutput;
await shutdown();

if (flags.json) process.stdout.write(`${JSON.stringify(output)}\n`);
else {
  const { control: c, estimation: e, starts: s, again: a } = output;
  const ms = (value: number): string => `${value.toFixed(2)} ms`;
  console.log(`${output.machine}; f64, median of ${runs} runs, load ${output.load.toFixed(1)}`);
  if (c)
    console.log(
      `control: a step ${ms(c.rebuilt)} built anew, ${ms(c.prepared)} prepared: ${c.ratio.toFixed(2)} × (costs differ by ${c.difference.toExponential(1)})`,
    );
  if (e) {
    console.log(
      `estimation: first solve ${ms(e.first)}, ${e.iterations} iterations, objective ${e.objective.toPrecision(10)}; a second ${e.second.toFixed(2)} × the time inside the solver`,
    );
    console.log(
      typeof e.peer === 'string'
        ? `  CasADi: skipped (${e.peer})`
        : `  CasADi ${e.peer.version} with Ipopt: first ${ms(e.peer.first)}, second ${ms(e.peer.second)}, ${e.peer.iterations} iterations, objective ${e.peer.objective.toPrecision(10)}; the first here ${e.ratio!.toFixed(2)} × its`,
    );
  }
  if (s)
    console.log(
      `twelve starts: ${ms(s.twelve)} in all, one ${ms(s.one)}: ${s.ratio.toFixed(2)} ×, each with its preparation; ${s.found} solved, ${ms(s.solve)} a solve; ${output.cores} cores`,
    );
  if (a)
    console.log(
      `${a.solves} solves of a prepared model: ${ms(a.median)} each around solver and oracle (a tenth below ${ms(a.least)}; two threads that only wake each other ${ms(a.roundTrip)}), memory ${a.growth >= 0 ? '+' : ''}${a.growth.toFixed(1)} MiB`,
    );
}
