import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../scenarios/data.js';

const executable = join(packageRoot, 'dist', 'cli', 'graybox.js');

/** A Python that has Pyomo: `GRAYBOX_PYTHON`, else python3 of the system. */
const python = [process.env['GRAYBOX_PYTHON'] ?? 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import pyomo'], { stdio: 'ignore' }).status === 0,
);

interface Answer {
  readonly termination: string;
  readonly message: string;
  readonly objective: number;
  readonly x: readonly number[];
  readonly stationarity: number;
}

it.skipIf(python === undefined || !existsSync(executable))(
  'Pyomo (GRAYBOX_PYTHON) drives the built executable: statuses, values, duals and suffixes',
  { timeout: 120_000 },
  () => {
    const script = join(import.meta.dirname, 'pyomo_check.py');
    const output = execFileSync(python!, [script, executable], { encoding: 'utf8' });
    const answers = JSON.parse(output.trim().split('\n').at(-1)!) as Record<string, Answer>;
    for (const sense of ['minimize', 'maximize']) {
      const answer = answers[sense]!;
      expect(answer.termination, sense).toBe('optimal');
      expect(answer.message).toContain('Optimal Solution Found');
      // Multipliers in the signs Pyomo expects: the gradient of the Lagrangian by Pyomo's own values vanishes.
      expect(answer.stationarity, sense).toBeLessThan(1e-4);
    }
    expect(answers['maximize']!.objective).toBeCloseTo(-answers['minimize']!.objective, 7);
    answers['minimize']!.x.forEach((value, i) => {
      expect(value).toBeCloseTo(answers['maximize']!.x[i]!, 5);
    });
    expect(answers['infeasible']!.termination).toBe('infeasible');
  },
);
