import type { Acceptor } from './acceptor.js';
import { type Iterate, PrimalDual } from './iterate.js';
import type { StandardForm } from './standard-form.js';

/**
 * After several shortened steps in a row, takes full steps untested for a few iterations; if none of them ends at a
 * point that the filter accepts relative to the starting point, goes back to it (Wächter & Biegler §3.2, case I).
 */
export class Watchdog {
  active = false;
  /** Untested steps taken so far. */
  trials = 0;
  /** Iterations in a row whose step was shortened. */
  shortened = 0;
  /** Step size with which the points reached are judged. */
  α = 1;
  private held: { at: Iterate; step: PrimalDual } | null = null;
  private θ = 0;
  private φ = 0;
  private slope = 0;

  constructor(private readonly form: StandardForm) {}

  /** Remembers iterate, step and reference values. */
  start(current: Iterate, step: PrimalDual, acceptor: Acceptor, α: number): void {
    this.held ??= { at: current.clone(), step: new PrimalDual(this.form.n, this.form.m) };
    this.held.at.copy(current);
    this.held.step.copy(step);
    this.active = true;
    this.trials = 0;
    this.α = α;
    ({ θ: this.θ, φ: this.φ, slope: this.slope } = acceptor);
  }

  /** Judges by the values at the start of the watchdog. */
  begin(acceptor: Acceptor): void {
    acceptor.begin(this.θ, this.φ, this.slope);
  }

  /** Goes back to the start and its step. */
  stop(current: Iterate, step: PrimalDual, acceptor: Acceptor): void {
    current.copy(this.held!.at);
    step.copy(this.held!.step);
    this.begin(acceptor);
    this.active = false;
    this.shortened = 0;
  }

  /** Forgets everything: μ has changed. */
  cancel(): void {
    this.active = false;
  }
}
