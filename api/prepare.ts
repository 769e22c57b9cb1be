/// <reference lib="esnext.disposable" preserve="true" />
import type { PreparedThread } from '../runtime/node/prepared.js';
import { defaultRuntime, type Runtime } from '../runtime/node/runtime.js';
import type { SolveTask } from '../runtime/task.js';
import { endingOf, unfinished } from '../runtime/unfinished.js';
import type { InteriorPointOptions } from '../solvers/interior-point/index.js';
import { InputError } from '../src/core/errors.js';
import { optionsOf } from '../src/core/given.js';
import type { Limits } from '../src/core/limits.js';
import { asPrimitive } from '../src/core/primitive.js';
import type { Changes } from '../src/model/changes.js';
import { requireModel } from '../src/model/given.js';
import type { Link, Model } from '../src/model/index.js';
import type { Statement } from '../src/model/statement.js';
import { barriersOf } from './barriers.js';
import { chooseAll, usesOfBox } from './boxes.js';
import { limitsOf, tolOf } from './call.js';
import { type Chosen, type EngineSummary, engineOf, summaryOf } from './engine.js';
import { interruptible } from './interrupt.js';
import { noDerivativesOf, settlesKinks } from './kinks.js';
import { usesOf } from './network-error.js';
import { type SolveOptions, type SolveWatch, type SortedOptions, sortOptions } from './options.js';
import {
  type AdjointSensitivity,
  type Cotangent,
  type Sensitivity,
  type SensitivityParameters,
  wishOf,
} from './sensitivity.js';
import { type Solution, solutionOf } from './solution.js';
import { openInPool, remarkOn } from './solve.js';
import { type Call, solveCall } from './solve-call.js';
import { warmStartOf } from './warm-start.js';

/** What may differ from one solve of a prepared model to the next: what the model changes, and options of the solver. */
export type PreparedSolveOptions = Changes &
  SolveWatch & { readonly [K in keyof InteriorPointOptions]?: InteriorPointOptions[K] | undefined };

/**
 * Takes a model apart once, in a thread that keeps it with its compiled networks; each {@link PreparedModel.solve} then
 * only solves, and answers as {@link solve} does. Where kinks of a network are smoothed and held in reduced space, those
 * solves are built anew each. Throws {@link InputError} for a caller's mistake. Dispose of it when it is not needed any more.
 */
export async function prepare(model: Model, options: SolveOptions = {}): Promise<PreparedModel> {
  requireModel(model, 'prepare');
  const sorted = sortOptions(options);
  if (sorted.polish) throw new InputError('polish: a prepared model is solved at one precision; use solve');
  const runtime = sorted.runtime ?? defaultRuntime();
  const statement = model.openStatement();
  const uses = usesOf(model, statement);
  const chosen = await chooseAll(model, sorted.choice, sorted.solver, (...place) =>
    runtime.available(...place),
  );
  remarkOn(chosen, sorted);
  const task = {
    problem: statement,
    budget: sorted.choice.limits,
    networks: chosen.map(({ spec }, k) => ({ spec, uses: usesOfBox(statement, k) })),
    uses,
    solver: sorted.solver,
  };
  const prepared = new PreparedModel(model, statement, task, runtime, [options, sorted], chosen);
  await prepared.open(limitsOf(sorted));
  return prepared;
}

/** Options that a solve of a prepared model cannot change. */
const ofPreparation = [
  'solver',
  'engine',
  'device',
  'precision',
  'threads',
  'kinks',
  'limits',
  'runtime',
  'polish',
];

/** Options that are looked at where they are used. */
const unsorted = new Set(['warmStart', 'shift', 'sensitivity', 'adjoint']);

/** A thread of a prepared model, and what it holds at oracle hosts. */
interface Place {
  readonly thread: PreparedThread;
  /** Solves that came to an end there. */
  solves: number;
  /** Whether it and its hosts can still answer. */
  alive(): boolean;
  release(): void;
}

/**
 * A model that was taken apart once. Parameters, bounds and starts are those of the model at the moment of a solve, or what
 * the solve itself says; variables and rows must be those of the preparation. Several solves at once run in threads of
 * their own, as many as the runtime has.
 */
