import type { Solved } from '../runtime/task.js';
import type { Statement } from '../src/model/statement.js';
import type { Status } from '../src/nlp/result.js';
import type { WarmStart } from '../src/nlp/solver.js';
import { polished } from './polish.js';

/** One solve among several that make one. */
export interface Stage {
  readonly statement: Statement;
  /** What stands for the gray boxes, where not the model's own. */
  readonly boxes?: readonly unknown[] | undefined;
  readonly warmStart?: WarmStart | undefined;
  /** Options of the solver in this stage, in place of the caller's. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** What a stage gives. */
export interface Staged {
  readonly solved: Solved;
}

const ends: readonly Status[] = [
  'interrupted',
  'time-limit',
  'out-of-memory',
  'invalid-problem',
  'unbounded',
];

/** Solves in stages, and counts what they took together. */
export class Stages<T extends Staged> {
  #all: T | undefined;
  constructor(private readonly run: (stage: Stage, iterations: number) => Promise<T>) {}

  async solve(stage: Stage): Promise<T> {
    const next = await this.run(stage, this.#all?.solved.result.iterations ?? 0);
    this.#all = this.#all ? { ...next, solved: both(this.#all.solved, next.solved) } : next;
    return next;
  }

  /** Whether a stage ended in a way after which there is no other. */
  over({ solved: { result } }: T): boolean {
    return ends.includes(result.status);
  }

  /** The point of one stage with what all of them took. */
  counted(stage: T): T {
    const { iterations, evaluations, seconds } = this.#all!.solved.result;
    const result = { ...stage.solved.result, iterations, evaluations, seconds };
    return { ...stage, solved: { ...stage.solved, result, oracles: this.#all!.solved.oracles } };
  }
}

/** Gray boxes that a later stage adds count with its own. */
function both(first: Solved, last: Solved): Solved {
  const { oracles } = last;
  const known = oracles.map((oracle, k) => first.oracles[k] ?? oracle);
  const fresh = oracles.map((oracle, k) =>
    first.oracles[k] ? oracle : Object.fromEntries(Object.keys(oracle).map((key) => [key, 0])),
  );
  return polished({ ...first, oracles: known }, { ...last, oracles: fresh as unknown as Solved['oracles'] });
}
