import type { BoxShape, GrayBox, OracleStatistics, Order, Slot } from './contract.js';
import { makeSlot } from './slot.js';

/** A gray box that counts what it is asked for; a subclass answers. */
export abstract class CountingBox implements GrayBox {
  readonly #counts = { calls: 0, values: 0, jacobians: 0, hessians: 0, seconds: 0 };

  constructor(readonly shape: BoxShape) {}

  /** Fills the slots as {@link GrayBox.evaluate} says. */
  protected abstract answer(order: Order, slots: readonly Slot[]): void;

  get statistics(): OracleStatistics {
    return { ...this.#counts };
  }

  slot(): Slot {
    return makeSlot(this.shape);
  }

  evaluate(order: Order, slots: readonly Slot[]): void {
    if (order === 2 && !this.shape.secondDerivatives)
      throw new TypeError('this gray box has no second derivatives');
    const begin = performance.now();
    try {
      this.answer(order, slots);
    } finally {
      this.#counts.seconds += (performance.now() - begin) / 1000;
    }
    this.#counts.calls++;
    this.#counts[(['values', 'jacobians', 'hessians'] as const)[order]] += slots.length;
  }
}
