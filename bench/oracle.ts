// Derivatives of networks on the CPU, each engine beside PyTorch's fastest ways.
//   node dist/bench/oracle.js [--engines blas,onnx,wasm] [--precisions f64,f32] [--networks NAME,…] [--through keep] [--others]
//     [--threads 2] [--seconds 1] [--large] [--peer --python PYTHON] [--json]
// --solve: as a solve asks for them: derivatives behind a narrow affine beginning, engine and precision as `auto` takes them,
// beside PyTorch in f64; and the same in f64 throughout.
import '../runtime/node/provide.js';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { derive } from '../src/derive/derive.js';
import { flopsEach } from '../src/derive/flops.js';
import { levels } from '../src/derive/levels.js';
import type { Program, Programs } from '../src/derive/program.js';
import { chooseEngine, type EngineChoice } from '../src/engine/choose.js';
import type { Order, Precision, Slot } from '../src/engine/contract.js';
import { openEngine } from '../src/engine/open.js';
import { programOf } from '../src/engine/programs.js';
import { byInputs, makeSlot } from '../src/oracle/slot.js';
import {
  benchmarkPoint,
  type ChainSpec,
  chainNetwork,
  otherNetworks,
  publishedNetworks,
} from './networks.js';
import { bestOf, type ProductRates, productRates, productShape } from './product-rate.js';

/** Milliseconds per call: wall clock, least and median, and the mean of processor time over all threads. */
export interface Timing {
  readonly least: number;
  readonly median: number;
  readonly cpu: number;
}
/** A precision, or what a solve would take. */
type Asked = Precision | 'solve';
type Norms = readonly [y: number, J: number, H: number];
/** What one engine did on one network at one precision. */
export interface OracleRow {
  readonly network: string;
  readonly parameters: number;
  readonly engine: string;
  readonly precision: Precision;
  /** `solve`: engine, and perhaps precision, as `auto` takes them for a solve. */
  readonly asked: Asked;
  readonly threads: number;
  readonly compile: number;
  readonly value?: Timing;
  readonly jacobian?: Timing;
  /** `y`, `J` and `H` together. */
  readonly hessian?: Timing;
  /** Of the Hessian program, 10⁹ operations, and 10⁹ operations a second at the least time. */
  readonly work?: number;
  readonly rate?: number;
  /** Those operations at the best rate of a matrix product measured here, by the least time. */
  readonly share?: number;
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
  engines: { type: 'string', default: 'blas,onnx,wasm' },
  precisions: { type: 'string', default: 'f64,f32' },
  networks: { type: 'string', default: '' },
  /** `keep`: derivatives by the numbers of a narrow affine beginning, where there is one. */
  through: { type: 'string', default: 'expand' },
  threads: { type: 'string', default: '2' },
  seconds: { type: 'string', default: '1' },
  solve: { type: 'boolean', default: false },
  others: { type: 'boolean', default: false },
  large: { type: 'boolean', default: false },
  peer: { type: 'boolean', default: false },
  python: { type: 'string', default: '/usr/bin/python3' },
  json: { type: 'boolean', default: false },
} as const;

const { values } = parseArgs({ options });
if (values.solve) {
  values.engines = 'auto';
  values.precisions = 'solve,f64';
  values.through = 'keep';
}
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

/** The engine and the precision that are asked for, or those that `auto` takes. */
async function resolved(programs: Programs, engine: string, asked: Asked) {
  if (engine !== 'auto') return { engine, precision: asked as Precision };
  const choice: EngineChoice = { threads, ...(asked !== 'solve' && { precision: asked }) };
  const available = async (name: string) => (await openEngine(name)).available();
  return chooseEngine(programs, choice, available, asked === 'solve');
}

