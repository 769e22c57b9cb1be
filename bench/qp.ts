// Batches of quadratic programs with gradients of all their data, by size, beside other libraries: processor time of one core; and the
// same by the clock in one thread and in two.
//   node dist/bench/qp.js [--sizes 10,50,100,128] [--batch 128] [--trials 10] [--threads 2, 1 leaves that out] [--python python3]
//     [--peers moreau,proxsuite,qpth] [--sparse 1024] [--sparse-batch 8] [--sparse-peers clarabel,proxsuite-sparse] [--json]
import '../runtime/node/provide.js';
import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../cli/table.js';
import { packageRoot } from '../scenarios/data.js';
import { differentiate, type Gradients, type QpBatch, solveBatch } from '../solvers/batch/index.js';
import { machine, median } from './machine.js';

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10,50,100,128' },
    batch: { type: 'string', default: '128' },
    trials: { type: 'string', default: '10' },
    threads: { type: 'string', default: '2' },
    python: { type: 'string', default: 'python3' },
    peers: { type: 'string', default: 'moreau,proxsuite,qpth' },
    sparse: { type: 'string', default: '1024' },
    'sparse-batch': { type: 'string', default: '8' },
    'sparse-peers': { type: 'string', default: 'clarabel,proxsuite-sparse' },
    json: { type: 'boolean', default: false },
  },
});

/** Milliseconds of a batch; residuals are the largest of all elements. */
export interface QpRow {
  readonly peer: string;
  readonly version: string;
  readonly n: number;
  readonly forward: number;
  readonly backward: number;
  readonly leastForward: number;
  readonly leastBackward: number;
  readonly primal: number | null;
  readonly dual: number | null;
  /** Of ours: the backward pass into the gradients of the trial before; the time to write numbers as long as dQ and dG into new memory. */
  readonly again?: number;
  readonly write?: number;
}

/** Milliseconds an element of large sparse problems, forward alone. */
export interface SparseQpRow {
  readonly peer: string;
  readonly version: string;
  readonly n: number;
  readonly forward: number;
  readonly primal: number;
}

/** Milliseconds by the clock, forward and backward into the gradients of the trial before, together; the least of all trials. */
export interface ThreadsRow {
  readonly n: number;
  readonly threads: number;
  readonly one: number;
  readonly several: number;
}

export interface QpOutput {
  readonly machine: string;
  /** Processes that wanted a core while it ran, in the mean of the last minutes. */
  readonly load: number;
  readonly batch: number;
  readonly trials: number;
  /** Milliseconds of the processor. */
  readonly rows: readonly QpRow[];
  readonly threads: readonly ThreadsRow[];
  readonly sparse: readonly SparseQpRow[];
  readonly missing: readonly string[];
}

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Q = LLᵀ + 10⁻³I, L ~ U(0, 1); G, z₀, q ~ N(0, 1); h = Gz₀ + s₀, s₀ ~ U(0, 1); p = n, no equalities. */
function problems(batch: number, n: number): QpBatch {
  const next = uniform(7);
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const numbers = (length: number, draw: () => number): Float64Array =>
    Float64Array.from({ length }, () => draw());
  const Q = new Float64Array(batch * n * n);
  const h = new Float64Array(batch * n);
  const [q, G] = [numbers(batch * n, gauss), numbers(batch * n * n, gauss)];
  for (let e = 0; e < batch; e++) {
    const [L, z] = [numbers(n * n, next), numbers(n, gauss)];
    for (let i = 0; i < n; i++) {
      let row = next();
      for (let j = 0; j < n; j++) {
        let sum = i === j ? 1e-3 : 0;
        for (let k = 0; k < n; k++) sum += L[i * n + k]! * L[j * n + k]!;
        Q[(e * n + i) * n + j] = sum;
        row += G[(e * n + i) * n + j]! * z[j]!;
      }
      h[e * n + i] = row;
    }
  }
  const block = (values: Float64Array) => ({ values, shared: false });
  const none = block(new Float64Array(0));
  return { batch, n, m: 0, p: n, Q: block(Q), q: block(q), A: none, b: none, G: block(G), h: block(h) };
}

const [batch, trials, threads] = [Number(flags.batch), Number(flags.trials), Number(flags.threads)];

function milliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function measure(n: number): QpRow {
  const data = problems(batch, n);
  const z = new Float64Array(batch * n).fill(1);
  const [forward, backward, again, write]: [number[], number[], number[], number[]] = [[], [], [], []];
  let into: Gradients | undefined;
  let [primal, dual] = [0, 0];
  // The first are for the compiler, which takes its time with what is short.
  const first = n < 50 ? 20 : 2;
  for (let k = 0; k < trials + first; k++) {
    const began = milliseconds();
    const solution = solveBatch(data);
    const solved = milliseconds();
    const map = differentiate(data, solution);
    map.backward({ z });
    const ended = milliseconds();
    into = map.backward({ z }, into);
    const over = milliseconds();
    for (const { values } of [data.Q, data.G]) new Float64Array(values.length).fill(1);
    const written = milliseconds();
    map.dispose();
    if (k < first) continue;
    if (solution.statuses.some((status) => status !== 'optimal'))
      throw new Error(`n = ${n}: not all elements are optimal`);
    forward.push(solved - began);
    backward.push(ended - solved);
    again.push(over - ended);
    write.push(written - over);
    primal = Math.max(...solution.primalError);
    dual = Math.max(...solution.dualError);
  }
  return {
    peer: 'graybox',
    version: '',
    n,
    forward: median(forward),
    backward: median(backward),
    leastForward: Math.min(...forward),
    leastBackward: Math.min(...backward),
    primal,
    dual,
    again: median(again),
    write: median(write),
  };
}

