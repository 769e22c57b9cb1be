import { openBlas } from '../runtime/node/blas.js';
import { openLapack } from '../runtime/node/lapack.js';
import { type MachineFacts, machineFacts } from '../runtime/node/machine.js';
import { defaultRuntime, type Runtime } from '../runtime/node/runtime.js';
import { openIpopt } from '../solvers/ipopt/index.js';
import { InputError } from '../src/core/errors.js';
import { flagOf, numberOf, optionsOf } from '../src/core/given.js';
import { derive } from '../src/derive/derive.js';
import { flops } from '../src/derive/flops.js';
import type { Device, Precision } from '../src/engine/contract.js';
import { cudaParts, foreignFunctions } from '../src/engine/cuda/index.js';
import { type EngineName, engineNames, openEngine, usualPrecision } from '../src/engine/open.js';
import { dense } from '../src/network/dense.js';
import type { Network } from '../src/network/graph.js';
import { openOracle } from './oracle.js';

/** Something that may be installed: whether it is, what for, and what brings it. */
export interface DiagnosedPart {
  readonly name: string;
  readonly purpose: string;
  /** Where or which, where it is there. */
  readonly found?: string;
  /** Where it is not: what to do. */
  readonly remedy?: string;
}

/** An engine on a device: how fast it is here, or why it cannot compute. */
export interface DiagnosedEngine {
  readonly engine: EngineName;
  readonly device: Device;
  readonly missing?: string;
  readonly measured?: {
    readonly precision: Precision;
    /** Of the network that was computed. */
    readonly parameters: number;
    readonly calls: number;
    /** Of y, Jacobian and Hessian, asked for from the main thread: the median. */
    readonly milliseconds: number;
    /** Operations of the derivative program in that time, in 10⁹ a second. */
    readonly gigaflops: number;
  };
}

/** The machine, what it has, and what each engine reaches there. */
export interface Diagnosis {
  readonly machine: MachineFacts;
  readonly parts: readonly DiagnosedPart[];
  readonly engines: readonly DiagnosedEngine[];
}

/** How long engines compute, and who is told of steps. */
export interface DiagnoseOptions {
  /** Seconds for which each engine computes; 0 measures nothing. Default 5. */
  readonly seconds?: number | undefined;
  /** Whether a device that could be there is tried. Default true. */
  readonly devices?: boolean | undefined;
  readonly runtime?: Runtime | undefined;
  /** Told what is done next. */
  readonly onStep?: ((step: string) => void) | undefined;
}

/** What this machine has for solving, what is missing for what with the command that brings it, and how fast engines are. */
export async function diagnose(given: DiagnoseOptions = {}): Promise<Diagnosis> {
  const {
    seconds = 5,
    devices = true,
    runtime = defaultRuntime(),
    onStep,
  } = optionsOf(given, 'diagnose', ['seconds', 'devices', 'runtime', 'onStep']);
  if (numberOf(seconds, 'diagnose: seconds') < 0)
    throw new InputError(`diagnose: seconds is ${seconds}: give 0 or more`);
  flagOf(devices, 'diagnose: devices');
  onStep?.('libraries');
  const parts = await installedParts();
  const engines: DiagnosedEngine[] = [];
  for (const engine of engineNames)
    for (const device of (await openEngine(engine)).devices) {
      if (device !== 'cpu' && !devices) continue;
      onStep?.(`engine ${engine} on ${device}`);
      engines.push(await tried(engine, device, seconds, runtime));
    }
  return { machine: machineFacts(), parts, engines };
}

