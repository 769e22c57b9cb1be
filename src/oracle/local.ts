import { Limits, type LimitsData } from '../core/limits.js';
import type { Executable, Precision } from '../engine/contract.js';
import type { BoxShape, Order, Slot } from './contract.js';
import { CountingBox } from './counting.js';
import { failureOf, type Place } from './failure.js';

/** Relative accuracy of the values and Jacobians computed at a precision. */
export const accuracyOf = (precision: Precision): number => accuracies[precision];

const accuracies: { readonly [P in Precision]: number } = {
  f64: 2 ** -52,
  f32: 2 ** -23,
  tf32: 2 ** -11,
  mixed: 2 ** -52,
};

/** Whether values and Jacobians have less than f64. */
export const isSingle = (precision: Precision | undefined): boolean =>
  precision !== undefined && accuracyOf(precision) > accuracies.f64;

/** The shape of the gray box that an executable makes. */
export const boxShape = (executable: Executable, secondDerivatives = true): BoxShape => ({
  inputs: executable.inputs,
  outputs: executable.outputs,
  accuracy: accuracyOf(executable.precision),
  secondDerivatives,
  ...(executable.through && { through: executable.through }),
});

/** An evaluation that took longer than this, in milliseconds, is not begun again once the solve is over. */
const lastLook = 100;

/** For whom a {@link LocalBox} computes. */
export interface LocalBoxOptions {
  /** The network's name, for messages. */
  readonly name?: string;
  readonly limits?: LimitsData;
}

/**
 * A gray box over a synchronous executable in the solver's own thread. Errors of a kind keep it, others are fatal
 * evaluation errors. Throws `Stopped` where the solve's limits are reached before a call that is not short.
 */
export class LocalBox extends CountingBox {
  readonly #executable: Executable;
  #limits: Limits | undefined;
  readonly #place: Place;
  /** Milliseconds that the longest evaluation took. */
  #longest = 0;

  constructor(executable: Executable, secondDerivatives = true, { name = '', limits }: LocalBoxOptions = {}) {
    super(boxShape(executable, secondDerivatives));
    this.#executable = executable;
    this.#limits = limits && new Limits(limits);
    this.#place = { engine: executable.engine, network: name };
  }

  /** Another solve begins, which ends by these limits. */
  begin(limits: LimitsData): void {
    this.#limits = new Limits(limits);
  }

  protected override answer(order: Order, slots: readonly Slot[]): void {
    if (this.#longest > lastLook) {
      const over = this.#limits?.over();
      if (over) throw over;
    }
    const begin = performance.now();
    let pending: void | Promise<void>;
    try {
      pending = this.#executable.evaluate(order, slots);
    } catch (error) {
      throw failureOf(error, this.#place);
    }
    if (pending instanceof Promise) {
      pending.catch(() => undefined); // its outcome is of no use: the caller's mistake is reported below
      throw new TypeError(
        `the ${this.#executable.engine} engine is asynchronous: it needs the oracle host thread`,
      );
    }
    this.#longest = Math.max(this.#longest, performance.now() - begin);
  }
}
