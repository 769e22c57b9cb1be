import './provide.js';
import { type MessagePort, parentPort } from 'node:worker_threads';
import type { ColumnAnswer, ColumnRequest } from '../../solvers/kkt/index.js';
import { Limits, type LimitsData } from '../../src/core/limits.js';
import { type PlainError, plainError } from '../../src/core/plain-error.js';
import type { Held, Result } from '../../src/nlp/result.js';
import { remoteAt } from '../control-plane.js';
import { Exchange, type RunNote } from '../exchange.js';
import { type Preparation, Prepared } from '../prepared.js';
import type { Sizes, Solved } from '../task.js';
import { endpoint } from './endpoint.js';
import type { Progress } from './worker.js';

/** What the thread of a prepared problem is told to do, one thing at a time. */
export type Order =
  | { readonly kind: 'open'; readonly preparation: Preparation; readonly limits: LimitsData }
  | {
      readonly kind: 'solve';
      readonly run: RunNote;
      readonly limits: LimitsData;
      /** Where iterations go, if anybody looks at them. */
      readonly progress?: MessagePort;
    }
  | { readonly kind: 'derive'; readonly request: ColumnRequest }
  | { readonly kind: 'dispose' };

/** What comes back of a solve; the rest of its result stands in the {@link Exchange}. */
export interface Ended extends Omit<Solved, 'result' | 'sizes'> {
  readonly result: Omit<Result, keyof Held> & Pick<Held, 'kkt' | 'kernels'>;
}

/** Errors are answers, since cloning them between threads loses their class. */
export type Answer =
  | { readonly opened: Sizes; readonly memory: Exchange['memory'] }
  | { readonly solved: Ended }
  | { readonly derivatives: ColumnAnswer }
  | { readonly disposed: true }
  | { readonly failure: PlainError };

const port = parentPort!;
let prepared: Prepared | undefined;
let exchange: Exchange | undefined;

port.on('message', (order: Order) => {
  void answer(order)
    .catch((error: unknown): Answer => ({ failure: plainError(error) }))
    .then((found) => port.postMessage(found));
});

async function answer(order: Order): Promise<Answer> {
  if (order.kind === 'open') {
    prepared = await Prepared.open(order.preparation, { limits: new Limits(order.limits) });
    exchange = new Exchange(prepared.sizes);
    return { opened: prepared.sizes, memory: exchange.memory };
  }
  if (order.kind === 'dispose') {
    await prepared?.dispose();
    return { disposed: true };
  }
  if (order.kind === 'derive') return { derivatives: prepared!.derivatives(order.request) };
  const { run, limits, progress } = order;
  const { held } = exchange!;
  held.sizes = prepared!.sizes;
  const listener = progress && remoteAt<Progress>(endpoint(progress));
  try {
    const {
      result,
      sizes: _,
      ...rest
    } = await prepared!.solve(exchange!.take(run), {
      limits: new Limits(limits),
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
