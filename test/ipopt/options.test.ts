import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compiled } from '../../runtime/node/compiled.js';
import { loadIpopt } from '../../solvers/ipopt/library.js';
import { InputError } from '../../src/core/errors.js';
import { ipoptOptions } from '../../src/core/ipopt-options.js';

const missing = await loadIpopt().then(
  () => false,
  (error) => error instanceof InputError,
);

it.skipIf(missing)('the Ipopt here agrees on what each of its options takes', () => {
  const script = fileURLToPath(compiled(import.meta.url, './agreement.js'));
  const { stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  const { taken, wrong } = JSON.parse(stderr);
  expect(wrong).toEqual([]);
  // Builds differ in linear solvers, versions in a few dozen options.
  expect(taken.length).toBeGreaterThan(0.6 * Object.keys(ipoptOptions).length);
});

describe('the table of Ipopt’s options', () => {
  it('has whole numbers, real numbers, words and switches', () => {
    const takes = (name: string, value: unknown): boolean => ipoptOptions[name]!.accepts(value);
    expect(takes('print_level', 12)).toBe(true);
    expect(takes('print_level', 12.5)).toBe(false);
    expect(takes('print_level', 13)).toBe(false);
    expect(takes('tau_min', 1)).toBe(false);
    expect(takes('tau_min', 0.5)).toBe(true);
    expect(takes('bound_frac', 0.5)).toBe(true);
    expect(takes('nlp_lower_bound_inf', -1e30)).toBe(true);
    expect(takes('mu_strategy', 'adaptive')).toBe(true);
    expect(takes('mu_strategy', 'often')).toBe(false);
    expect(takes('sb', 'yes') && takes('sb', false)).toBe(true);
    expect(takes('sb', 1)).toBe(false);
    expect(ipoptOptions['tol']!.parse('1d-6')).toBe(1e-6);
    expect(ipoptOptions['tol']!.parse('1.5D-6')).toBe(1.5e-6);
  });
});
