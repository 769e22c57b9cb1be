import { expect, it } from 'vitest';
import { options as table } from '../../solvers/interior-point/index.js';
import { Regularization } from '../../solvers/interior-point/inertia.js';
import { readOptions } from '../../src/core/options.js';

const options = readOptions(table, { jacobian_regularization_exponent: 41 });

it.each([false, true])('a δ_c that underflows ends the trials, with slacks: %s', (hasSlacks) => {
  const regularization = new Regularization(options, hasSlacks);
  // The later matrices find the problem degenerate, or not.
  for (let matrix = 0; matrix < 5; matrix++) {
    let go = regularization.begin(1e-9);
    let trials = 0;
    for (; go && trials < 100; trials++) go = regularization.afterSingular(1e-9);
    expect(trials).toBeLessThan(60);
  }
});
