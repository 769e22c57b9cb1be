import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { solveNl } from '../../cli/nl/solve.js';
import { solveHere } from '../../index.js';
import { assemble } from '../../src/nlp/assemble.js';
import { kktErrors } from '../kkt.js';

const folder = join(
  process.env['GRAYBOX_DATA'] ?? join(import.meta.dirname, '../../../shared/data'),
  'cutest',
);

/** Objective, and the iterations of Ipopt 3.14.19; where it ends elsewhere, those of a problem like it. */
const truths: Readonly<Record<string, { readonly objective: number; readonly ipopt: number }>> = {
  DIAGIQB: { objective: -1.01499941e13, ipopt: 78 },
  ERRINBAR: { objective: 28.04526, ipopt: 44 },
  // Ipopt stops at 10.3144, where a violation of 1e-8 is worth 21.9.
  LISWET11_2000: { objective: 32.186623, ipopt: 89 },
  LUKVLI8: { objective: 5284.5575, ipopt: 25 },
  NONSCOMPNE: { objective: 0, ipopt: 25 },
  TARGUS: { objective: 1084.0938, ipopt: 10 },
};

describe.skipIf(!existsSync(folder))('CUTEst problems (needs data cutest)', () => {
  it.each(Object.entries(truths))('%s', { timeout: 60_000 }, async (name, { objective, ipopt }) => {
    const { file, solution } = await solveNl(join(folder, `${name}.nl`), {}, solveHere);
    expect(solution.status, solution.message).toBe('optimal');
    expect(solution.iterations).toBeLessThanOrEqual(1.5 * ipopt);
    expect(Math.abs(solution.objective - objective)).toBeLessThan(1e-6 * Math.max(1, Math.abs(objective)));
    const nlp = assemble(file.problem);
    const errors = kktErrors(nlp, solution);
    const size = Math.max(1, ...solution.x.map(Math.abs));
    expect(errors.primal).toBeLessThan(1e-8 * size);
    expect(errors.complementarity).toBeLessThan(1e-6 * size);
    expect(errors.dual).toBeLessThan(
      1e-6 * Math.max(1, ...solution.multipliers.lower, ...solution.multipliers.upper),
    );
  });
});
