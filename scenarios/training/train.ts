import { random } from '../../models/train/random.js';
import { Adam, type Arrays } from './adam.js';
import { readCheckpoint, writeCheckpoint } from './checkpoint.js';

/** What is trained: arrays, the gradient of a mean loss over some samples, and a test. */
export interface Trainee {
  readonly name: string;
  readonly parameters: Arrays;
  /** Adam's rate. */
  readonly rate: number;
  /** The mean loss over these samples of the training set, and its gradients by parameter. */
  gradient(samples: Int32Array): { loss: number; gradients: Arrays };
  /** Brings parameters back to where they may be, after a step. */
  project?(): void;
  /** Measures by name, on the test set. */
  test(): Readonly<Record<string, number>>;
  readonly memory?: Memory;
}

/** What steps begin with beside parameters, as the checkpoint holds it. */
export interface Memory {
  readonly arrays: Arrays;
  /** Fills the arrays. */
  remember(): void;
  /** Takes over what they hold. */
  recall(): void;
}

/** One pass over the training set. */
export interface Epoch {
  /** From 1; 0 is before training, without a loss. */
  readonly epoch: number;
  /** Mean over the epoch's batches, each before its step. */
  readonly loss?: number;
  readonly test: Readonly<Record<string, number>>;
  /** CPU seconds of all threads of the process: of the pass, and of the test. */
  readonly cpu: number;
  readonly testCpu: number;
}

export interface Schedule {
  readonly epochs: number;
  readonly batch: number;
  /** Training samples there are. */
  readonly count: number;
  readonly seed: number;
  /** Where it can be resumed from; written after every epoch. */
  readonly checkpoint?: string | undefined;
  /** Of the whole training, as the checkpoint shall know it. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly tell: (epoch: Epoch) => void;
  /** Ends it after the step at hand; the epoch that was cut off does not count. */
  readonly signal?: AbortSignal;
}

/**
 * Trains with Adam, and lets the event loop run between steps, so that signals are heard. The order of the samples depends on seed and epoch alone, so that a training that was resumed ends as
 * one that was not, to the bit.
 */
export async function train(trainee: Trainee, schedule: Schedule): Promise<Epoch[]> {
  const { epochs, batch, count, seed, checkpoint, tell, signal } = schedule;
  const { memory } = trainee;
  const settings = { trainee: trainee.name, batch, count, seed, rate: trainee.rate, ...schedule.settings };
  const adam = new Adam(trainee.parameters, trainee.rate);
  const arrays = { ...trainee.parameters, ...adam.moments, ...memory?.arrays };
  const held = checkpoint === undefined ? undefined : readCheckpoint(checkpoint, settings, arrays);
  const curve: Epoch[] = [];
  if (held) {
    curve.push(...(held['curve'] as Epoch[]));
    adam.steps = held['steps'] as number;
    memory?.recall();
    curve.forEach(tell);
  } else {
    const [test, testCpu] = await timed(() => trainee.test());
    curve.push({ epoch: 0, test, cpu: 0, testCpu });
    tell(curve[0]!);
  }
  for (let epoch = curve.length; epoch <= epochs; epoch++) {
    const [loss, cpu] = await timed(() => pass(trainee, adam, orderOf(count, seed, epoch), batch, signal));
    if (loss === undefined) break;
    const [test, testCpu] = await timed(() => trainee.test());
    curve.push({ epoch, loss, test, cpu, testCpu });
    memory?.remember();
    if (checkpoint !== undefined)
      writeCheckpoint(checkpoint, { settings, state: { curve, steps: adam.steps }, arrays });
    tell(curve.at(-1)!);
  }
  return curve;
}

/** The mean loss; undefined where it was cut off. */
async function pass(
  trainee: Trainee,
  adam: Adam,
  order: Int32Array,
  batch: number,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  let total = 0;
  for (let from = 0; from < order.length; from += batch) {
    const samples = order.subarray(from, from + batch);
    const { loss, gradients } = trainee.gradient(samples);
    adam.step(gradients);
    trainee.project?.();
    total += loss * samples.length;
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (signal?.aborted) return undefined;
  }
  return total / order.length;
}

function orderOf(count: number, seed: number, epoch: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, k) => k);
  random((Math.imul(seed, 7919) + epoch) >>> 0).shuffle(order);
  return order;
}

async function timed<T>(work: () => T | Promise<T>): Promise<[T, number]> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1e6];
}
