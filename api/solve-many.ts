import { defaultRuntime, openRuntime, type Runtime } from '../runtime/node/runtime.js';
import { InputError } from '../src/core/errors.js';
import { functionOf, listOf, nameOf, optionsOf, told, wholeOf } from '../src/core/given.js';
import { Model } from '../src/model/index.js';
import type { SolveOptions } from './options.js';
import type { Solution } from './solution.js';
import { solve } from './solve.js';

/** One solve of a list. */
export interface ManyItem {
  /** Its name in the list, by which its outcome is known; each once. */
  readonly key: string;
  /** A model, or what makes it when its turn comes, so that few are held at a time. */
  readonly model: Model | (() => Model | Promise<Model>);
  /** What differs from the options for all; its signal, too, ends this solve alone. */
  readonly options?: SolveOptions | undefined;
}

/** How a solve of a list ended: with a solution of any status, or with what it threw. */
export type ManyOutcome =
  | { readonly key: string; readonly solution: Solution; readonly error?: undefined }
  | { readonly key: string; readonly error: Error; readonly solution?: undefined };

/** How far a list is. */
export interface ManyProgress {
  readonly ended: number;
  readonly total: number;
}

/** How a list is solved. */
export interface ManyOptions {
  /**
   * Solves at the same time, each in a thread of its own. Networks in oracle hosts are computed for all of them together: the last
   * bits of a solution may then depend on who asked at the same time, not so with engine `wasm` or one solve at a time.
   * Default: as many as the runtime has threads.
   */
  readonly concurrency?: number | undefined;
  /** Options of every solve; a time limit counts from the beginning of each. */
  readonly options?: Omit<SolveOptions, 'runtime' | 'signal' | 'started'> | undefined;
  /** Called once per solve, in the order in which they end. What it throws ends the list, and is thrown. */
  readonly onEnd?: ((outcome: ManyOutcome, progress: ManyProgress) => void) | undefined;
  /** Aborting ends running solves with status `interrupted`; no further ones begin. */
  readonly signal?: AbortSignal | undefined;
  /** Whose threads solve and compute. Default: the process's own, or where these are too few threads for this list. */
  readonly runtime?: Runtime | undefined;
}

/**
 * Solves a list of models, several at a time. One that fails never ends the list: its outcome holds the error. Returns
 * the outcomes in the order of the list, without those that did not begin because of an abort. Throws {@link InputError}
 * where the list itself is a mistake. A model alone is known by its name, with a suffix `#2` where that is taken.
 */
export async function solveMany(
  list: Iterable<ManyItem | Model>,
  given: ManyOptions = {},
): Promise<readonly ManyOutcome[]> {
  const items = checked(listOf(list, 'solveMany: the list'));
  const {
    concurrency,
    options = {},
    onEnd,
    signal,
    runtime,
  } = optionsOf(given, 'solveMany', ['concurrency', 'options', 'onEnd', 'signal', 'runtime']);
  functionOf(onEnd, 'solveMany: onEnd');
  if (concurrency !== undefined) wholeOf(concurrency, 'solveMany: concurrency', 1);
  const { threads, close } = threadsFor(runtime, concurrency);
  const outcomes = new Array<ManyOutcome | undefined>(items.length);
  const queue = items.entries();
  let ended = 0;
  let broken = false;
  const work = async (): Promise<void> => {
    for (const [k, item] of queue) {
      if (signal?.aborted || broken) return;
      const outcome = await outcomeOf(item, { ...optionsOf(options, 'solveMany'), runtime: threads }, signal);
      outcomes[k] = outcome;
      try {
        onEnd?.(outcome, { ended: ++ended, total: items.length });
      } catch (error) {
        broken = true;
        throw error;
      }
    }
  };
  const count = Math.min(concurrency ?? threads.concurrency, items.length);
  try {
    const workers = await Promise.allSettled(Array.from({ length: count }, work));
    const failed = workers.find(({ status }) => status === 'rejected');
    if (failed) throw (failed as PromiseRejectedResult).reason;
  } finally {
    await close();
  }
  return outcomes.filter((outcome) => outcome !== undefined);
}

async function outcomeOf(
  { key, model, options }: ManyItem,
  common: SolveOptions,
  signal: AbortSignal | undefined,
): Promise<ManyOutcome> {
  try {
    const own = optionsOf(options, `solveMany: '${key}'`);
    const signals = [signal, own.signal].filter((one) => one !== undefined);
    const either = signals.length > 1 ? AbortSignal.any(signals) : signals[0];
    const built = typeof model === 'function' ? await model() : model;
    return { key, solution: await solve(built, { ...common, ...own, signal: either }) };
  } catch (error) {
    return { key, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function checked(items: readonly (ManyItem | Model)[]): readonly ManyItem[] {
  const keys = new Set<string>();
  for (const [k, item] of items.entries()) {
    const where = `solveMany: item ${k}`;
    if (typeof item !== 'object' || item === null) throw new InputError(`${where} is ${told(item)}`);
    if (item instanceof Model) continue;
    optionsOf(item, where, ['key', 'model', 'options']);
    nameOf(item.key, `${where}: key`);
    if (keys.has(item.key)) throw new InputError(`${where}: key ${told(item.key)} is there twice`);
    keys.add(item.key);
  }
  return items.map((item) => {
    if (!(item instanceof Model)) return item;
    let key = item.name;
    for (let suffix = 2; keys.has(key); suffix++) key = `${item.name}#${suffix}`;
    keys.add(key);
    return { key, model: item };
  });
}

/** A runtime with a thread for each solve, and what closes it where it was opened for this list. */
function threadsFor(runtime: Runtime | undefined, concurrency: number | undefined) {
  const threads = runtime ?? defaultRuntime();
  const enough = concurrency === undefined || concurrency <= threads.concurrency;
  if (enough) return { threads, close: async () => {} };
  if (runtime !== undefined)
    throw new InputError(
      `solveMany: concurrency is ${concurrency}, but the runtime has ${runtime.concurrency} threads: open it with openRuntime({ threads: ${concurrency} })`,
    );
  const own = openRuntime({ threads: concurrency });
  return { threads: own, close: () => own.close() };
}
