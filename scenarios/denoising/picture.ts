import { chart, picture, text } from '../training/chart.js';
import type { Epoch } from '../training/train.js';
import { differences } from './problem.js';
import { length } from './signals.js';

export interface DenoisingPicture {
  /** What was trained, by name, with its curve. */
  readonly trained: readonly { readonly name: string; readonly curve: readonly Epoch[] }[];
  /** Total variation: its best λ and test error. */
  readonly variation: { readonly λ: number; readonly mse: number };
  /** One test signal, `length` numbers each. */
  readonly signal: {
    readonly clean: Float64Array;
    readonly noisy: Float64Array;
    readonly results: readonly { readonly name: string; readonly values: Float64Array }[];
  };
  /** The operator `[99, 100]` before and after. */
  readonly operator?: { readonly before: Float64Array; readonly after: Float64Array; readonly name: string };
}

/** A matrix as coloured cells: blue below 0, red above; the colour grows with the root of the entry, to `most`. */
function heatmap(values: Float64Array, left: number, top: number, size: number, most: number): string {
  const [w, h] = [size / length, size / differences];
  const parts = [`<rect x="${left}" y="${top}" width="${size}" height="${size}" fill="#fff" stroke="#777"/>`];
  for (let i = 0; i < differences; i++)
    for (let j = 0; j < length; j++) {
      const value = values[i * length + j]! / most;
      const strength = Math.sqrt(Math.min(1, Math.abs(value)));
      if (strength < 0.03) continue;
      const [full, fade] = [Math.round(255 - 55 * strength), Math.round(255 * (1 - strength))];
      const colour = value > 0 ? `rgb(${full},${fade},${fade})` : `rgb(${fade},${fade},${full})`;
      parts.push(
        `<rect x="${(left + j * w).toFixed(1)}" y="${(top + i * h).toFixed(1)}" width="${w.toFixed(2)}" height="${h.toFixed(2)}" fill="${colour}"/>`,
      );
    }
  return parts.join('\n');
}

const largest = (values: Float64Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Error curves, one signal, and the difference operator before and after training. */
export function denoisingPicture({ trained, variation, signal, operator }: DenoisingPicture): string {
  const errors = [variation.mse, ...trained.flatMap(({ curve }) => curve.map(({ test }) => test['mse']!))];
  const epochs = Math.max(1, ...trained.flatMap(({ curve }) => curve.map(({ epoch }) => epoch)));
  const wide = Math.max(...errors) > 5 * Math.min(...errors);
  const near = trained.filter(({ curve }) => curve.every(({ test }) => test['mse']! < 2 * variation.mse));
  const errorChart = (
    title: string,
    shown: DenoisingPicture['trained'],
    logarithmic: boolean,
    top: number,
    height: number,
  ): string =>
    chart(
      {
        title,
        x: 'epoch',
        y: 'mean squared error',
        logarithmic,
        fromZero: false,
        series: [
          ...shown.map(({ name, curve }) => ({
            name: `${name}, at best ${Math.min(...curve.map(({ test }) => test['mse']!)).toFixed(2)}`,
            points: curve.map(({ epoch, test }) => [epoch, test['mse']!] as const),
          })),
          {
            name: `total variation, best λ = ${variation.λ}: ${variation.mse.toFixed(2)}`,
            points: [
              [0, variation.mse],
              [epochs, variation.mse],
            ],
            reference: true,
          },
        ],
      },
      { left: 10, top, width: 415, height },
    );
  return picture(860, operator ? 900 : 430, [
    text(20, 26, 'Denoising piecewise constant signals with a trained quadratic program', {
      size: 16,
      bold: true,
    }),
    ...(wide && near.length > 0
      ? [
          errorChart('test error of all', trained, true, 40, 185),
          errorChart('and of what comes near total variation', near, false, 225, 185),
        ]
      : [errorChart('test error', trained, wide, 40, 370)]),
    chart(
      {
        title: 'one test signal',
        x: 'place',
        y: 'height',
        series: [
          {
            name: 'noisy',
            points: [...signal.noisy].map((value, k) => [k, value] as const),
            reference: true,
          },
          { name: 'clean', points: [...signal.clean].map((value, k) => [k, value] as const) },
          ...signal.results.map(({ name, values }) => ({
            name,
            points: [...values].map((value, k) => [k, value] as const),
          })),
        ],
      },
      { left: 430, top: 40, width: 420, height: 370 },
    ),
    ...(operator ? squares(operator) : []),
  ]);
}

function squares({ name, before, after }: NonNullable<DenoisingPicture['operator']>): string[] {
  const most = Math.max(largest(before), largest(after));
  return [
    text(20, 440, `${name}: the operator D before training`, { size: 13, bold: true }),
    heatmap(before, 20, 452, 390, most),
    text(440, 440, 'and after', { size: 13, bold: true }),
    heatmap(after, 440, 452, 390, most),
    text(
      20,
      866,
      `Each row of a square is one of the ${differences} rows of D, each column a place of the signal; red positive, blue negative,`,
    ),
    text(
      20,
      884,
      `white 0, full colour ${most.toPrecision(3)}; the colour grows with the square root of the entry, so that small ones show.`,
    ),
  ];
}