/** Seconds that the products of a program take at the best rates. */
function floorOf(program: Program, rates: { readonly f64: number; readonly f32: number }, asked: Precision) {
  const operations = flopsEach(program.instructions);
  const level = levels(program);
  return operations.reduce((sum, own, k) => {
    const lower = asked === 'f32' || (asked === 'mixed' && level[k] === 'lower');
    return sum + own / (1e9 * (lower ? rates.f32 : rates.f64));
  }, 0);
}

async function measure(
  spec: ChainSpec,
  engineName: string,
  asked: Asked,
  rates: { readonly f64: number; readonly f32: number },
): Promise<OracleRow> {
  const network = chainNetwork(spec);
  const programs = derive(network, { through: values.through === 'keep' ? 'keep' : 'expand' });
  const { inputs: n, outputs: m, parameters } = programs;
  const { engine: own, precision } = await resolved(programs, engineName, asked);
  const row = { network: spec.name, parameters, engine: own, precision, asked, threads, compile: 0 };
  try {
    const engine = await openEngine(own);
    const start = performance.now();
    const executable = await engine.compile(programs, { precision, device: 'cpu', threads });
    const compile = performance.now() - start;
    const shape = { ...executable, accuracy: 0, secondDerivatives: true };
    const { x, λ } = benchmarkPoint(n, m);
    const out: Slot = { ...makeSlot(shape), x, λ };
    const run = (order: Order) => time(() => executable.evaluate(order, [out]));
    const [value, jacobian, hessian] = [await run(0), await run(1), await run(2)];
    await executable.dispose();
    const program = programOf(programs, 2, precision);
    const work = flopsEach(program.instructions).reduce((sum, each) => sum + each, 0) / 1e9;
    const { y, J, H } = byInputs(shape, out);
    const norms = [norm(y), norm(J), norm(H)] as const;
    const rate = (1000 * work) / hessian.least;
    const share = (1000 * floorOf(program, rates, precision)) / hessian.least;
    return { ...row, compile, value, jacobian, hessian, work, rate, share, norms };
  } catch (error) {
    return { ...row, error: error instanceof Error ? error.message : String(error) };
  }
}

const norm = (numbers: Float64Array): number => Math.sqrt(numbers.reduce((sum, v) => sum + v * v, 0));

function disagree(ours: Norms | undefined, theirs: Norms, precision: Precision): boolean {
  const tolerance = precision === 'f64' ? 1e-6 : 1e-2;
  return ours?.some((norm, k) => !(Math.abs(norm - theirs[k]!) <= tolerance * theirs[k]!)) ?? false;
}

/** What the peer's script answers to a question, or why it does not. */
function askTorch<T>(question: object): Promise<T | { readonly error: string }> {
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
    child.stdin.end(JSON.stringify({ ...question, threads, seconds }));
  });
}

const asked = new Map<string, Promise<PeerRow | { readonly error: string }>>();

/** PyTorch's times for one network, or why there are none; in f64 but beside f32. */
function peer(spec: ChainSpec, beside: Asked): Promise<PeerRow | { readonly error: string }> {
  const precision = beside === 'f32' ? 'f32' : 'f64';
  const key = `${spec.name} ${precision}`;
  const answer = asked.get(key) ?? askTorch<PeerRow>({ ...spec, precision });
  asked.set(key, answer);
  return answer;
}

