import './provide.js';
import { type MessagePort, parentPort } from 'node:worker_threads';
import type { ColumnAnswer, ColumnRequest } from '../../solvers/kkt/index.js';
import { Limits, type LimitsData } from '../../src/core/limits.js';
import { type PlainError, plainError } from '../../src/core/plain-error.js';
import { remoteAt } from '../control-plane.js';
import { type Preparation, Prepared } from '../prepared.js';
import type { Sizes } from '../task.js';
import { endpoint } from './endpoint.js';
import { type Ended, Exchange, type RunNote, type Told } from './exchange.js';
import { Turns, turnsWake } from './turns.js';
import type { Progress } from './worker.js';

/** What the thread of a prepared problem is told to do, one thing at a time. */
export type Order =
  | { readonly kind: 'open'; readonly preparation: Preparation; readonly limits: LimitsData }
  | {
      readonly kind: 'solve';
      readonly note: RunNote;
      /** Where iterations go, if anybody looks at them. */
      readonly progress?: MessagePort;
    }
  | { readonly kind: 'derive'; readonly request: ColumnRequest }
  | { readonly kind: 'dispose' };

/** Errors are answers, since cloning them between threads loses their class. */
export type Answer =
  | { readonly opened: Sizes; readonly told: Told; readonly memory: Exchange['memory'] }
  | { readonly solved: Ended }
  | { readonly derivatives: ColumnAnswer }
  | { readonly disposed: true }
  | { readonly failure: PlainError };

const port = parentPort!;
let prepared: Prepared | undefined;
let exchange: Exchange | undefined;
/** Of the last run that came as a message. */
let note: RunNote;

port.on('message', (order: Order) => {
  void answer(order)
    .catch(failed)
    .then((found) => port.postMessage(found));
});

const failed = (error: unknown): Answer => ({ failure: plainError(error) });

/** Solves as last told whenever another turn is ordered in shared memory. */
async function takeTurns(own: Exchange): Promise<never> {
  const turns = new Turns(own.turns);
  for (let seen = 0; ; seen++) {
    await (seen === 0 ? turns.past(0, seen) : turns.soonPast(0, seen));
    const found = await solve(undefined).catch(failed);
    if ('solved' in found && own.answer(found.solved)) turns.pass(1);
    else port.postMessage(found);
  }
}

async function answer(order: Order): Promise<Answer> {
  if (order.kind === 'open') {
    prepared = await Prepared.open(order.preparation, { limits: new Limits(order.limits) });
    const { boxes, uses = [] } = order.preparation;
    const told = { boxes: boxes.length, uses: uses.length };
    exchange = new Exchange(prepared.sizes, told);
    if (turnsWake) void takeTurns(exchange);
    return { opened: prepared.sizes, told, memory: exchange.memory };
  }
  if (order.kind === 'dispose') {
    await prepared?.dispose();
    return { disposed: true };
  }
  if (order.kind === 'derive') return { derivatives: prepared!.derivatives(order.request) };
  ({ note } = order);
  Object.freeze(note.options); // it is read once
  return solve(order.progress);
}

async function solve(progress: MessagePort | undefined): Promise<Answer> {
  const { held, flag, time } = exchange!;
  held.sizes = prepared!.sizes;
  const listener = progress && remoteAt<Progress>(endpoint(progress));
  try {
    const {
      result,
      sizes: _,
      ...rest
    } = await prepared!.solve(exchange!.take(note), {
      limits: new Limits({ flag: flag.buffer, started: time.started, seconds: time.allowed }),
      hold: (found) => held.write(found),
      stage: (stage) => {
        held.stage = stage;
      },
      // A listener that fails raises the stop flag.
      ...(listener && { iteration: (row) => void listener.iteration(row).catch(() => {}) }),
    });
    await listener?.finished();
    held.write(result);
    const { status, message, kkt, kernels } = result;
    return {
      solved: { ...rest, result: { status, message, ...(kkt && { kkt }), ...(kernels && { kernels }) } },
    };
  } finally {
    progress?.close();
  }
}
