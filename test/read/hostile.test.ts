import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readNl } from '../../runtime/node/read-nl.js';
import { InputError } from '../../src/core/errors.js';
import { nlFolder, nlNames } from './data.js';
import { hostileFile } from './hostile.js';
import { randomFrom } from './random.js';

const small = nlNames.filter((name) => !['airport', 'convex_qp_share1b', 'eigena2'].includes(name));

it('damaged files are read or refused with an InputError that names the file, never anything else', () => {
  const real = small.map((name) => new Uint8Array(readFileSync(join(nlFolder, `${name}.nl`))));
  const random = randomFrom(20260);
  const outcomes = { read: 0, refused: 0 };
  for (let k = 0; k < 600; k++) {
    const bytes = hostileFile(random, real);
    try {
      const { problem, header } = readNl(bytes, { file: 'hostile.nl' });
      expect(problem.variables.lower).toHaveLength(header.variables);
      outcomes.read++;
    } catch (error) {
      if (!(error instanceof InputError)) throw new Error(`file ${k}: ${(error as Error).stack}`);
      expect(error.message).toMatch(/^hostile\.nl:/);
      expect(error.message).not.toContain('\n');
      outcomes.refused++;
    }
  }
  // Both happen often, or the generator has lost its teeth.
  expect(outcomes.read).toBeGreaterThan(60);
  expect(outcomes.refused).toBeGreaterThan(200);
});