export class PreparedModel {
  readonly #free: Place[] = [];
  readonly #all = new Set<Place>();
  readonly #queue: ((place: Place | undefined) => void)[] = [];
  #opening = 0;
  #disposed = false;
  /** Where the last solution is kept. */
  #last:
    | {
        readonly place: Place;
        readonly solve: number;
        readonly x: Float64Array;
        readonly links: readonly Link[];
      }
    | undefined;
  readonly #revision: string;
  readonly #engine: EngineSummary | undefined;
  readonly #engines: readonly EngineSummary[];
  /** Quadratic programs at a barrier, and the least of these. */
  readonly #smooth: { readonly specs: readonly object[]; readonly least: number };
  /** Whether several solves settle kinks of its networks. */
  readonly #kinked: boolean;

  /** @internal */
  constructor(
    readonly model: Model,
    private readonly statement: Statement,
    private readonly task: Omit<SolveTask, 'options' | 'warmStart'>,
    private readonly runtime: Runtime,
    private readonly options: readonly [given: SolveOptions, sorted: SortedOptions],
    chosen: readonly Chosen[],
  ) {
    this.#revision = model.revision;
    this.#engine = summaryOf(chosen);
    this.#engines = chosen.map(engineOf);
    const specs = chosen.map(({ spec }) => spec).filter((spec) => 'barrier' in spec);
    this.#smooth = { specs, least: barriersOf(specs).at(-1)! };
    this.#kinked = settlesKinks(model);
  }

  /** @internal Opens the first thread; one that an accident or a limit ends is opened by the first solve, which tells its status. */
  async open(limits: Limits): Promise<void> {
    try {
      this.#free.push(await this.#openPlace(limits));
    } catch (error) {
      if (endingOf(error) === undefined) throw error;
    }
  }

