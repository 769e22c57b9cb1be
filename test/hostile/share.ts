import { expect, it } from 'vitest';
import { randomFrom } from '../read/random.js';
import type { Format } from './format.js';

/** Seeded shares of the full run: how many files of a format, and how often each end must come at least. */
export type Share = readonly [Format, number, Readonly<Record<string, number>>];

/** A test for each: read right or refused in one line. */
export const sharesHold = (shares: readonly Share[]): void =>
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
