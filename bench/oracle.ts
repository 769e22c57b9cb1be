import '../runtime/node/provide.js';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { derive } from '../src/derive/derive.js';
import { flops } from '../src/derive/flops.js';
import type { Order, Precision, Slot } from '../src/engine/contract.js';
import { openEngine } from '../src/engine/open.js';
import { programOf } from '../src/engine/programs.js';
import { byInputs, makeSlot } from '../src/oracle/slot.js';
import { benchmarkPoint, type ChainSpec, chainNetwork, publishedNetworks } from './networks.js';

/** Milliseconds per call: wall clock, least and median, and the mean of processor time over all threads. */
export interface Timing {
  readonly least: number;
  readonly median: number;
  readonly cpu: number;
}
type Norms = readonly [y: number, J: number, H: number];
/** What one engine did on one network at one precision. */
export interface OracleRow {
  readonly network: string;
  readonly parameters: number;
  readonly engine: string;
  readonly precision: Precision;
  readonly threads: number;
  readonly compile: number;
  readonly value?: Timing;
  readonly jacobian?: Timing;
  /** `y`, `J` and `H` together. */
  readonly hessian?: Timing;
  /** Of the Hessian program, 10⁹ operations, and 10⁹ operations a second at the least time. */
  readonly work?: number;
  readonly rate?: number;
  /** Euclidean norms of `y`, `J` and the lower triangle of `H`, to see that all compute the same. */
  readonly norms?: Norms;
  readonly error?: string;
}
/** What PyTorch did: Jacobian and Hessian by its fastest functions, and both one after the other. */
interface PeerRow {
  readonly network: string;
  readonly precision: Precision;
  readonly threads: number;
  readonly version: string;
  readonly value: Timing;
  readonly jacobian: Timing & { readonly by: string };
  readonly hessian: Timing & { readonly by: string };
  readonly norms: Norms;
}

const options = {
  engines: { type: 'string', default: 'onnx,wasm' },
  precisions: { type: 'string', default: 'f64,f32' },
  networks: { type: 'string', default: '' },
  /** `keep`: derivatives by the numbers of a narrow affine beginning, where there is one. */
  through: { type: 'string', default: 'expand' },
  threads: { type: 'string', default: '2' },
  seconds: { type: 'string', default: '1' },
  large: { type: 'boolean', default: false },
  peer: { type: 'boolean', default: false },
  python: { type: 'string', default: '/usr/bin/python3' },
  json: { type: 'boolean', default: false },
} as const;

const { values } = parseArgs({ options });
const seconds = Number(values.seconds);
const threads = Number(values.threads);

/** Calls until both 5 calls and `seconds` are over, after one that does not count. */
async function time(call: () => void | Promise<void>): Promise<Timing> {
  await call();
  const times: number[] = [];
  const before = process.cpuUsage();
  const end = performance.now() + 1000 * seconds;
  while (times.length < 5 || (performance.now() < end && times.length < 2000)) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(before);
  times.sort((a, b) => a - b);
  const cpu = (user + system) / 1000 / times.length;
  return { least: times[0]!, median: times[times.length >> 1]!, cpu };
}

async function measure(spec: ChainSpec, engineName: string, precision: Precision): Promise<OracleRow> {
  const network = chainNetwork(spec);
  const programs = derive(network, { through: values.through === 'keep' ? 'keep' : 'expand' });
  const { inputs: n, outputs: m, parameters } = programs;
  const row = { network: spec.name, parameters, engine: engineName, precision, threads, compile: 0 };
  try {
    const engine = await openEngine(engineName);
    const start = performance.now();
    const executable = await engine.compile(programs, { precision, device: 'cpu', threads });
    const compile = performance.now() - start;
    const shape = { ...executable, accuracy: 0, secondDerivatives: true };
    const { x, λ } = benchmarkPoint(n, m);
    const out: Slot = { ...makeSlot(shape), x, λ };
    const run = (order: Order) => time(() => executable.evaluate(order, [out]));
    const [value, jacobian, hessian] = [await run(0), await run(1), await run(2)];
    await executable.dispose();
    const work = flops(programOf(programs, 2, precision)) / 1e9;
    const { y, J, H } = byInputs(shape, out);
    const norms = [norm(y), norm(J), norm(H)] as const;
    return {
      ...row,
      compile,
      value,
      jacobian,
      hessian,
      work,
      rate: (1000 * work) / hessian.least,
      norms,
    };
  } catch (error) {
    return { ...row, error: error instanceof Error ? error.message : String(error) };
  }
}

const norm = (numbers: Float64Array): number => Math.sqrt(numbers.reduce((sum, v) => sum + v * v, 0));

