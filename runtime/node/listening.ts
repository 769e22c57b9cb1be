import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Monitor } from '../../src/nlp/solver.js';
import { exposeAt } from '../control-plane.js';
import { endpoint } from './endpoint.js';
import type { Progress } from './worker.js';

/** What the main thread hears of a solve in another one. */
export interface Listening {
  /** For the other thread. */
  readonly port: MessagePort;
  /** What the listener threw. */
  readonly failure: { readonly error: unknown } | undefined;
  /** What a source told of itself. */
  readonly facts: unknown;
  close(): void;
}

/** Hands iterations on to a listener; where that returns false or throws, `stop` is called. */
export function listen(onIteration: Monitor['iteration'] | undefined, stop: () => void): Listening {
  const { port1, port2 } = new MessageChannel();
  const listening = {
    port: port2,
    failure: undefined as { error: unknown } | undefined,
    facts: undefined as unknown,
    close: () => port1.close(),
  };
  const progress: Progress = {
    iteration(row) {
      if (listening.failure) return;
      try {
        if (onIteration?.(row) === false) stop();
      } catch (error) {
        listening.failure = { error };
        stop();
      }
    },
    read(facts) {
      listening.facts = facts;
    },
    finished() {},
  };
  exposeAt(progress, endpoint(port1));
  return listening;
}
