import type { GrayBox } from '../../src/oracle/contract.js';

/** `yᵢ = tanh(wᵢᵀx)` with `wᵢⱼ = sin(1 + 3i + j)/√n`, derivatives by hand; notes what it was asked for. */
export class TanhBox implements GrayBox {
  readonly accuracy: number;
  readonly calls: { anticipated: number[][]; hessians: number[][] } = { anticipated: [], hessians: [] };
  readonly statistics = { values: 0, jacobians: 0, hessians: 0, cached: 0, seconds: 0.25 };

  constructor(
    readonly inputs: number,
    readonly outputs: number,
    readonly secondDerivatives = true,
    accuracy = Number.EPSILON,
  ) {
    this.accuracy = accuracy;
  }

  weight(i: number, j: number): number {
    return Math.sin(1 + 3 * i + j) / Math.sqrt(this.inputs);
  }

  anticipate(_: Float64Array, λ: Float64Array): void {
    this.calls.anticipated.push([...λ]);
  }

  value(x: Float64Array, y: Float64Array): void {
    for (let i = 0; i < this.outputs; i++) y[i] = this.output(i, x);
  }

  jacobian(x: Float64Array, J: Float64Array): void {
    for (let i = 0; i < this.outputs; i++) {
      const slope = 1 - this.output(i, x) ** 2;
      for (let j = 0; j < this.inputs; j++) J[i * this.inputs + j] = slope * this.weight(i, j);
    }
  }

  hessian(x: Float64Array, λ: Float64Array, H: Float64Array): void {
    if (!this.secondDerivatives) throw new Error('asked for second derivatives it does not have');
    this.calls.hessians.push([...λ]);
    H.fill(0);
    for (let i = 0; i < this.outputs; i++) {
      const t = this.output(i, x);
      const bend = -2 * t * (1 - t * t) * λ[i]!;
      for (let a = 0, k = 0; a < this.inputs; a++)
        for (let b = 0; b <= a; b++, k++) H[k]! += bend * this.weight(i, a) * this.weight(i, b);
    }
  }

  private output(i: number, x: Float64Array): number {
    let sum = 0;
    for (let j = 0; j < this.inputs; j++) sum += this.weight(i, j) * x[j]!;
    return Math.tanh(sum);
  }
}
