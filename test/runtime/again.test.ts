import { spawnSync } from 'node:child_process';
import * as v8 from 'node:v8';
import { describe, expect, it } from 'vitest';
import { multiply, solveHere, sumOfSquares } from '../../index.js';
import { compiled } from '../../runtime/node/compiled.js';
import { extractOnce } from '../../src/model/extract/again.js';
import { stated } from './kept.js';

// Newer than Node 20.0.
const { queryObjects } = v8;

describe('solving again', () => {
  it('takes an unchanged model apart once, with its bounds and starts of today', async () => {
    const { m, p, x } = stated();
    const first = extractOnce(m.statement());
    p.set(0.7);
    x.set({ upper: 0.5, start: 0.2 });
    const second = extractOnce(m.statement());
    expect(second.groups).toBe(first.groups);
    expect(second.linear).toBe(first.linear);
    expect(second.variables.upper[x.at(0).index]).toBe(0.5);
    expect(second.variables.start[x.at(5).index]).toBe(0.2);
    expect(second.variables.lower[p.index]).toBe(0.7);
    expect(first.variables.upper[x.at(0).index]).toBe(1);
    expect(second).toEqual(m.problem());
    m.scaling = { objective: 2 };
    expect(extractOnce(m.statement()).scaling).toEqual({ objective: 2 });
    // What changes the problem is taken apart anew.
    m.constrain(x.at(0), { lower: -0.5 });
    const third = extractOnce(m.statement());
    expect(third.groups).not.toBe(first.groups);
    m.minimize(sumOfSquares(x));
    expect(extractOnce(m.statement()).groups).not.toBe(third.groups);
    const [one, other] = [stated(), stated()];
    other.m.maximize(multiply(-1, sumOfSquares(other.x)));
    const [a, b] = [await solveHere(one.m), await solveHere(other.m)];
    expect(a.objective).not.toBe(b.objective);
  });

  // Objects are counted, as the heap's size follows the compiler too; apart, as they are many in here.
  it.skipIf(!queryObjects)('does not make memory grow', { timeout: 180_000 }, () => {
    const script = `import { kept } from ${JSON.stringify(compiled(import.meta.url, './kept.js').href)};
      console.log(JSON.stringify(await kept({ before: 60, solves: 100 })));`;
    const node = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(node.stderr).toBe('');
    for (const [kind, perSolve] of Object.entries(JSON.parse(node.stdout))) {
      expect(perSolve, `${kind} a solve`).toBeLessThan(0.2);
    }
  });
});