async function installedParts(): Promise<DiagnosedPart[]> {
  const part = (name: string, purpose: string, found: string | undefined, remedy: string): DiagnosedPart =>
    found === undefined ? { name, purpose, remedy } : { name, purpose, found };
  const koffi = (() => {
    try {
      foreignFunctions();
      return 'installed';
    } catch {
      return undefined;
    }
  })();
  const blas = openBlas();
  const lapack = openLapack();
  let ipopt: string | undefined;
  let noIpopt = '';
  try {
    await openIpopt();
    ipopt = 'installed';
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    noIpopt = error.message;
  }
  const onnx = await (await openEngine('onnx')).available();
  const tfjs = await (await openEngine('tfjs')).available();
  return [
    part('koffi', 'calls system libraries: BLAS, Ipopt, CUDA', koffi, 'npm install koffi'),
    part(
      'BLAS',
      'engine blas, the default for networks that are not small; large dense blocks of KKT systems',
      typeof blas === 'string' ? undefined : blas.name,
      'apt-get install libopenblas0-pthread (Debian), brew install openblas (macOS), with koffi',
    ),
    part(
      'LAPACK',
      '--kkt-device cpu',
      typeof lapack === 'string' ? undefined : lapack.name,
      'as for BLAS: apt-get install libopenblas0-pthread',
    ),
    part('Ipopt', '--solver ipopt', ipopt, noIpopt),
    part(
      'ONNX Runtime',
      'engine onnx, the default where there is no BLAS or much is gathered',
      onnx === true ? 'installed' : undefined,
      'npm install onnxruntime-node (behind a firewall: ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node)',
    ),
    part(
      'tfjs',
      'engine tfjs',
      tfjs === true ? 'installed' : undefined,
      'npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm',
    ),
    ...cudaParts().map(({ name, path, remedy }) =>
      part(`CUDA: ${name}`, name === 'cusolver' ? '--kkt-device cuda' : 'engine cuda', path, remedy),
    ),
  ];
}

async function tried(
  engine: EngineName,
  device: Device,
  seconds: number,
  runtime: Runtime,
): Promise<DiagnosedEngine> {
  const available = await runtime.available(engine, device);
  if (available !== true) return { engine, device, missing: available };
  if (seconds === 0) return { engine, device };
  const precision = device === 'webgpu' ? 'f32' : usualPrecision(engine);
  try {
    const small = await measured([117, 100, 37], seconds / 4, { engine, device, precision, runtime });
    // A larger network, which fills the machine, where that is a matter of less than the time given.
    const larger = [117, 500, 500, 500, 37];
    const expected = (work(larger) / work([117, 100, 37])) * small.milliseconds;
    const own = expected < 250 * seconds;
    const found = own
      ? await measured(larger, 0.75 * seconds, { engine, device, precision, runtime })
      : small;
    return { engine, device, measured: { precision, ...found } };
  } catch (error) {
    return { engine, device, missing: error instanceof Error ? error.message : String(error) };
  }
}

async function measured(
  widths: readonly number[],
  seconds: number,
  choice: { engine: EngineName; device: Device; precision: Precision; runtime: Runtime },
) {
  const network = chain(widths);
  const oracle = await openOracle(network, choice);
  try {
    const x = new Float64Array(oracle.inputs).fill(0.3);
    const λ = new Float64Array(oracle.outputs).fill(1);
    // Sessions are opened by first calls.
    await oracle.hessian(x, λ);
    const times: number[] = [];
    const begin = performance.now();
    do {
      const from = performance.now();
      await oracle.hessian(x, λ);
      times.push(performance.now() - from);
    } while (performance.now() - begin < 1000 * seconds);
    times.sort((a, b) => a - b);
    const milliseconds = times[times.length >> 1]!;
    return {
      parameters: network.parameters,
      calls: times.length,
      milliseconds,
      gigaflops: flops(derive(network).hessian) / milliseconds / 1e6,
    };
  } finally {
    oracle.dispose();
  }
}

/** Operations of a dense network's y, Jacobian and Hessian, roughly. */
const work = (widths: readonly number[]): number =>
  widths.slice(1).reduce((sum, width, k) => sum + width * widths[k]! * widths[0]!, 0);

/** Dense layers of tanh with made-up weights. */
function chain(widths: readonly number[]): Network {
  return dense(
    widths.slice(1).map((width, k) => {
      const inner = widths[k]!;
      const data = Float32Array.from(
        { length: inner * width },
        (_, i) => Math.sin(1.7 * i + k) / Math.sqrt(inner),
      );
      const last = k === widths.length - 2;
      return { W: { shape: [inner, width], data }, activation: last ? 'linear' : 'tanh' };
    }),
    { name: `tanh ${widths.join('-')}` },
  );
}