  /** Solves it, with what this solve alone changes; limits count from the call, as in `solve`. */
  async solve(changes: PreparedSolveOptions = {}): Promise<Solution> {
    this.#check();
    const { parameters, bounds, start, ...own } = optionsOf(changes, 'solve');
    const fixed = ofPreparation.find((key) => key in own);
    if (fixed !== undefined)
      throw new InputError(`${fixed}: is settled when a model is prepared; give it to prepare`);
    const sorted = this.#sorted(own);
    const limits = limitsOf(sorted);
    const { links, ...boxes } = this.model.boxes({ parameters, bounds, start });
    const wish = wishOf(sorted, this.model, { ...this.statement, links });
    const statement = { ...this.statement, variables: { ...this.statement.variables, ...boxes } };
    const warmStart = warmStartOf(sorted, this.model, statement, 'solve');
    const ctrlC = sorted.interrupt ? interruptible(sorted.signal) : undefined;
    const signal = ctrlC?.signal ?? sorted.signal;
    const { uses = [] } = this.task;
    const call = { model: this.model, statement, sorted, limits, warmStart, wish, uses };
    let place: Place | undefined;
    try {
      place = await this.#take(limits);
      const kept = { here: false };
      const solution = await solveCall({ ...call, open: this.#opener(call, place, signal, kept) });
      place.solves++;
      this.#last = kept.here ? { place, solve: place.solves, x: solution.x, links } : undefined;
      return solution;
    } catch (error) {
      const ending = endingOf(error);
      if (ending === undefined) throw error;
      const told = { uses, tol: tolOf(sorted), engine: this.#engine, engines: this.#engines, wish };
      const solved = unfinished(statement, ending, limits);
      return solutionOf(this.model, statement, solved, { ...told, log: sorted.log });
    } finally {
      ctrlC?.release();
      if (place) this.#give(place);
    }
  }

  /** Options of the preparation with those of a solve. */
  #sorted(own: Omit<PreparedSolveOptions, keyof Changes>): SortedOptions {
    const [given, sorted] = this.options;
    // A log begins its table anew.
    if (sorted.log || Object.keys(own).some((key) => !unsorted.has(key)))
      return sortOptions({ ...given, ...own } as SolveOptions, ['parameters', 'bounds', 'start']);
    return { ...sorted, started: given.started ?? performance.now(), ...own } as SortedOptions;
  }

  /**
   * Runs with the model's own gray boxes take place in its thread. What smooths or holds kinks, or has larger barriers, has
   * gray boxes of its own, and runs in the pool.
   */
  #opener(
    call: Omit<Call, 'open'>,
    { thread }: Place,
    signal: AbortSignal | undefined,
    kept: { here: boolean },
  ): Call['open'] {
    const { limits, sorted } = call;
    const { specs, least } = this.#smooth;
    return async (choice, boxes) => {
      if (boxes !== undefined) return openInPool(call, choice, boxes, signal);
      return {
        specs,
        engine: this.#engine,
        engines: this.#engines,
        solve: async (run) => {
          kept.here = run.barrier <= least;
          if (!kept.here) return (await openInPool(call, choice, boxes, signal)).solve(run);
          const { variables, rows } = run.statement;
          return thread.solve(
            {
              lower: variables.lower,
              upper: variables.upper,
              start: variables.start,
              ...(this.#kinked && { rows }),
              options: run.options,
              warmStart: run.warmStart,
              ...(run.wish && { derivatives: run.wish.request }),
              iterates: sorted.iterates,
            },
            { limits, ...(signal && { signal }), ...(run.onIteration && { onIteration: run.onIteration }) },
          );
        },
      };
    };
  }

  /**
   * How the last solution changes with parameters; see {@link Sensitivity}. Solves that begin meanwhile take its thread:
   * where several run at once, give option `sensitivity` to each.
   */
  async sensitivity(of: SensitivityParameters): Promise<Sensitivity> {
    return (await this.#derived({ sensitivity: of, adjoint: undefined })).sensitivity!;
  }

  /** The derivatives by all parameters of a scalar of the last solution; see {@link Cotangent}. */
  async adjoint(of: Cotangent): Promise<AdjointSensitivity> {
    return (await this.#derived({ sensitivity: undefined, adjoint: of })).adjoint!;
  }

  async #derived(
    given: Parameters<typeof wishOf>[0],
  ): Promise<{ readonly sensitivity?: Sensitivity; readonly adjoint?: AdjointSensitivity }> {
    this.#check();
    if (this.#kinked) throw noDerivativesOf(this.model);
    const last = this.#last;
    if (last === undefined) throw new InputError('sensitivity: solve the prepared model first');
    const { place, links, solve, x } = last;
    const wish = wishOf(given, this.model, { ...this.statement, links });
    if (wish === undefined) throw new InputError('sensitivity: say of which parameters, adjoint: of what');
    const at = this.#free.indexOf(place);
    if (at < 0 || place.solves !== solve)
      throw new InputError(
        'sensitivity: the prepared model is being solved again; give option sensitivity or adjoint to the solve',
      );
    this.#free.splice(at, 1);
    try {
      return wish.told(await place.thread.derivatives(wish.request), x);
    } finally {
      this.#give(place);
    }
  }

  /** Frees its threads and what they hold; running solves end. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const wake of this.#queue.splice(0)) wake(undefined);
    const places = [...this.#all];
    this.#all.clear();
    for (const { thread, release } of places) {
      await thread.close();
      release();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  toString(): string {
    return `prepared ${this.model}`;
  }

  [Symbol.toPrimitive](hint: string): string {
    return asPrimitive(
      hint,
      this.toString(),
      'await prepared.solve(…) gives a solution, whose values are numbers',
    );
  }

  async #take(limits: Limits): Promise<Place> {
    for (let free = this.#free.pop(); free; free = this.#free.pop()) {
      if (free.alive()) return free;
      this.#drop(free);
    }
    if (this.#all.size + this.#opening < this.runtime.concurrency) return this.#openPlace(limits);
    const place = await new Promise<Place | undefined>((resolve) => this.#queue.push(resolve));
    this.#check();
    return place ?? this.#take(limits);
  }

  #give(place: Place): void {
    if (!place.alive()) {
      this.#drop(place);
      this.#queue.shift()?.(undefined);
      return;
    }
    const next = this.#queue.shift();
    if (next) next(place);
    else this.#free.push(place);
  }

  /** Lets go of a place whose thread or host is gone; another one is opened for the next solve. */
  #drop(place: Place): void {
    if (!this.#all.delete(place)) return;
    void place.thread.end();
    place.release();
  }

  async #openPlace(limits: Limits): Promise<Place> {
    this.#opening++;
    try {
      const place = { ...(await this.runtime.prepare(this.task, limits)), solves: 0 };
      this.#all.add(place);
      return place;
    } catch (error) {
      // Who waits tries for itself.
      this.#queue.shift()?.(undefined);
      throw error;
    } finally {
      this.#opening--;
    }
  }

  #check(): void {
    if (this.#disposed)
      throw new InputError(`the prepared model '${this.model.name}' was disposed of: prepare it again`);
    if (this.model.revision !== this.#revision)
      throw new InputError(
        `model '${this.model.name}' has other variables, rows or another objective since it was prepared: prepare it again`,
      );
  }
}
