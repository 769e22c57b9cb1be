import { describe, expect, it } from 'vitest';
import { optimalityErrorsAt, worstViolation } from '../../src/nlp/optimality.js';
import { small } from '../interior-point/problems.js';

const rows = (values: readonly number[], bounds: readonly { lower?: number; upper?: number }[]) =>
  small({
    start: [0],
    objective: { value: () => 0, gradient: () => ({}) },
    rows: values.map((value, i) => ({ ...bounds[i]!, value: () => value, gradient: () => ({}) })),
  });

const none = (m: number) => ({
  constraints: new Float64Array(m),
  lower: new Float64Array(1),
  upper: new Float64Array(1),
});

describe('optimality errors', () => {
  it.each([
    [[Number.NaN, 3, 0.5], 0],
    [[3, Number.NaN, 0.5], 1],
    [[Number.POSITIVE_INFINITY, 0, 0], 0],
  ] as const)('count %s as infinitely violated', (values, row) => {
    const nlp = rows(values, [{ upper: 1 }, { upper: 1 }, { upper: 1 }]);
    const x = new Float64Array(1);
    expect(optimalityErrorsAt(nlp, x, none(3)).primal).toBe(Number.POSITIVE_INFINITY);
    const constraints = new Float64Array(3);
    nlp.constraintValues(x, constraints);
    expect(worstViolation(nlp, { x, constraints })).toMatchObject({ row, column: -1 });
  });

  it('leave out rows without bounds, also with bounds that are none by size', () => {
    const nlp = rows([Number.NaN, 2, Number.NaN], [{}, { upper: 1 }, { lower: -1e20, upper: 1e19 }]);
    expect(optimalityErrorsAt(nlp, new Float64Array(1), none(3))).toEqual({
      primal: 1,
      dual: 0,
      complementarity: 0,
    });
  });

  it('count multipliers of the wrong sign and of bounds that do not exist', () => {
    const nlp = rows([0], [{ upper: 1 }]);
    const multipliers = {
      constraints: Float64Array.of(-2),
      lower: Float64Array.of(-3),
      upper: Float64Array.of(-3),
    };
    expect(optimalityErrorsAt(nlp, new Float64Array(1), multipliers)).toEqual({
      primal: 0,
      dual: 3,
      complementarity: 3,
    });
  });
});
