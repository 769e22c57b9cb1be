import type { GrayBox, Order } from '../oracle/contract.js';
import type { BoxUse } from './boxes.js';

/**
 * The one place where gray boxes are asked. Answers `x` up to `order` for every use, all uses of a box in one call, as
 * far as their slots do not hold the answer.
 */
export function asker(uses: readonly BoxUse[]): (x: Float64Array, order: Order, λ: Float64Array) => void {
  const byBox = new Map<GrayBox, BoxUse[]>();
  for (const use of uses) byBox.set(use.box, [...(byBox.get(use.box) ?? []), use]);
  const waiting: [BoxUse[], BoxUse[], BoxUse[]] = [[], [], []];
  return (x, order, λ) => {
    for (const [box, own] of byBox) {
      for (const list of waiting) list.length = 0;
      for (const use of own) {
        const wanted = use.prepare(x, order, λ);
        if (wanted !== undefined) waiting[wanted].push(use);
      }
      for (const wanted of [0, 1, 2] as const) {
        const asked = waiting[wanted];
        if (asked.length === 0) continue;
        box.evaluate(
          wanted,
          asked.map(({ slot }) => slot),
        );
        for (const use of asked) use.remember(wanted);
      }
    }
  };
}
