import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
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
    // npm makes the executable executable when it installs the package; a launcher does so for the build.
    const folder = mkdtempSync(join(tmpdir(), 'pyomo-'));
    const launcher = join(folder, 'graybox');
    writeFileSync(launcher, `#!/bin/sh\nexec '${process.execPath}' '${executable}' "$@"\n`, { mode: 0o755 });
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const output = execFileSync(python!, [script, launcher], { encoding: 'utf8' });
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