function measureThreads(n: number): ThreadsRow {
  const data = problems(batch, n);
  const z = new Float64Array(batch * n).fill(1);
  const least = [1, threads].map((count) => {
    let best = Infinity;
    let into: Gradients | undefined;
    for (let k = 0; k < trials + 2; k++) {
      const began = performance.now();
      const map = differentiate(data, solveBatch(data, { threads: count }));
      into = map.backward({ z }, into);
      best = Math.min(best, performance.now() - began);
      map.dispose();
    }
    return best;
  }) as [number, number];
  return { n, threads, one: least[0], several: least[1] };
}

/** Q = I; A (n/4 rows) and G (n rows) of density 0.01 plus I; b = Ax, h = Gx + U(0, 1). */
function measureSparse(n: number, elements: number): SparseQpRow {
  const next = uniform(7);
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const m = Math.floor(n / 4);
  const numbers = (length: number): Float64Array => Float64Array.from({ length }, gauss);
  const Q = new Float64Array(n * n);
  for (let j = 0; j < n; j++) Q[j * n + j] = 1;
  const x = numbers(elements * n);
  const rows = (count: number, side: () => number) => {
    const [M, d] = [new Float64Array(elements * count * n), new Float64Array(elements * count)];
    for (let i = 0; i < elements * count; i++) {
      const from = Math.floor(i / count) * n;
      d[i] = side();
      for (let j = 0; j < n; j++) {
        const value = (next() < 0.01 ? gauss() : 0) + (j === i % count ? 1 : 0);
        M[i * n + j] = value;
        d[i] = d[i]! + value * x[from + j]!;
      }
    }
    return [M, d] as const;
  };
  const [A, b] = rows(m, () => 0);
  const [G, h] = rows(n, next);
  const block = (values: Float64Array, shared = false) => ({ values, shared });
  const data: QpBatch = {
    batch: elements,
    n,
    m,
    p: n,
    Q: block(Q, true),
    q: block(numbers(elements * n)),
    A: block(A),
    b: block(b),
    G: block(G),
    h: block(h),
  };
  const times: number[] = [];
  let primal = 0;
  for (let k = 0; k < 3; k++) {
    const began = milliseconds();
    const solution = solveBatch(data);
    times.push((milliseconds() - began) / elements);
    if (solution.statuses.some((status) => status !== 'optimal'))
      throw new Error(`sparse, n = ${n}: not all elements are optimal`);
    primal = Math.max(...solution.primalError);
  }
  return { peer: 'graybox', version: '', n, forward: median(times), primal };
}

const sizes = flags.sizes.split(',').map(Number);
const rows = sizes.map(measure);
const several = threads > 1 ? sizes.filter((n) => n >= 50).map(measureThreads) : [];
const missing: string[] = [];

/** What a peer measured, as far as it came. */
function ask<Row>(peer: string, elements: string, ns: readonly number[]): Row[] {
  const script = join(packageRoot, 'bench', 'peers', 'qp_layers.py');
  const args = [script, peer, elements, String(trials), ...ns.map(String)];
  const { status, stdout, stderr, error } = spawnSync(flags.python, args, { encoding: 'utf8' });
  if (status !== 0) missing.push(`${peer}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
  const lines = (stdout ?? '').split('\n').filter((text) => text.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as Row);
}

const named = (list: string): string[] => list.split(',').filter((name) => name !== '');
for (const peer of named(flags.peers)) rows.push(...ask<QpRow>(peer, flags.batch, sizes));
const large = named(flags.sparse).map(Number);
const elements = flags['sparse-batch'];
const sparse = large.map((n) => measureSparse(n, Number(elements)));
if (large.length > 0)
  for (const peer of named(flags['sparse-peers'])) sparse.push(...ask<SparseQpRow>(peer, elements, large));
const output: QpOutput = {
  machine: machine(),
  load: loadavg()[1]!,
  batch,
  trials,
  rows,
  threads: several,
  sparse,
  missing,
};
if (flags.json) process.stdout.write(`${JSON.stringify(output)}\n`);
else {
  const digits = (value: number): string => value.toFixed(2);
  const error = (value: number | null): string => (value === null ? '–' : value.toExponential(1));
  console.log(
    `${output.machine}; f64, batch ${batch}, ${trials} trials, processor milliseconds, load ${output.load.toFixed(1)}\n`,
  );
  console.log(
    table(
      ['', 'n = p', 'forward', 'backward', 'again', 'least', '', 'primal', 'dual', 'to write dQ, dG'],
      rows.map((row) => [
        `${row.peer} ${row.version}`.trim(),
        String(row.n),
        digits(row.forward),
        digits(row.backward),
        row.again === undefined ? '' : digits(row.again),
        digits(row.leastForward),
        digits(row.leastBackward),
        error(row.primal),
        error(row.dual),
        row.write === undefined ? '' : digits(row.write),
      ]),
    ),
  );
  if (sparse.length > 0)
    console.log(
      `\n${table(
        ['sparse, an element', 'n', 'forward', 'primal'],
        sparse.map((row) => [
          `${row.peer} ${row.version}`.trim(),
          String(row.n),
          digits(row.forward),
          error(row.primal),
        ]),
      )}`,
    );
  for (const row of several)
    console.log(
      `n = ${row.n}: one thread ${digits(row.one)} ms by the clock, ${row.threads} threads ${digits(row.several)} (${(row.one / row.several).toFixed(2)} ×)`,
    );
  for (const line of missing) console.log(`not measured: ${line}`);
}
