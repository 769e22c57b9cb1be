import '../../runtime/node/provide.js';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { network as constrain, Model, openOracle, power, solve, subtract, sum } from '../../index.js';
import { BlockingClient } from '../../runtime/client.js';
import { openRuntime } from '../../runtime/node/runtime.js';
import { openExecutable } from '../../runtime/open.js';
import { programsOf } from '../../runtime/programs.js';
import { flops } from '../../src/derive/flops.js';
import type { Device, Precision } from '../../src/engine/contract.js';
import type { EngineName } from '../../src/engine/open.js';
import { isSynchronous } from '../../src/engine/open.js';
import type { Network } from '../../src/network/graph.js';
import type { GrayBox, Order } from '../../src/oracle/contract.js';
import { LocalBox } from '../../src/oracle/local.js';
import { median } from '../machine.js';
import { benchmarkPoint, type ChainSpec, chainNetwork, publishedNetworks } from '../networks.js';
import { openNetworks } from './open-networks.js';

/** What is measured. */
export interface ScaleCase {
  readonly network: string;
  readonly engine: EngineName | 'torch';
  readonly device: Device;
  readonly precision: Precision;
  /** For which each order is asked. */
  readonly seconds: number;
  /** Whether the nearest-point problem is solved as well. */
  readonly solve: boolean;
}

/** What was measured: seconds a call. */
export interface ScaleRow extends ScaleCase {
  readonly parameters?: number;
  readonly value?: number;
  readonly jacobian?: number;
  /** `y`, `J` and `H` together. */
  readonly hessian?: number;
  /** Of that, the share that is not the engine's: mailbox, waking, copying. */
  readonly transfer?: number;
  /** Its operations at the best rate of a matrix product that this engine was seen at here. */
  readonly floor?: number;
  readonly solved?: { readonly status: string; readonly iterations: number; readonly seconds: number };
  /** Largest resident memory of the process, in 10⁹ bytes. */
  readonly gigabytes?: number;
  readonly error?: string;
}

/** Room for programs of the largest networks. */
const limits = { derived: 1e10, constants: 1e10 };

/** Calls for `seconds`, two at least, after one that does not count: the median, in seconds; for 0 one call. */
function timed(seconds: number, call: () => void): number {
  const first = performance.now();
  call();
  if (seconds === 0) return (performance.now() - first) / 1000;
  const times: number[] = [];
  const end = performance.now() + 1000 * seconds;
  while (times.length < 2 || (performance.now() < end && times.length < 1000)) {
    const begin = performance.now();
    call();
    times.push((performance.now() - begin) / 1000);
  }
  return median(times);
}

export async function measureScale(own: ScaleCase): Promise<ScaleRow> {
  const spec = [...publishedNetworks, ...openNetworks].find(({ name }) => name === own.network);
  if (spec === undefined) return { ...own, error: `no network ${own.network}` };
  const { engine, device, precision, seconds } = own;
  const runtime = openRuntime();
  try {
    // Of the largest, memory decides.
    const net = chainNetwork(spec, 'large' in spec && spec.large ? 'f32' : 'f64');
    const programs = programsOf(net, { through: 'keep', limits });
    const choice = { programs, engine, device, precision };
    let box: GrayBox & { readonly hostSeconds?: number };
    if (isSynchronous(engine)) box = new LocalBox(await openExecutable(choice));
    else {
      const hosted = await runtime.lease(choice).hosted;
      box = new BlockingClient((await hosted.attach(1)).descriptor);
    }
    const slot = box.slot();
    const { x, λ } = benchmarkPoint(programs.inputs, programs.outputs);
    slot.x.set(x);
    slot.λ.set(λ);
    const of = (order: Order): number => timed(seconds, () => box.evaluate(order, [slot]));
    const [value, jacobian] = [of(0), of(1)];
    const [before, calls] = [box.hostSeconds ?? 0, box.statistics.calls];
    const hessian = of(2);
    const inEngine = ((box.hostSeconds ?? 0) - before) / (box.statistics.calls - calls);
    const transfer = box.hostSeconds === undefined ? 0 : Math.max(0, 1 - inEngine / hessian);
    const rate = await productRate({ ...own, seconds: Math.min(1, seconds) });
    const floor = rate === undefined ? undefined : flops(programs.hessian) / rate;
    const solved = own.solve ? await nearestPoint(net, own) : undefined;
    return {
      ...own,
      parameters: net.parameters,
      value,
      jacobian,
      hessian,
      transfer,
      ...(floor !== undefined && { floor }),
      ...(solved && { solved }),
      gigabytes: (process.resourceUsage().maxRSS * 1024) / 1e9,
    };
  } catch (error) {
    return { ...own, error: (error instanceof Error ? error.message : String(error)).split('\n')[0]! };
  } finally {
    await runtime.close();
  }
}

