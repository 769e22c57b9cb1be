import './provide.js';
import { type MessagePort, parentPort } from 'node:worker_threads';
import type { ColumnAnswer, ColumnRequest } from '../../solvers/kkt/index.js';
import { Limits, type LimitsData } from '../../src/core/limits.js';
import { type PlainError, plainError } from '../../src/core/plain-error.js';
import { remoteAt } from '../control-plane.js';
import { HeldPoint } from '../held.js';
import { type Preparation, Prepared, type Run } from '../prepared.js';
import type { Sizes, Solved } from '../task.js';
import { endpoint } from './endpoint.js';
import type { Progress } from './worker.js';

/** What the thread of a prepared problem is told to do, one thing at a time. */
export type Order =
  | { readonly kind: 'open'; readonly preparation: Preparation; readonly limits: LimitsData }
  | {
      readonly kind: 'solve';
      readonly run: Run;
      readonly limits: LimitsData;
      /** Memory of the {@link HeldPoint}. */
      readonly held: SharedArrayBuffer;
      /** Where iterations go, if anybody looks at them. */
      readonly progress?: MessagePort;
    }
  | { readonly kind: 'derive'; readonly request: ColumnRequest }
  | { readonly kind: 'dispose' };

/** Errors are answers, since cloning them between threads loses their class. */
export type Answer =
  | { readonly opened: Sizes }
  | { readonly solved: Solved }
  | { readonly derivatives: ColumnAnswer }
  | { readonly disposed: true }
  | { readonly failure: PlainError };

const port = parentPort!;
let prepared: Prepared | undefined;

port.on('message', (order: Order) => {
  void answer(order)
    .catch((error: unknown): Answer => ({ failure: plainError(error) }))
    .then((found) => port.postMessage(found));
});

async function answer(order: Order): Promise<Answer> {
  if (order.kind === 'open') {
    prepared = await Prepared.open(order.preparation, { limits: new Limits(order.limits) });
    return { opened: prepared.sizes };
  }
  if (order.kind === 'dispose') {
    await prepared?.dispose();
    return { disposed: true };
  }
  if (order.kind === 'derive') return { derivatives: prepared!.derivatives(order.request) };
  const { run, limits, held, progress } = order;
  const { variables, constraints } = prepared!.sizes;
  const point = new HeldPoint(held, variables, constraints);
  point.sizes = prepared!.sizes;
  const listener = progress && remoteAt<Progress>(endpoint(progress));
  try {
    const solved = await prepared!.solve(run, {
      limits: new Limits(limits),
      hold: (found) => point.write(found),
      stage: (stage) => {
        point.stage = stage;
      },
      // A listener that fails raises the stop flag.
      ...(listener && { iteration: (row) => void listener.iteration(row).catch(() => {}) }),
    });
    await listener?.finished();
    return { solved };
  } finally {
    progress?.close();
  }
}
