import type { Epoch, Trainee } from './train.js';

/** What a training scenario is told. */
export interface TrainingChoice {
  /** A folder of data, or `own`: made by the scenario; default where `graybox data` puts it, made where it is not there. */
  readonly data?: string | undefined;
  readonly seed: number;
  /** Threads that solve the quadratic programs; answers do not depend on it. Default 1. */
  readonly threads?: number | undefined;
  /** Which of its trainees, by name; default all. */
  readonly only?: readonly string[] | undefined;
}

/** One thing that a scenario trains; `open` begins anew, the same for the same seed. */
export interface Entrant<T extends Trainee = Trainee> {
  readonly name: string;
  readonly what: string;
  open(): T;
}

/** What was trained, and how. */
export interface Outcome<T extends Trainee = Trainee> {
  readonly entrant: Entrant<T>;
  readonly trained: T;
  readonly curve: readonly Epoch[];
}

/** A scenario with its data. */
export interface TrainingScenario<T extends Trainee = Trainee> {
  readonly name: string;
  /** The data in words. */
  readonly data: string;
  readonly count: number;
  readonly batch: number;
  readonly epochs: number;
  readonly entrants: readonly Entrant<T>[];
  /** Measures in words, for progress. */
  tell(measures: Readonly<Record<string, number>>): string;
  /** An SVG that explains itself, and what else is worth keeping, once all are trained. */
  report(outcomes: readonly Outcome<T>[]): { readonly picture: string; readonly facts: object };
}