/**
 * Operations a second where nearly all of them are one product: the tangents of a 512-2048-2048 network, 512 rows times
 * the second layer's weights.
 */
async function productRate({ engine, device, precision, seconds }: ScaleCase): Promise<number | undefined> {
  if (engine === 'torch' || engine === 'reference') return undefined;
  const [n, m] = [512, 2048];
  const spec: ChainSpec = { name: 'product', widths: [n, m, m], activation: 'tanh', softmax: false };
  const programs = programsOf(chainNetwork(spec), { limits });
  const executable = await openExecutable({ programs, engine, device, precision });
  const slot = {
    ...benchmarkPoint(n, m),
    y: new Float64Array(m),
    J: new Float64Array(m * n),
    H: new Float64Array(0),
  };
  const times: number[] = [];
  const end = performance.now() + 1000 * seconds;
  await executable.evaluate(1, [slot]);
  while (times.length < 3 || performance.now() < end) {
    const begin = performance.now();
    await executable.evaluate(1, [slot]);
    times.push((performance.now() - begin) / 1000);
  }
  await executable.dispose();
  return flops(programs.jacobian) / Math.min(...times);
}

/** `min Σ (xᵢ − ½)²` such that the first outputs, three at most, are a little more than at ½. */
async function nearestPoint(net: Network, { engine, device, precision }: ScaleCase) {
  const begin = performance.now();
  const value = await firstValue(net, { engine, device, precision });
  const model = new Model('nearest point');
  const x = model.variables('x', net.inputSize, { lower: 0, upper: 1, start: 0.5 });
  const y = constrain(net, x, { start: value });
  for (let k = 0; k < Math.min(3, net.outputSize); k++)
    model.constrain(y.at(k), { lower: value[k]! + 0.05 * Math.max(0.1, Math.abs(value[k]!)) });
  model.minimize(sum([...x].map((xi) => power(subtract(xi, 0.5), 2))));
  const { status, iterations } = await solve(model, {
    engine: engine as EngineName,
    device,
    precision,
    limits,
    tol: precision === 'f64' || precision === 'mixed' ? 1e-8 : 1e-5,
  });
  return { status, iterations, seconds: (performance.now() - begin) / 1000 };
}

async function firstValue(
  net: Network,
  choice: Pick<ScaleCase, 'engine' | 'device' | 'precision'>,
): Promise<Float64Array> {
  const oracle = await openOracle(net, { ...choice, engine: choice.engine as EngineName, limits });
  const value = await oracle.value(new Float64Array(net.inputSize).fill(0.5));
  oracle.dispose();
  return value;
}

/** PyTorch's seconds on one network; J and H by the faster of its ways. */
export function measurePeer(python: string, spec: ChainSpec, own: ScaleCase): Promise<ScaleRow> {
  const script = fileURLToPath(new URL('../../../bench/peers/torch_oracle.py', import.meta.url));
  return new Promise((resolve) => {
    const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'pipe'] });
    const told = { out: '', err: '' };
    child.stdout.on('data', (text) => {
      told.out += text;
    });
    child.stderr.on('data', (text) => {
      told.err += text;
    });
    child.on('error', ({ message }) => resolve({ ...own, error: message }));
    child.on('close', (code) => {
      if (code !== 0) {
        resolve({ ...own, error: told.err.trim().split('\n').at(-1) ?? `code ${code}` });
        return;
      }
      const { value, jacobian, hessian } = JSON.parse(told.out);
      const seconds = ({ least }: { least: number }): number => least / 1000;
      resolve({
        ...own,
        value: seconds(value),
        jacobian: seconds(value) + seconds(jacobian),
        hessian: seconds(value) + seconds(jacobian) + seconds(hessian),
      });
    });
    child.stdin.on('error', () => undefined);
    const { precision, seconds, device } = own;
    child.stdin.end(
      JSON.stringify({
        ...spec,
        device,
        precision: precision === 'f32' ? 'f32' : 'f64',
        threads: 2,
        seconds,
      }),
    );
  });
}
