import { defaultRuntime, type Runtime } from '../runtime/node/runtime.js';
import type { HostStatistics } from '../runtime/service.js';
import { InputError } from '../src/core/errors.js';
import { numbersOf, optionsOf } from '../src/core/given.js';
import type { Device, Order, Precision } from '../src/engine/contract.js';
import type { Network } from '../src/network/graph.js';
import { choose, type NetworkChoice } from './engine.js';

/** Answer of an oracle; parts above the order asked for are empty. */
export interface Derivatives {
  /** `[outputs]`. */
  readonly y: Float64Array;
  /** `[outputs × inputs]`, row-major. */
  readonly J: Float64Array;
  /** Lower triangle of `∇²(λᵀNN)`, packed by rows: entry (i, j ≤ i) at `i(i+1)/2 + j`. */
  readonly H: Float64Array;
}

/** A network's value and derivatives, computed in another thread. */
export interface Oracle {
  readonly inputs: number;
  readonly outputs: number;
  readonly engine: string;
  readonly device: Device;
  readonly precision: Precision;
  /** `y = NN(x)`. */
  value(x: ArrayLike<number>): Promise<Float64Array>;
  /** `y` and `J`. */
  jacobian(x: ArrayLike<number>): Promise<Derivatives>;
  /** `y`, `J` and `H = ∇²(λᵀNN)(x)`. */
  hessian(x: ArrayLike<number>, λ: ArrayLike<number>): Promise<Derivatives>;
  statistics(): Promise<HostStatistics>;
  /** Gives the network back; any further call throws. */
  dispose(): void;
}

/** Who computes a network, and how precisely. */
export interface OracleOptions extends NetworkChoice {
  /** Whose threads compute. Default: the process's own. */
  readonly runtime?: Runtime | undefined;
}

/** Names of {@link OracleOptions}. */
export const oracleOptions = [
  ...(['engine', 'device', 'precision', 'threads', 'kinks', 'limits', 'runtime'] as const),
];

/** Compiles a network and answers `y`, `J` and `H` asynchronously. */
export async function openOracle(network: Network, options: OracleOptions = {}): Promise<Oracle> {
  const { runtime = defaultRuntime(), ...choice } = optionsOf(options, 'openOracle', oracleOptions);
  const { spec } = await choose(network, choice, (...place) => runtime.available(...place), false);
  const { hosted: opening, release } = runtime.lease(spec);
  const hosted = await opening;
  const { inputs, outputs, engine, device, precision } = hosted.shape;
  let open = true;
  const ask = (order: Order, x: ArrayLike<number>, λ: ArrayLike<number>): Promise<Derivatives> => {
    if (!open) throw new InputError(`the oracle of ${network.name} was disposed`);
    const where = `network ${network.name}`;
    const point = numbersOf(x, `${where}: x`, { length: inputs });
    return hosted.evaluate(order, point, numbersOf(λ, `${where}: λ`, { length: outputs }));
  };
  const noλ = new Float64Array(outputs);
  return {
    inputs,
    outputs,
    engine,
    device,
    precision,
    value: async (x) => (await ask(0, x, noλ)).y,
    jacobian: async (x) => ask(1, x, noλ),
    hessian: async (x, λ) => ask(2, x, λ),
    statistics: () => hosted.statistics(),
    dispose() {
      open = false;
      release();
    },
  };
}
