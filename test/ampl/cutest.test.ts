import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { solveNlModel } from '../../cli/nl/solve.js';
import { solveHere } from '../../index.js';
import { assemble } from '../../src/nlp/assemble.js';
import { kktErrors } from '../kkt.js';

const folder = join(
  process.env['GRAYBOX_DATA'] ?? join(import.meta.dirname, '../../../shared/data'),
  'cutest',
);

interface Truth {
  readonly objective: number;
  readonly most: number;
  /** Default: 1e-8. */
  readonly tol?: number;
}

/** Objective, and the iterations of Ipopt 3.14.19 with one half more, or what is needed where it finds no solution. */
const truths: Readonly<Record<string, Truth>> = {
  // Ipopt calls it infeasible.
  CRESC4: { objective: 0.8718975, most: 150 },
  DIAGIQB: { objective: -1.01499941e13, most: 117 },
  ERRINBAR: { objective: 28.04526, most: 66 },
  // Ipopt stops at 10.3144, where a violation of 1e-8 is worth 21.9.
  LISWET11_2000: { objective: 32.186623, most: 133 },
  // Its objective is scaled by 0.0039, so that the usual tol of 1e-8 allows a dual error of 2.6e-6; Ipopt ends at 1.03e-6.
  LUKVLI8: { objective: 5284.5575, most: 37, tol: 1e-9 },
  NONSCOMPNE: { objective: 0, most: 37 },
  // Chaotic: 58 to 400 iterations as bounds are widened by 1e-9 more or less; Ipopt 70 to 231.
  READING4_500: { objective: -0.2892754, most: 500 },
  // Ipopt finds no solution within 3,000 iterations.
  S365: { objective: 0, most: 1500 },
  // Ipopt: 126, or a failed restoration when bounds are widened by a tenth more.
  SSEBNLN: { objective: 16170600, most: 378 },
  TARGUS: { objective: 1084.0938, most: 15 },
};

describe.skipIf(!existsSync(folder))('CUTEst problems (needs data cutest)', () => {
  it.each(Object.entries(truths))(
    '%s',
    { timeout: 60_000 },
    async (name, { objective, most, tol = 1e-8 }) => {
      const { file, solution } = await solveNlModel(join(folder, `${name}.nl`), { tol }, solveHere);
      expect(solution.status, solution.message).toBe('optimal');
      expect(solution.iterations).toBeLessThanOrEqual(most);
      expect(Math.abs(solution.objective - objective)).toBeLessThan(1e-6 * Math.max(1, Math.abs(objective)));
      const nlp = assemble(file.problem);
      const errors = kktErrors(nlp, solution);
      const size = Math.max(1, ...solution.x.map(Math.abs));
      expect(errors.primal).toBeLessThan(1e-8 * size);
      expect(errors.complementarity).toBeLessThan(1e-6 * size);
      expect(errors.dual).toBeLessThan(
        1e-6 * Math.max(1, ...solution.multipliers.lower, ...solution.multipliers.upper),
      );
    },
  );
});
