import { describe, expect, it } from 'vitest';
import { openIpoptWasm } from '../../solvers/ipopt/index.js';
import { InputError } from '../../src/core/errors.js';
import * as problems from '../interior-point/problems.js';
import { ipoptCases } from './cases.js';
import { runScript } from './child.js';

const folder = process.env['GRAYBOX_IPOPT_WASM'];

describe.skipIf(folder === undefined)('ipopt-wasm (the folder named by GRAYBOX_IPOPT_WASM)', () => {
  ipoptCases(() => openIpoptWasm(folder), { approximates: false });

  it('makes a table of what it can know', async () => {
    const ipopt = await openIpoptWasm(folder);
    const rows: [number, number][] = [];
    const result = await ipopt.solve(
      problems.small(problems.hs71()),
      {},
      {
        iteration: ({ iteration, objective }) => {
          rows.push([iteration, objective]);
        },
      },
    );
    expect(rows.map(([iteration]) => iteration)).toEqual(Array.from(rows, (_, k) => k));
    expect(rows).toHaveLength(result.iterations);
    expect(rows.at(-1)![1]).toBeCloseTo(result.objective, 5);
  });

  it('solves without second derivatives or says that this build cannot', async () => {
    const ipopt = await openIpoptWasm(folder);
    const result = await ipopt.solve(problems.small({ ...problems.hs71(), secondDerivatives: false }));
    if (result.status !== 'optimal') expect(result.message).toContain('unable to approximate the Hessian');
    expect(result.evaluations.hessian).toBe(0);
  });

  it('is of use after a solve that ended in a C++ exception', async () => {
    const ipopt = await openIpoptWasm(folder);
    expect((await ipopt.solve(problems.small(problems.overdetermined()))).status).toBe('invalid-problem');
    expect((await ipopt.solve(problems.small(problems.hs71()))).status).toBe('optimal');
  });

  it('refuses scaling factors that it cannot pass on', async () => {
    const ipopt = await openIpoptWasm(folder);
    const solve = ipopt.solve(problems.small(problems.hs71()), { nlp_scaling_method: 'user-scaling' });
    await expect(solve).rejects.toThrow(/user-scaling/);
  });

  it('prints nothing on standard output, and what the user asked for on standard error', () => {
    const { out, err } = runScript(
      'openIpoptWasm',
      `const ipopt = await solver();
       say((await ipopt.solve(hs71, { print_level: 5 })).status);
       say((await ipopt.solve(problems.small(problems.infeasible()))).status);
       await ipopt.solve(hs71, { no_such_option: 1 });`,
    );
    expect(out).toBe('');
    expect(err).toMatch(/inf_pr[\s\S]*optimal[\s\S]*infeasible[\s\S]*InputError: option no_such_option=1/);
  });
});

describe('without ipopt-wasm', () => {
  it('says how to get it', async () => {
    const error = await openIpoptWasm('/nowhere/ipopt-wasm').catch((thrown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/nowhere.*GRAYBOX_IPOPT_WASM/);
  });

  it('says so where another module stands in its place', async () => {
    await expect(openIpoptWasm(import.meta.dirname)).rejects.toThrow(
      /ipopt\.mjs does not exist.*github\.com\/louisabraham\/ipopt-wasm.*GRAYBOX_IPOPT_WASM/,
    );
  });

  it('looks for nothing in node_modules, where the name belongs to nobody, and advises nobody to', async () => {
    const { err } = runScript('openIpoptWasm', 'await solver()', { GRAYBOX_IPOPT_WASM: '' });
    expect(err).toMatch(/^InputError: solver 'ipopt-wasm': .*GRAYBOX_IPOPT_WASM\n$/);
    expect(err).not.toMatch(/npm i/);
  });
});
