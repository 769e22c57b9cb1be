import { Stopped } from '../../src/core/errors.js';
import type { Iteration, Monitor } from '../../src/nlp/solver.js';
import type { Outcome } from '../../src/nlp/verdict.js';
import type { KktShape, KktSystem } from '../kkt/contract.js';
import { kktForms } from '../kkt/open.js';
import { LowRank } from '../kkt/quasi-newton.js';
import { onDevice } from '../linear/choose-device.js';
import type { OpenLinearSolver } from '../linear/contract.js';
import { AcceptableIterates } from './acceptable.js';
import { Acceptor } from './acceptor.js';
import { AdaptiveMemory } from './barrier/memory.js';
import type { Divergence } from './divergence.js';
import { Residuals } from './errors.js';
import { Iterate, PrimalDual } from './iterate.js';
import { NewtonSystem } from './newton.js';
import type { InteriorPointOptions } from './options.js';
import { SoftSteps } from './restoration/soft-steps.js';
import type { StandardForm } from './standard-form.js';
import { TinySteps } from './tiny-steps.js';
import { Watchdog } from './watchdog.js';

/** What the solve and its restoration phases have in common. */
export class Run {
  iteration = 0;
  /** Least of `max_iter` and what an attempt may take. */
  iterationLimit: number;
  /** Seconds of the call before the solver began. */
  readonly build: number;
  private readonly started: number;

  /** Who factored, in every phase. */
  readonly kernels = new Set<string>();
  readonly open: OpenLinearSolver;

  constructor(
    readonly options: InteriorPointOptions,
    open: OpenLinearSolver,
    readonly monitor: Monitor,
    /** The KKT system of a solve before that suits this one, if any. */
    private readonly again: (shape: KktShape) => KktSystem | undefined = () => undefined,
  ) {
    this.open = (matrix, given) => {
      const solver = onDevice(options.kkt_device, open)(matrix, given);
      for (const name of solver.statistics.kernels) this.kernels.add(name);
      return solver;
    };
    this.iterationLimit = options.max_iter;
    const now = performance.now();
    this.started = monitor.started ?? now;
    this.build = (now - this.started) / 1000;
  }

  /** The KKT system of the problem: with an exact Hessian, that of a solve before where it suits. */
  openKkt(form: StandardForm, quasi: LowRank | null): KktSystem {
    const again = quasi === null ? this.again(form) : undefined;
    if (again === undefined)
      return kktForms[this.options.kkt](form, quasi, this.open, this.options.linear_solver_options);
    for (const name of again.statistics.kernels) this.kernels.add(name);
    return again;
  }

  get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  /** Throws {@link Stopped} when time is over or the caller asked to stop. */
  checkLimits(): void {
    if (this.monitor.stopRequested?.()) {
      throw new Stopped({ status: 'interrupted', message: 'stopped on request' });
    }
    const limit = this.options.max_wall_time;
    if (this.seconds > limit) {
      throw new Stopped({ status: 'time-limit', message: `stopped after ${limit} s (max_wall_time)` });
    }
  }

  checkIterations(): void {
    const limit = this.iterationLimit;
    if (this.iteration >= limit) {
      throw new Stopped({
        status: 'iteration-limit',
        message: `stopped after ${limit} iterations (max_iter)`,
      });
    }
  }

  tell(row: Iteration): void {
    if (this.monitor.iteration?.(row) === false) {
      throw new Stopped({ status: 'interrupted', message: 'stopped by the iteration callback' });
    }
  }
}

/** What the latest step was, for the progress table. */
export interface StepRecord {
  alphaPrimal: number;
  alphaDual: number;
  /** ‖Δw‖∞. */
  length: number;
  trials: number;
  /** δ_w. */
  regularization: number;
}

/** How a state differs between the user's problem and a restoration problem. */
export interface Phase {
  /** Called at every iterate with residuals measured; an outcome ends the algorithm. */
  test(s: State): Outcome | null;
  /** Called when no step is acceptable; sets `s.trial` to a new iterate, or says why there is none. */
  restore(s: State, reason: string): Outcome | null;
  /** The progress row of the current iterate. */
  report(s: State): void;
}

/** One run of the algorithm on one problem in standard form. */
export class State {
  readonly options: InteriorPointOptions;
  current: Iterate;
  trial: Iterate;
  readonly step: PrimalDual;
  readonly rhs: PrimalDual;
  readonly residuals: Residuals;
  readonly quasi: LowRank | null;
  readonly kkt: KktSystem;
  readonly newton: NewtonSystem;
  readonly acceptor: Acceptor;
  readonly watchdog: Watchdog;
  readonly adaptive: AdaptiveMemory;
  μ: number;
  τ = 0.99;
  /** True while the adaptive strategy chooses μ freely. */
  freeμ: boolean;
  readonly tiny = new TinySteps();
  readonly soft = new SoftSteps();
  readonly acceptable = new AcceptableIterates();
  /** The μ for which multipliers were last estimated anew at a point that no step led on from. */
  estimatedAt = Number.NaN;
  /** True until the first iterate has been left. */
  first = true;
  record: StepRecord = { alphaPrimal: 0, alphaDual: 0, length: 0, trials: 0, regularization: 0 };
  /** What was undefined at the start, where the algorithm began at a point near it instead. */
  startTrouble = '';
  readonly divergence: Divergence = { first: 1, tested: 0, base: null };

  constructor(
    readonly run: Run,
    readonly form: StandardForm,
    readonly phase: Phase,
    limitedMemory: boolean,
    outer: State | null,
  ) {
    const { options } = run;
    this.options = options;
    this.current = new Iterate(form, !limitedMemory);
    this.trial = new Iterate(form, !limitedMemory);
    this.step = new PrimalDual(form.n, form.m);
    this.rhs = new PrimalDual(form.n, form.m);
    this.residuals = new Residuals(form);
    this.quasi = limitedMemory
      ? new LowRank(form.core, options.limited_memory_max_history, options.limited_memory_max_skipping)
      : null;
    this.kkt = outer ? outer.kkt.sharing(form, this.quasi) : run.openKkt(form, this.quasi);
    this.newton = new NewtonSystem(form, this.kkt, options);
    this.acceptor = new Acceptor(
      options,
      form.accuracy,
      outer ? options.resto_theta_max_fact : options.theta_max_fact,
    );
    this.watchdog = new Watchdog(form);
    this.adaptive = new AdaptiveMemory();
    this.μ = options.mu_init;
    this.freeμ = options.mu_strategy === 'adaptive' || options.mehrotra_algorithm;
  }

  /** Makes the trial point the current one. */
  swap(): void {
    const held = this.current;
    this.current = this.trial;
    this.trial = held;
    this.newton.forget();
  }

  /** The line search starts afresh: the filter is empty, the watchdog and soft restoration end. */
  restartSearch(): void {
    this.acceptor.clear();
    this.watchdog.cancel();
    this.soft.end();
  }
}
