import type { Solved } from '../runtime/task.js';
import type { Ending } from '../runtime/unfinished.js';
import type { Statement } from '../src/model/statement.js';
import { isSolved, type Status } from '../src/nlp/result.js';
import type { WarmStart } from '../src/nlp/solver.js';
import type { Allowance } from './allowance.js';
import { endedBy, polished } from './polish.js';

/** One solve among several that make one. */
export interface Stage {
  readonly statement: Statement;
  /** What stands for the gray boxes, where not the model's own. */
  readonly boxes?: readonly unknown[] | undefined;
  readonly warmStart?: WarmStart | undefined;
  /** Options of the solver in this stage, in place of the caller's. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Iterations that it may take, whatever the caller allows. */
  readonly iterations?: number;
  /** Whether its point may be the answer, to be computed as precisely as that. */
  readonly answers?: boolean;
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

  constructor(
    private readonly run: (stage: Stage) => Promise<T>,
    private readonly allowance: Allowance,
  ) {}

  async solve(stage: Stage): Promise<T> {
    const next = await this.run(stage);
    this.#all = this.#all ? { ...next, solved: both(this.#all.solved, next.solved) } : next;
    return next;
  }

  /** Whether no other stage may follow this one: by the way it ended, or since nothing is left of what the call may take. */
  over({ solved: { result } }: T): boolean {
    return ends.includes(result.status) || this.allowance.over !== undefined;
  }

  /** The point of one stage with what all of them took. */
  counted(stage: T): T {
    const { iterations, evaluations, seconds } = this.#all!.solved.result;
    const result = { ...stage.solved.result, iterations, evaluations, seconds };
    return { ...stage, solved: { ...stage.solved, result, oracles: this.#all!.solved.oracles } };
  }

  /** The same where others should have followed but for the end of `last`, after which it is {@link over}. */
  cut(stage: T, last = stage): T {
    const whole = this.counted(stage);
    const { status, message } = last.solved.result;
    const why: Ending = (isSolved(status) ? this.allowance.over : undefined) ?? { status, message };
    return { ...whole, solved: endedBy(whole.solved, why) };
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
