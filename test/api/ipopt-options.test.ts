import { describe, expect, it, vi } from 'vitest';
import {
  adoptIpoptOptions,
  InputError,
  Model,
  parseInteriorPointOption,
  power,
  solve,
  solveHere,
} from '../../index.js';
import { options as table } from '../../solvers/interior-point/options.js';
import { ipoptOptions } from '../../src/core/ipopt-options.js';

describe('options of Ipopt', () => {
  it.each(Object.entries(ipoptOptions))('%s is taken, whatever Ipopt allows', (name, { range }) => {
    const values: unknown[] =
      range === 'text'
        ? ['a file']
        : range.startsWith('a ')
          ? [0, 1, 2, 12, 1.5, 0.25, -1].filter((value) => ipoptOptions[name]!.accepts(value))
          : range.split(' | ');
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) {
      if (name === 'obj_scaling_factor' && (value as number) < 0) continue; // another question
      const { options, remark } = adoptIpoptOptions({ [name]: value });
      // Either an option of ours has it, in its range, or a remark says that it has no use.
      const entries = Object.entries(options);
      expect(entries.length + (remark === undefined ? 0 : 1)).toBe(1);
      if (remark !== undefined) expect(remark).toContain(name);
      for (const [own, adopted] of entries)
        expect(table[own as keyof typeof table].accepts(adopted as never), `${name}=${value}`).toBe(true);
    }
  });

  it.each([
    [
      { tol: 1e-4, max_iter: 9 },
      { tol: 1e-4, max_iter: 9 },
    ],
    [
      { honor_original_bounds: 'no', mehrotra_algorithm: 'yes' },
      { honor_original_bounds: false, mehrotra_algorithm: true },
    ],
    [{ recalc_y: true }, { recalc_y: 'yes' }],
    [{ recalc_y: 'auto' }, { recalc_y: 'auto' }],
    [{ max_cpu_time: 3 }, { max_wall_time: 3 }],
    [{ max_cpu_time: 3, max_wall_time: 2 }, { max_wall_time: 2 }],
    [{ nlp_lower_bound_inf: -1e12 }, { nlp_infinity: 1e12 }],
    [{ tol: undefined }, {}],
  ])('%j become %j', (given, expected) => {
    expect(adoptIpoptOptions(given)).toEqual({ options: expected });
  });

  it.each([
    [{ linear_solvr: 'ma57' }, /unknown option 'linear_solvr'; did you mean 'linear_solver'\?/],
    [{ mu_stratgy: 'adaptive' }, /did you mean 'mu_strategy'/],
    [{ linear_solver: 57 }, /option 'linear_solver' must be ma27 \| .*, not 57/],
    [{ print_level: '5' }, /option 'print_level' must be a whole number in \[0, 12\], not '5'/],
    [{ hsllib: 3 }, /option 'hsllib' must be text, not 3/],
    [{ sb: 'maybe' }, /option 'sb' must be yes \| no, not 'maybe'/],
    [{ ma57_pivtol: Number.NaN }, /ma57_pivtol/],
    [{ obj_scaling_factor: -1 }, /to maximize, call model\.maximize/],
    [{ constructor: 1 }, /unknown option 'constructor'/],
  ])('%j are refused in one line', (given, message) => {
    expect(() => adoptIpoptOptions(given)).toThrow(message);
    expect(() => adoptIpoptOptions(given)).toThrow(InputError);
  });

  it('are read from a command line under their types', () => {
    expect(parseInteriorPointOption('linear_solver', 'MA57')).toBe('ma57');
    expect(parseInteriorPointOption('alpha_for_y', 'acceptor')).toBe('acceptor');
    expect(parseInteriorPointOption('max_cpu_time', '1d2')).toBe(100);
    expect(() => parseInteriorPointOption('ma57_pivtol', 'x')).toThrow(/'ma57_pivtol' must be a real number/);
    expect(() => parseInteriorPointOption('linear_solvr', 'x')).toThrow(/did you mean 'linear_solver'/);
  });

  const model = (): Model => {
    const m = new Model('square');
    const x = m.variable('x', { start: 3 });
    m.minimize(power(x, 2));
    return m;
  };

  it.each([
    ['solve', solve],
    ['solveHere', solveHere],
  ])('do not end %s, and are remarked on', async (_, how) => {
    const remarks: string[] = [];
    const onRemark = (remark: string): void => void remarks.push(remark);
    const { status } = await how(model(), {
      ipopt: { linear_solver: 'ma57' },
      ...{ print_level: 5 },
      onRemark,
    });
    expect(status).not.toBe('invalid-problem');
    expect(remarks).toEqual([
      'interior-point: options of Ipopt without a meaning here, ignored: print_level, linear_solver',
    ]);
    await how(model(), { tol: 1e-6, onRemark });
    expect(remarks).toHaveLength(1);
    // @ts-expect-error an option that nobody has
    await expect(how(model(), { linear_solvr: 'ma57' })).rejects.toThrow(/did you mean 'linear_solver'/);
  });

  it('are remarked on by a warning of the process where nobody listens', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await solveHere(model(), { ipopt: { hsllib: 'libhsl.so' } });
    expect(warn).toHaveBeenCalledWith(
      'interior-point: options of Ipopt without a meaning here, ignored: hsllib',
    );
    warn.mockRestore();
  });
});
