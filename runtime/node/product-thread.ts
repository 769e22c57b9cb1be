import { workerData } from 'node:worker_threads';
import { type Board, Control, productWork, State } from './product-calls.js';

// A thread that does tasks of products beside the one that asks, and sleeps otherwise.
const { path, board, place } = workerData as { path: string; board: Board; place: number };
const work = productWork(path);
const { control } = board;
const own = Control.states + place;

while (Atomics.load(control, Control.ended) === 0) {
  if (Atomics.compareExchange(control, own, State.rung, State.busy) === State.rung) {
    work(board);
    Atomics.store(control, own, State.idle);
    Atomics.notify(control, own);
  } else Atomics.wait(control, own, State.idle);
}
