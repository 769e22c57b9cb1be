import type { Evaluation, Order } from '../engine/contract.js';
import type { GrayBox, OracleStatistics } from './contract.js';

/** What a gray box is, apart from how it computes. */
export interface BoxShape {
  readonly inputs: number;
  readonly outputs: number;
  /** Relative accuracy of its numbers. */
  readonly accuracy: number;
  readonly secondDerivatives: boolean;
}

/**
 * A gray box that remembers its last `y`, `J` and `H`, each with the point (and λ) it belongs to, so that a question
 * repeated at the same bits costs a copy. The buffers are the memory: a subclass has `evaluate` fill them.
 *
 * With a hint from `anticipate(x, λ)` the next question at that `x` is computed at order 2 and its `H` kept.
 */
export abstract class CachedBox implements GrayBox {
  readonly inputs: number;
  readonly outputs: number;
  readonly accuracy: number;
  readonly secondDerivatives: boolean;
  readonly #value: Tag;
  readonly #jacobian: Tag;
  readonly #hessian: Tag;
  readonly #expected: Tag;
  readonly #counts = { values: 0, jacobians: 0, hessians: 0, cached: 0, seconds: 0 };

  constructor(
    shape: BoxShape,
    private readonly buffers: Evaluation,
  ) {
    this.inputs = shape.inputs;
    this.outputs = shape.outputs;
    this.accuracy = shape.accuracy;
    this.secondDerivatives = shape.secondDerivatives;
    this.#value = new Tag(shape.inputs, 0);
    this.#jacobian = new Tag(shape.inputs, 0);
    this.#hessian = new Tag(shape.inputs, shape.outputs);
    this.#expected = new Tag(shape.inputs, shape.outputs);
  }

  /** Fills the buffers up to `order` at `x`; λ is read at order 2 only. */
  protected abstract evaluate(order: Order, x: Float64Array, λ: Float64Array): void;

  get statistics(): OracleStatistics {
    return { ...this.#counts };
  }

  anticipate(x: Float64Array, λ: Float64Array): void {
    if (this.secondDerivatives) this.#expected.set(x, λ);
  }

  value(x: Float64Array, y: Float64Array): void {
    this.#provide(0, x, none);
    y.set(this.buffers.y);
  }

  jacobian(x: Float64Array, J: Float64Array): void {
    this.#provide(1, x, none);
    J.set(this.buffers.J);
  }

  hessian(x: Float64Array, λ: Float64Array, H: Float64Array): void {
    if (!this.secondDerivatives) throw new TypeError('this gray box has no second derivatives');
    this.#provide(2, x, λ);
    H.set(this.buffers.H);
  }

  #provide(wanted: Order, x: Float64Array, λ: Float64Array): void {
    const tag = wanted === 0 ? this.#value : wanted === 1 ? this.#jacobian : this.#hessian;
    if (tag.matches(x, λ)) {
      this.#counts.cached++;
      return;
    }
    const hinted = this.secondDerivatives && wanted < 2 && this.#expected.matches(x, none);
    const order = hinted ? 2 : wanted;
    // An evaluation that throws leaves buffers of unknown content behind.
    this.#value.clear();
    if (order >= 1) this.#jacobian.clear();
    if (order === 2) this.#hessian.clear();
    const begin = performance.now();
    try {
      this.evaluate(order, x, hinted ? this.#expected.λ : λ);
    } finally {
      this.#counts.seconds += (performance.now() - begin) / 1000;
    }
    this.#count(order);
    this.#value.set(x, none);
    if (order >= 1) this.#jacobian.set(x, none);
    if (order === 2) this.#hessian.set(x, hinted ? this.#expected.λ : λ);
  }

  #count(order: Order): void {
    if (order === 0) this.#counts.values++;
    else if (order === 1) this.#counts.jacobians++;
    else this.#counts.hessians++;
  }
}

const none = new Float64Array(0);

/** The point, and the multipliers where they matter, that a buffer's content belongs to; compared bit by bit. */
class Tag {
  readonly x: Float64Array;
  readonly λ: Float64Array;
  #known = false;

  constructor(inputs: number, multipliers: number) {
    this.x = new Float64Array(inputs);
    this.λ = new Float64Array(multipliers);
  }

  set(x: Float64Array, λ: Float64Array): void {
    this.x.set(x);
    this.λ.set(λ);
    this.#known = true;
  }

  clear(): void {
    this.#known = false;
  }

  matches(x: Float64Array, λ: Float64Array): boolean {
    return this.#known && same(this.x, x, this.x.length) && same(this.λ, λ, λ.length);
  }
}

function same(a: Float64Array, b: Float64Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

/** Fresh buffers for one box; `H` is empty where there are no second derivatives. */
export function buffers({ inputs, outputs, secondDerivatives }: BoxShape): Evaluation {
  return {
    y: new Float64Array(outputs),
    J: new Float64Array(outputs * inputs),
    H: new Float64Array(secondDerivatives ? (inputs * (inputs + 1)) / 2 : 0),
  };
}
