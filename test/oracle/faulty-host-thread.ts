import { workerData } from 'node:worker_threads';
import { serve } from '../../runtime/node/serve.js';
import { openExecutable } from '../../runtime/open.js';
import { programsOf } from '../../runtime/programs.js';
import type { ExecutableSpec } from '../../runtime/task.js';
import '../../runtime/node/provide.js';
import { EvaluationError, InputError, OutOfMemoryError } from '../../src/core/errors.js';
import type { Executable, Order } from '../../src/engine/contract.js';
import type { Network } from '../../src/network/graph.js';

/** What goes wrong in a host of this kind; written as JSON into the name of the network. */
export interface Fault {
  /** Evaluations that go well before it; −1: it happens when the network is opened. */
  readonly after: number;
  /** Only evaluations of this order count and fail. Default: all. */
  readonly order?: Order;
  /**
   * `sleep`: takes `milliseconds` more; `spin` never comes back; `hang` promises an answer that never comes; `crash` ends the
   * thread; `throw` an error called `name`.
   */
  readonly does: 'sleep' | 'spin' | 'hang' | 'crash' | 'throw';
  readonly milliseconds?: number;
  readonly name?: string;
}

/** The spec of a network that fails in a host of this kind. */
export const faulty = (network: Network, fault: Fault): ExecutableSpec => ({
  programs: programsOf(faultyNetwork(network, fault)),
  engine: 'reference',
  device: 'cpu',
  precision: 'f64',
});

/** The same network under a name that says what goes wrong. */
export const faultyNetwork = (network: Network, fault: Fault): Network => ({
  ...network,
  name: JSON.stringify({ ...fault, network: network.name }),
});

function happen({ does, milliseconds = 0, name }: Fault): void | Promise<void> {
  switch (does) {
    case 'sleep':
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
      return;
    case 'spin':
      for (;;);
    case 'hang':
      return new Promise(() => {});
    case 'crash':
      process.exit(7);
      return;
    case 'throw':
      throw errors[name ?? 'Error']!();
  }
}

const errors: Readonly<Record<string, () => Error>> = {
  Error: () => new Error('device lost'),
  InputError: () => new InputError("layer 'relu_3' cannot be computed there"),
  EvaluationError: () => new EvaluationError('no number', "layer 'log_1'", true),
  OutOfMemoryError: () => new OutOfMemoryError('needs 7 GiB'),
  RangeError: () => new RangeError('Array buffer allocation failed'),
};

async function openFaulty(spec: ExecutableSpec): Promise<Executable> {
  const { name } = spec.programs;
  if (!name.startsWith('{')) return openExecutable(spec);
  const fault = JSON.parse(name) as Fault;
  if (fault.after < 0) await happen(fault);
  const opened = await openExecutable({ ...spec, engine: 'reference' });
  let left = fault.after;
  const evaluate: Executable['evaluate'] = async (order, slots) => {
    if (fault.order === undefined || fault.order === order) if (left-- <= 0) await happen(fault);
    await opened.evaluate(order, slots);
  };
  return { ...opened, engine: 'faulty', evaluate };
}

// Only a thread that was started for it serves: tests import this file as well. What goes wrong is JavaScript.
if (workerData?.control instanceof SharedArrayBuffer) await serve(openFaulty, () => false);
