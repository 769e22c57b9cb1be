import type { Factor } from '../../src/core/structure/piece.js';
import type { BoxShape, GrayBox, Order, Slot } from '../../src/oracle/contract.js';
import { makeSlot, widthOf } from '../../src/oracle/slot.js';

/**
 * `yᵢ = tanh(wᵢᵀz)` with `wᵢⱼ = sin(1 + 3i + j)/√n`, derivatives by hand; notes what it was asked for. `z = x`, or `Bx`
 * with derivatives by z where a factor is given.
 */
export class TanhBox implements GrayBox {
  readonly shape: BoxShape;
  readonly asked: { order: Order; λ: number[] }[] = [];
  readonly statistics = { calls: 0, values: 0, jacobians: 0, hessians: 0, seconds: 0.25 };

  constructor(
    inputs: number,
    outputs: number,
    secondDerivatives = true,
    accuracy = Number.EPSILON,
    through?: Factor,
  ) {
    this.shape = { inputs, outputs, accuracy, secondDerivatives, ...(through && { through }) };
  }

  slot(): Slot {
    return makeSlot(this.shape);
  }

  weight(i: number, j: number): number {
    return Math.sin(1 + 3 * i + j) / Math.sqrt(this.shape.inputs);
  }

  evaluate(order: Order, slots: readonly Slot[]): void {
    const { outputs, secondDerivatives, through } = this.shape;
    const width = widthOf(this.shape);
    if (order === 2 && !secondDerivatives) throw new Error('asked for second derivatives it does not have');
    for (const { x, λ, y, J, H } of slots) {
      this.asked.push({ order, λ: [...λ] });
      const z =
        through === undefined
          ? x
          : Float64Array.from({ length: width }, (_, q) =>
              x.reduce((sum, value, j) => sum + through.data[q * x.length + j]! * value, 0),
            );
      if (order === 2) H.fill(0);
      for (let i = 0; i < outputs; i++) {
        const t = Math.tanh(z.reduce((sum, value, j) => sum + this.weight(i, j) * value, 0));
        y[i] = t;
        if (order === 0) continue;
        for (let j = 0; j < width; j++) J[i * width + j] = (1 - t * t) * this.weight(i, j);
        if (order === 1) continue;
        const bend = -2 * t * (1 - t * t) * λ[i]!;
        for (let a = 0, k = 0; a < width; a++)
          for (let b = 0; b <= a; b++, k++) H[k]! += bend * this.weight(i, a) * this.weight(i, b);
      }
    }
  }
}