/** The best rates of a matrix product here, in 10⁹ operations a second. */
async function measureRates() {
  const one = async (float: 'f64' | 'f32'): Promise<ProductRates> => {
    const own = await productRates(float, threads, Math.min(1, seconds));
    if (!values.peer) return own;
    const theirs = await askTorch<{ rate: number }>({ product: productShape, precision: float });
    return 'error' in theirs ? own : { ...own, torch: theirs.rate };
  };
  return { f64: await one('f64'), f32: await one('f32') };
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
  const all: readonly (ChainSpec & { readonly large?: true })[] = [...publishedNetworks, ...otherNetworks];
  const unknown = wanted.filter((name) => !all.some((spec) => spec.name === name));
  if (unknown.length > 0) throw new Error(`no such network: ${unknown}`);
  const specs = all.filter((spec) => {
    if (wanted.length > 0) return wanted.includes(spec.name);
    return (values.large || !spec.large) && (values.others || values.solve || !otherNetworks.includes(spec));
  });
  const products = await measureRates();
  const rates = { f64: bestOf(products.f64), f32: bestOf(products.f32) };
  const told = (own: ProductRates): string =>
    Object.entries(own)
      .map(([who, rate]) => `${who} ${rate.toFixed(1)}`)
      .join(', ');
  say(
    `Product of ${productShape.join(' × ')}, GFLOP/s: f64 ${told(products.f64)}; f32 ${told(products.f32)}`,
  );
  const rows: OracleRow[] = [];
  const peers: ((PeerRow | { network: string; error: string }) & { asked: Asked })[] = [];
  say('Least milliseconds of wall clock, in parentheses mean milliseconds of processor time');
  say(
    'network          engine precision            y                  J              y+J+H  GFLOP/s, share of the best rate',
  );
  for (const spec of specs)
    for (const precision of values.precisions.split(',') as Asked[]) {
      for (const engine of values.engines.split(',')) {
        if (engine === 'wasm' && precision !== 'f64' && precision !== 'mixed') continue;
        const row = await measure(spec, engine, precision, rates);
        rows.push(row);
        const rate =
          row.rate === undefined
            ? `  ${row.error}`
            : `${row.rate.toFixed(1).padStart(8)} ${(100 * row.share!).toFixed(0).padStart(4)} %`;
        say(
          `${spec.name.padEnd(16)} ${row.engine.padEnd(6)} ${row.precision.padEnd(6)} ${shown(row.value)} ${shown(row.jacobian)} ${shown(row.hessian)} ${rate}`,
        );
      }
      if (!values.peer) continue;
      const result = await peer(spec, precision);
      if ('error' in result) {
        peers.push({ network: spec.name, asked: precision, error: result.error });
        say(`${spec.name.padEnd(16)} torch  ${precision.padEnd(6)} ${result.error}`);
        continue;
      }
      peers.push({ ...result, asked: precision });
      for (const row of rows)
        if (
          row.network === spec.name &&
          row.asked === precision &&
          disagree(row.norms, result.norms, row.precision)
        )
          say(`  ${row.engine} and torch compute different numbers: norms ${row.norms} and ${result.norms}`);
      say(
        `${spec.name.padEnd(16)} torch  ${result.precision.padEnd(6)} ${shown(result.value)} ${shown(result.jacobian)} ${shown(result.hessian)} (J ${result.jacobian.by}, H ${result.hessian.by}, torch ${result.version})`,
      );
    }
  const speedups = rows.flatMap((row) => {
    const other = peers.find(
      (p): p is PeerRow & { asked: Asked } =>
        !('error' in p) && p.network === row.network && p.asked === row.asked,
    );
    if (row.hessian === undefined || other === undefined) return [];
    const speedup = (other.jacobian.least + other.hessian.least) / row.hessian.least;
    const cpu = (other.jacobian.cpu + other.hessian.cpu) / row.hessian.cpu;
    const { network, engine, precision, asked } = row;
    return [{ network, engine, precision, asked, speedup, cpu }];
  });
  const kinds = new Set(speedups.map((s) => (values.solve ? s.asked : s.engine)));
  for (const kind of kinds) {
    const own = speedups.filter((s) => (values.solve ? s.asked : s.engine) === kind);
    const wall = spread(own.map((s) => s.speedup));
    const cpu = spread(own.map((s) => s.cpu));
    const who = kind === 'solve' ? 'as a solve asks' : kind;
    say(
      `${who}: y+J+H ${wall.mean} times as fast as torch in geometric mean, at worst ${wall.worst}; by processor time ${cpu.mean}, at worst ${cpu.worst}`,
    );
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ products, rows, peers, speedups })}\n`);
}

await main();
