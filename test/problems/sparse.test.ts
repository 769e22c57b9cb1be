import { describe, expect, it } from 'vitest';
import { interiorPoint } from '../../solvers/interior-point/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import { checkDerivatives } from '../../src/nlp/check.js';
import { expectKkt } from '../kkt.js';
import { tolerances } from '../tolerances.js';
import { sparseProblems } from './sparse/index.js';

/** Objectives at small sizes, computed with Ipopt 3.14 at tol 1e-10 from exact derivatives by another tool. */
const known: Record<string, readonly (readonly [size: number, objective: number])[]> = {
  'van-der-pol': [
    [50, 3.60600277107],
    [400, 3.59047403519],
  ],
  catalyst: [
    [50, -0.0481101579763],
    [400, -0.0480565438389],
  ],
  bratu: [
    [10, 0.167813429745],
    [30, 0.218659476004],
  ],
  rosenbrock: [
    [100, 6.23245863244],
    [1000, 6.23245863244],
  ],
  obstacle: [
    [10, 1.95075489161],
    [30, 1.96152429004],
  ],
};

const cases = sparseProblems.flatMap((family) =>
  known[family.name]!.map(([size, objective]) => ({
    label: `${family.name} ${size}`,
    family,
    size,
    objective,
  })),
);

describe.each(cases)('$label', ({ family, size, objective }) => {
  const nlp = assemble(family.build(size).problem());

  it('has the sizes it declares', () => {
    expect(nlp.variables.lower).toHaveLength(family.variables(size));
    expect(nlp.constraints.lower).toHaveLength(family.rows(size));
  });

  it('has the derivatives that differences measure', () => {
    const columns = Array.from({ length: 20 }, (_, k) => Math.floor((k * nlp.variables.lower.length) / 20));
    const x = nlp.variables.start.map((value, j) => value + 0.1 * Math.sin(j));
    const { gradient, jacobian, hessian } = checkDerivatives(nlp, x, { columns });
    for (const { error, where } of [gradient, jacobian, hessian])
      expect(error, where).toBeLessThan(tolerances.difference);
  });

  it('is solved by interior-point', () => {
    const result = interiorPoint.solve(nlp);
    expect(result.status, result.message).toBe('optimal');
    expectKkt(nlp, result, tolerances.kkt);
    // At the end of the method each bound adds about tol to the objective.
    expect(Math.abs(result.objective - objective)).toBeLessThan(1e-5 * Math.max(1, Math.abs(objective)));
  });
});

describe('structure', () => {
  it.each(sparseProblems)('$name grows in proportion to its variables', (family) => {
    const density = (size: number) => {
      const { variables, jacobian, hessian } = assemble(family.build(size).problem());
      return (jacobian.nonzeros + hessian.nonzeros) / variables.lower.length;
    };
    expect(density(40)).toBeLessThan(1.3 * density(20));
  });
});
