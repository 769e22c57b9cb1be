import type { Executable, Order, Slot } from '../../src/engine/contract.js';

/**
 * `y₀ = x₀² x₁, y₁ = sin x₁` with their derivatives by hand, counting its calls. `asynchronous` answers a turn later.
 */
export class Toy implements Executable {
  readonly engine = 'toy';
  readonly device = 'cpu';
  readonly precision = 'f64';
  readonly inputs = 2;
  readonly outputs = 2;
  readonly calls: Order[] = [];
  disposed = false;
  failure: string | undefined;
  overlap = 0;
  #running = 0;

  constructor(readonly asynchronous = false) {}

  evaluate(order: Order, slots: readonly Slot[]): void | Promise<void> {
    if (this.failure !== undefined) throw new Error(this.failure);
    this.calls.push(order);
    const compute = () => {
      for (const slot of slots) this.#compute(order, slot);
    };
    if (!this.asynchronous) return compute();
    this.overlap = Math.max(this.overlap, ++this.#running);
    return new Promise((resolve) =>
      setTimeout(() => {
        compute();
        this.#running--;
        resolve();
      }, 1),
    );
  }

  #compute(order: Order, { x, λ, ...out }: Slot): void {
    const [a, b] = [x[0]!, x[1]!];
    out.y.set([a * a * b, Math.sin(b)]);
    if (order >= 1) out.J.set([2 * a * b, a * a, 0, Math.cos(b)]);
    if (order === 2) out.H.set([λ[0]! * 2 * b, λ[0]! * 2 * a, -λ[1]! * Math.sin(b)]);
  }

  dispose(): void {
    this.disposed = true;
  }
}
