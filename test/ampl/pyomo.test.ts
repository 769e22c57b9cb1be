import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
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

// npm makes the executable executable when it installs the package; a launcher does so for the build.
const folder = mkdtempSync(join(tmpdir(), 'pyomo-'));
const launcher = join(folder, 'graybox');
writeFileSync(launcher, `#!/bin/sh\nexec '${process.execPath}' '${executable}' "$@"\n`, { mode: 0o755 });
afterAll(() => rmSync(folder, { recursive: true }));

const absent = python === undefined || !existsSync(executable);

it.skipIf(absent)(
  'Pyomo (GRAYBOX_PYTHON) drives the built executable: statuses, values, duals and suffixes',
  { timeout: 120_000 },
  () => {
    const script = join(import.meta.dirname, 'pyomo_check.py');
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

describe.skipIf(absent)('in Ipopt’s place under Pyomo (GRAYBOX_PYTHON)', { timeout: 240_000 }, () => {
  const answers = absent
    ? undefined
    : JSON.parse(
        execFileSync(python!, [join(import.meta.dirname, 'pyomo_ipopt.py'), launcher], { encoding: 'utf8' })
          .trim()
          .split('\n')
          .at(-1)!,
      );
  // min (x₁ − 1)² + (x₂ − 4)⁴ + y² with y x₁ = 2: x₁⁴ − x₁³ = 4, found by bisection of its derivative.
  const x1 = 1.748402881414;
  const optimum = (x1 - 1) ** 2 + (2 / x1) ** 2;

  it('pyomo.contrib.solver: available, statuses, values, duals, iterations', () => {
    const solved = answers.new;
    for (const kind of ['plain', 'maximize', 'feasibility']) {
      expect(solved[kind], kind).toMatchObject({
        available: 'FullLicense',
        version: [3, 14, 19],
        termination: 'convergenceCriteriaSatisfied',
        solution: 'optimal',
      });
      expect(solved[kind].iterations, kind).toBeGreaterThan(2);
      expect(solved[kind].values['x[1]'] * solved[kind].values.y, kind).toBeCloseTo(2, 6);
    }
    expect(solved.plain.objective).toBeCloseTo(optimum, 7);
    expect(solved.maximize.objective).toBeCloseTo(-optimum, 7);
    // d optimum / d right-hand side of the product, by the envelope theorem: 2y / x₁.
    expect(solved.plain.duals.product).toBeCloseTo((2 * (2 / x1)) / x1, 5);
    expect(solved.maximize.duals.product).toBeCloseTo((-2 * (2 / x1)) / x1, 5);
    expect(solved.infeasible.termination).toBe('locallyInfeasible');
    expect(solved.unbounded.termination).toBe('unbounded');
    expect(answers.labels.objective).toBeCloseTo(optimum, 7);
  });

  it('pyomo.contrib.solver: a log with one line an iteration, also through restoration', () => {
    for (const { log, iterations } of [answers.logged, answers.restored])
      expect(log).toEqual(Array.from({ length: iterations + 1 }, (_, k) => k));
  });

  it('pyomo.contrib.solver: options on the command line and in a file, limits', () => {
    expect(answers.options.objective).toBeCloseTo(optimum, 7);
    expect(answers.limit.objective).toBeCloseTo(optimum, 7);
    expect(answers.iterations).toMatchObject({ termination: 'iterationLimit', iterations: 2 });
    expect(answers.ma57).toBe(false);
  });

  it('the classic interface', () => {
    expect(answers.classic).toMatchObject({
      plain: { available: true, termination: 'optimal' },
      maximize: { termination: 'optimal' },
      feasibility: { termination: 'optimal' },
      infeasible: { termination: 'infeasible' },
      unbounded: { termination: 'unbounded' },
    });
    expect(answers.classicOptions.termination).toBe('optimal');
  });

  it.skipIf(!answers?.appsi.plain)('appsi (needs Pyomo’s compiled extension)', () => {
    const { plain, maximize, feasibility, infeasible, unbounded } = answers.appsi;
    for (const solved of [plain, maximize, feasibility]) expect(solved.termination).toBe('optimal');
    expect(plain.objective).toBeCloseTo(optimum, 7);
    expect(plain.duals.product).toBeCloseTo((2 * (2 / x1)) / x1, 4);
    expect(maximize.objective).toBeCloseTo(-optimum, 7);
    expect(infeasible.termination).toBe('infeasible');
    expect(unbounded.termination).toBe('unbounded');
    expect(answers.appsiOptions.objective).toBeCloseTo(optimum, 7);
  });
});
