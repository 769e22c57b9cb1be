import { EvaluationError } from '../core/errors.js';
import type { Evaluation, Executable, Order, Precision } from '../engine/contract.js';
import { type BoxShape, buffers, CachedBox } from './cached.js';

/** Relative accuracy of numbers computed at a precision. */
export const accuracyOf = (precision: Precision): number => (precision === 'f32' ? 2 ** -23 : 2 ** -52);

/** The shape of the gray box that an executable makes. */
export const boxShape = (executable: Executable, secondDerivatives: boolean): BoxShape => ({
  inputs: executable.inputs,
  outputs: executable.outputs,
  accuracy: accuracyOf(executable.precision),
  secondDerivatives,
});

/** A gray box over a synchronous executable in the solver's own thread. */
export class LocalBox extends CachedBox {
  readonly #executable: Executable;
  readonly #out: Evaluation;

  constructor(executable: Executable, secondDerivatives = true) {
    const shape = boxShape(executable, secondDerivatives);
    const out = buffers(shape);
    super(shape, out);
    this.#out = out;
    this.#executable = executable;
  }

  protected override evaluate(order: Order, x: Float64Array, λ: Float64Array): void {
    let pending: void | Promise<void>;
    try {
      pending = this.#executable.evaluate(order, x, λ, this.#out);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new EvaluationError(`the ${this.#executable.engine} engine failed: ${reason}`, '', true);
    }
    if (pending instanceof Promise) {
      pending.catch(() => undefined); // its outcome is of no use: the caller's mistake is reported below
      throw new TypeError(
        `the ${this.#executable.engine} engine is asynchronous: it needs the oracle host thread`,
      );
    }
  }
}