function disagree(ours: Norms | undefined, theirs: Norms, precision: Precision): boolean {
  const tolerance = precision === 'f64' ? 1e-6 : 1e-2;
  return ours?.some((norm, k) => !(Math.abs(norm - theirs[k]!) <= tolerance * theirs[k]!)) ?? false;
}

/** PyTorch's times for one network, or why there are none; beside mixed precision in f64. */
function peer(spec: ChainSpec, precision: Precision): Promise<PeerRow | { readonly error: string }> {
  const script = fileURLToPath(new URL('../../bench/peers/torch_oracle.py', import.meta.url));
  return new Promise((resolve) => {
    // Debian's PyTorch leaves its OpenBLAS to count threads for itself.
    const env = { ...process.env, OPENBLAS_NUM_THREADS: values.threads, OMP_NUM_THREADS: values.threads };
    const child = spawn(values.python, [script], { stdio: ['pipe', 'pipe', 'pipe'], env });
    let output = '';
    let complaint = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      complaint += chunk;
    });
    child.on('error', ({ message }) => resolve({ error: message }));
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(output));
      else resolve({ error: complaint.trim().split('\n').at(-1) ?? `exit code ${code}` });
    });
    child.stdin.on('error', () => undefined);
    const theirs = precision === 'f32' ? 'f32' : 'f64';
    child.stdin.end(JSON.stringify({ ...spec, precision: theirs, threads, seconds }));
  });
}

const shown = (timing: Timing | undefined): string =>
  (timing ? `${timing.least.toFixed(2)} (${timing.cpu.toFixed(2)})` : '-').padStart(18);
function spread(ratios: readonly number[]): { mean: string; worst: string } {
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  return { mean: mean.toFixed(1), worst: Math.min(...ratios).toFixed(1) };
}
const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const wanted = values.networks.split(',').filter((name) => name !== '');
  const unknown = wanted.filter((name) => !publishedNetworks.some((spec) => spec.name === name));
  if (unknown.length > 0) throw new Error(`no such network: ${unknown}`);
  const specs = publishedNetworks.filter(({ name, large }) =>
    wanted.length > 0 ? wanted.includes(name) : values.large || !large,
  );
  const rows: OracleRow[] = [];
  const peers: (PeerRow | { network: string; precision: Precision; error: string })[] = [];
  say('Least milliseconds of wall clock, in parentheses mean milliseconds of processor time');
  say('network          engine precision            y                  J              y+J+H  GFLOP/s');
  for (const spec of specs)
    for (const precision of values.precisions.split(',') as Precision[]) {
      for (const engine of values.engines.split(',')) {
        if (engine === 'wasm' && precision !== 'f64') continue;
        const row = await measure(spec, engine, precision);
        rows.push(row);
        const rate = row.rate?.toFixed(1).padStart(8) ?? `  ${row.error}`;
        say(
          `${spec.name.padEnd(16)} ${engine.padEnd(6)} ${precision.padEnd(6)} ${shown(row.value)} ${shown(row.jacobian)} ${shown(row.hessian)} ${rate}`,
        );
      }
      if (!values.peer) continue;
      const result = await peer(spec, precision);
      if ('error' in result) {
        peers.push({ network: spec.name, precision, error: result.error });
        say(`${spec.name.padEnd(16)} torch  ${precision.padEnd(6)} ${result.error}`);
        continue;
      }
      peers.push(result);
      for (const row of rows)
        if (
          row.network === spec.name &&
          row.precision === precision &&
          disagree(row.norms, result.norms, precision)
        )
          say(`  ${row.engine} and torch compute different numbers: norms ${row.norms} and ${result.norms}`);
      say(
        `${spec.name.padEnd(16)} torch  ${precision.padEnd(6)} ${shown(result.value)} ${shown(result.jacobian)} ${shown(result.hessian)} (J ${result.jacobian.by}, H ${result.hessian.by}, torch ${result.version})`,
      );
    }
  const speedups = rows.flatMap((row) => {
    const other = peers.find(
      (p): p is PeerRow => !('error' in p) && p.network === row.network && p.precision === row.precision,
    );
    if (row.hessian === undefined || other === undefined) return [];
    const speedup = (other.jacobian.least + other.hessian.least) / row.hessian.least;
    const cpu = (other.jacobian.cpu + other.hessian.cpu) / row.hessian.cpu;
    return [{ network: row.network, engine: row.engine, precision: row.precision, speedup, cpu }];
  });
  for (const engine of new Set(speedups.map((s) => s.engine))) {
    const own = speedups.filter((s) => s.engine === engine);
    const wall = spread(own.map((s) => s.speedup));
    const cpu = spread(own.map((s) => s.cpu));
    say(
      `${engine}: y+J+H ${wall.mean} times as fast as torch in geometric mean, at worst ${wall.worst}; by processor time ${cpu.mean}, at worst ${cpu.worst}`,
    );
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ rows, peers, speedups })}\n`);
}

await main();
