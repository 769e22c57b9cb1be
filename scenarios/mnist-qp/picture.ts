import { chart, picture, text } from '../training/chart.js';
import type { Epoch } from '../training/train.js';

/** Errors and losses of the classifiers, epoch by epoch. */
export function mnistPicture(
  trained: readonly { readonly name: string; readonly what: string; readonly curve: readonly Epoch[] }[],
): string {
  return picture(820, 440, [
    text(20, 26, 'Handwritten digits: a quadratic program as the last layer, beside a dense one', {
      size: 16,
      bold: true,
    }),
    chart(
      {
        title: 'test images taken for another digit, %',
        x: 'epoch',
        y: '% of test images',
        logarithmic: true,
        series: trained.map(({ name, curve }) => ({
          name: `${name}: ${(100 * curve.at(-1)!.test['error']!).toFixed(1)} % at last`,
          points: curve.map(({ epoch, test }) => [epoch, 100 * test['error']!] as const),
        })),
      },
      { left: 10, top: 40, width: 400, height: 330 },
    ),
    chart(
      {
        title: 'mean cross-entropy',
        x: 'epoch',
        y: 'nats',
        logarithmic: true,
        series: trained.flatMap(({ name, curve }) => [
          {
            name: `${name}, test`,
            points: curve.map(({ epoch, test }) => [epoch, test['loss']!] as const),
          },
          {
            name: `${name}, training`,
            points: curve.flatMap(({ epoch, loss }) => (loss === undefined ? [] : [[epoch, loss] as const])),
            reference: true,
          },
        ]),
      },
      { left: 415, top: 40, width: 400, height: 330 },
    ),
    ...trained.map(({ name, what }, k) => text(20, 395 + 18 * k, `${name}: ${what}`)),
  ]);
}
