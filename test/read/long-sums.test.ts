import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/nlp/assemble.js';
import { checkDerivatives } from '../../src/nlp/check.js';
import { readNlBytes } from '../../src/read/nl.js';
import { tolerances } from '../tolerances.js';
import { nlFolder } from './data.js';
import { o, type Spec, type Tree, v, writeNl } from './nl-writer.js';

/** Files whose Hessians are dense because of squares of long sums, and the values of these Hessians. */
const dense: Record<string, number> = {
  'cutest/SCW2_1000': (2003 * 2004) / 2,
  'security/nl/dense_sum_3000': (3000 * 3001) / 2,
};

describe('files with functions of long sums', () => {
  for (const [name, values] of Object.entries(dense)) {
    const path = join(nlFolder, '..', `${name}.nl`);
    it.skipIf(!existsSync(path))(`${name}: ready for the first iteration within a second`, () => {
      const begin = process.cpuUsage();
      const { problem } = readNlBytes(readFileSync(path));
      const nlp = assemble(problem);
      const { start } = nlp.variables;
      const m = nlp.constraints.lower.length;
      nlp.objective(start);
      nlp.gradient(start, new Float64Array(start.length));
      nlp.jacobianValues(start, new Float64Array(nlp.jacobian.length));
      nlp.hessianValues(start, 1, new Float64Array(m).fill(1), new Float64Array(nlp.hessian.length));
      const { user, system } = process.cpuUsage(begin);
      expect((user + system) / 1e6).toBeLessThan(3); // below 0.5 on an idle core
      // Values and index arrays; all else is small beside them.
      expect(nlp.hessian.length).toBe(values);
      expect(nlp.hessian.pieces.map(({ kind }) => kind)).toEqual(['dense', 'entries']);
      const columns = [0, 500, 999, 1000, start.length - 1];
      const check = checkDerivatives(nlp, start, { columns });
      for (const kind of [check.gradient, check.jacobian, check.hessian])
        expect(kind.error, JSON.stringify(kind)).toBeLessThan(tolerances.difference);
    });
  }
});

describe('a long defined variable', () => {
  const n = 60;
  const free: Spec['variables'] = Array.from({ length: n }, (_, k) => ({ start: 0.3 + Math.sin(k) / 5 }));
  const sum = (term: (k: number) => Tree): Tree => o(54, ...Array.from({ length: n }, (_, k) => term(k)));
  /** V: Σ sin xₖ + 2x₀, W: (Σ xₖ cos V)/10; used by terms of rows and objective. */
  const spec: Spec = {
    variables: free,
    defined: [
      { linear: [[0, 2]], tree: sum((k) => o(41, v(k))) },
      {
        linear: [],
        tree: o(
          3,
          sum((k) => o(2, v(k), o(46, v(n)))),
          10,
        ),
      },
    ],
    rows: [
      { tree: o(5, v(n), 2), lower: 0 },
      { tree: o(0, v(n), v(3)), lower: 0 },
      { tree: o(2, v(n), o(44, v(n + 1))), lower: 0 },
      ...Array.from({ length: 40 }, (_, k) => ({ tree: o(0, v(n), o(5, v(k), 3)), lower: 0 })),
    ],
    objectives: [{ tree: o(0, o(43, o(0, 9, v(n))), o(5, v(n + 1), 2)) }],
  };

  it('is stated once, whatever uses it, and its derivatives pass through', () => {
    const { problem } = readNlBytes(writeNl(spec));
    expect(problem.sums.constant.length).toBe(2);
    const terms = problem.groups.reduce((total, { count }) => total + count, 0);
    expect(terms).toBeLessThan(n + n + 3 + 40 + 5);
    const nlp = assemble(problem);
    const x = nlp.variables.start;
    const V = x.reduce((total, value) => total + Math.sin(value), 2 * x[0]!);
    const W = x.reduce((total, value) => total + value * Math.cos(V), 0) / 10;
    expect(nlp.objective(x)).toBeCloseTo(Math.log(9 + V) + W ** 2, 12);
    const check = checkDerivatives(nlp, x);
    for (const kind of [check.gradient, check.jacobian, check.hessian])
      expect(kind.error, JSON.stringify(kind)).toBeLessThan(tolerances.difference);
  });
});
