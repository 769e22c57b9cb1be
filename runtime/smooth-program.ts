import { SmoothSolution } from '../layers/smooth.js';
import type { Executable, Order, Slot } from '../src/engine/contract.js';
import { programOf } from '../src/formulate/index.js';
import type { SmoothSpec } from './task.js';

/**
 * A quadratic program at a fixed barrier as what a gray box computes: z of its input u, `J = ∂z/∂u`, and
 * `∇²(cᵀz) = Σᵢ wᵢ/λᵢ (∂λᵢ ∂sᵢᵀ + ∂sᵢ ∂λᵢᵀ)`, w the adjoint of c: of all its conditions only `λᵢsᵢ = μ` is not linear.
 * Where there is no solution y is NaN.
 */
export function smoothExecutable({ op, barrier, engine, device, precision }: SmoothSpec): Executable {
  const outputs = op.Q.shape[0]!;
  const inputs = op.into === 'q' ? outputs : op[op.into === 'b' ? 'A' : 'G']!.shape[0]!;
  const answer = (order: Order, { x, λ: c, y, J, H }: Slot): void => {
    if (!x.every(Number.isFinite)) {
      y.fill(Number.NaN);
      return;
    }
    const solution = new SmoothSolution(programOf(op, x), barrier);
    try {
      if (!solution.found) {
        y.fill(Number.NaN);
        return;
      }
      y.set(solution.z);
      if (order === 0) return;
      const { width, z, lam, s } = solution.tangents(op.into);
      for (let i = 0; i < outputs; i++)
        for (let j = 0; j < width; j++) J[i * width + j] = z[j * outputs + i]!;
      if (order === 1) return;
      const w = solution.adjoint(c);
      const p = w.length;
      for (let i = 0, at = 0; i < width; i++)
        for (let j = 0; j <= i; j++, at++) {
          let sum = 0;
          for (let k = 0; k < p; k++)
            sum +=
              (w[k]! / solution.lam[k]!) *
              (lam[i * p + k]! * s[j * p + k]! + s[i * p + k]! * lam[j * p + k]!);
          H[at] = sum;
        }
    } finally {
      solution.dispose();
    }
  };
  return {
    engine,
    device,
    precision,
    inputs,
    outputs,
    evaluate(order, slots) {
      for (const slot of slots) answer(order, slot);
    },
    dispose() {},
  };
}
