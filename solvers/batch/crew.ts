import type { BatchSolution, QpBatch } from './contract.js';
import type { Triple } from './derivative-element.js';
import { keptFor, release } from './keep.js';
import type { BatchSettings } from './options.js';
import { solveHere } from './solve-here.js';
import { solveKept } from './solve-kept.js';

/** What another thread does for a batch: solve a part of it, and later solve systems with the factors of that. Plain data. */
export type Job =
  | {
      readonly kind: 'solve';
      readonly id: number;
      readonly data: QpBatch;
      readonly settings: BatchSettings;
      readonly guess: Uint8Array | undefined;
      /** What messages call its element 0. */
      readonly first: number;
    }
  | { readonly kind: 'systems'; readonly id: number; readonly g: Triple }
  | { readonly kind: 'release'; readonly id: number };

/** What comes of a job: `forgotten` where the thread does not have what it was asked for (any more). */
export type JobOutcome =
  | { readonly kind: 'solved'; readonly solution: BatchSolution; readonly solved: Uint8Array }
  | { readonly kind: 'systems'; readonly u: Triple; readonly error: Float64Array }
  | { readonly kind: 'released' }
  | { readonly kind: 'forgotten' };

/** Other threads that solve parts of batches. */
export interface Crew {
  /**
   * Gives thread k job k, does `meanwhile`, and waits for all. An outcome is an error where a job threw one, and a text, why, where
   * the thread died; another takes its place for the next call.
   */
  run(jobs: readonly Job[], meanwhile: () => void): (JobOutcome | Error | string)[];
}

let open: ((threads: number) => Crew) | undefined;

/** Says where threads come from; without it batches are solved in the thread that asks. */
export function provideCrew(opener: (threads: number) => Crew): void {
  open = opener;
}

/** Other threads, at least that many; undefined where the place has none. */
export const crewOf = (threads: number): Crew | undefined => open?.(threads);

/** Solutions whose factors a thread keeps. */
const MOST = 4;

/** Does jobs, in the other thread. */
export class Hand {
  readonly #held = new Map<number, { readonly data: QpBatch; readonly solution: BatchSolution }>();

  do(job: Job): JobOutcome {
    switch (job.kind) {
      case 'solve': {
        const solution = solveHere(job.data, job.settings, job.guess, job.first);
        this.#held.set(job.id, { data: job.data, solution });
        for (const [id, { solution: old }] of this.#held) {
          if (this.#held.size <= MOST) break;
          release(old);
          this.#held.delete(id);
        }
        return {
          kind: 'solved',
          solution,
          solved: keptFor(solution)?.solved ?? new Uint8Array(job.data.batch),
        };
      }
      case 'systems': {
        const held = this.#held.get(job.id);
        const kept = held && keptFor(held.solution);
        if (held === undefined) return { kind: 'forgotten' };
        const { g } = job;
        const error = kept ? solveKept(held.data, held.solution, kept, g) : new Float64Array(held.data.batch);
        return { kind: 'systems', u: g, error };
      }
      case 'release': {
        const held = this.#held.get(job.id);
        if (held) release(held.solution);
        this.#held.delete(job.id);
        return { kind: 'released' };
      }
    }
  }
}
