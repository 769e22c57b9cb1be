import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nlFolder, nlNames } from '../read/data.js';
import { randomFrom } from '../read/random.js';
import { tryHostile } from './hostile-solve.js';

const large = ['airport', 'convex_qp_share1b', 'eigena2', 'gaslib11_steady', 'pooling_rt2stp'];

it('hostile files and options end in a refusal or an honest result', { timeout: 120_000 }, () => {
  const real = nlNames
    .filter((name) => !large.includes(name))
    .map((name) => new Uint8Array(readFileSync(join(nlFolder, `${name}.nl`))));
  const failures: string[] = [];
  const kinds: Record<string, number> = {};
  for (let seed = 1; seed <= 300; seed++) {
    try {
      const { kind, seconds } = tryHostile(randomFrom(seed), real);
      kinds[kind] = (kinds[kind] ?? 0) + 1;
      if (seconds > 10) failures.push(`seed ${seed}: took ${seconds} s (${kind})`);
    } catch (error) {
      failures.push(`seed ${seed}: ${(error as Error).message}`);
    }
  }
  expect(failures).toEqual([]);
  expect(kinds['optimal']).toBeGreaterThan(40);
  expect(kinds['refused']).toBeGreaterThan(40);
});
