import './plain-kernels.js';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { Hand, type Job } from '../../solvers/batch/crew.js';
import { plainError } from '../../src/core/plain-error.js';
import { type Answer, BUSY, DEAD, DONE } from './batch-state.js';

// A thread of the crew. Who gave the job sleeps until the state changes: it learns only so of a thread that ends.
const { state, answers } = workerData as { state: Int32Array; answers: MessagePort };
const hand = new Hand();

const say = (value: number): void => {
  Atomics.store(state, 0, value);
  Atomics.notify(state, 0);
};
process.on('exit', () => {
  if (Atomics.load(state, 0) === BUSY) say(DEAD);
});

parentPort!.on('message', (job: Job) => {
  let answer: Answer;
  try {
    answer = { outcome: hand.do(job) };
  } catch (error) {
    answer = { failure: plainError(error) };
  }
  answers.postMessage(answer);
  say(DONE);
});
