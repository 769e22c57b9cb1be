import { expect, it } from 'vitest';
import { randomFrom } from '../read/random.js';
import type { Format } from './format.js';
import { graphModel } from './graph-model.js';
import { grid } from './grid.js';
import { keras, kerasHdf5 } from './hdf5.js';
import { model } from './model.js';
import { onnx } from './onnx.js';
import { picture } from './picture.js';

/** What a seeded share of the full run must find; that of .nl files stands beside their solver's tests. */
const shares: [Format, number, Record<string, number>][] = [
  [model, 150, { right: 10, read: 10, refused: 60 }],
  [graphModel, 100, { right: 8, read: 5, refused: 40 }],
  [onnx, 150, { right: 10, read: 5, refused: 60 }],
  [kerasHdf5, 50, { right: 3, read: 3, refused: 12 }],
  [keras, 50, { right: 3, read: 3, refused: 12 }],
  [grid, 60, { right: 4, refused: 15 }],
  [picture, 80, { 'right picture': 3, refused: 20 }],
];

it.each(shares)(
  '$name: read right or refused in one line',
  { timeout: 120_000 },
  async ({ attempt }, count, least) => {
    const kinds: Record<string, number> = {};
    const failures: string[] = [];
    for (let seed = 1; seed <= count; seed++)
      try {
        const { kind, seconds } = await attempt(randomFrom(seed));
        kinds[kind] = (kinds[kind] ?? 0) + 1;
        if (seconds > 10) failures.push(`seed ${seed}: ${seconds} s (${kind})`);
      } catch (error) {
        failures.push(`seed ${seed}: ${(error as Error).stack}`);
      }
    expect(failures).toEqual([]);
    // All happen often, or the generator has lost its teeth.
    for (const [kind, wanted] of Object.entries(least))
      expect(kinds[kind] ?? 0, kind).toBeGreaterThanOrEqual(wanted);
  },
);
