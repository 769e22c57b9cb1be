import { describe, expect, it } from 'vitest';
import { dynamicsOf, type Grid, simulateLoss, solveHere, unitName } from '../../index.js';
import { nineBusDynamics, nineBuses } from '../../scenarios/scopf/nine-buses.js';
import { opf } from '../../src/grid/opf.js';

const grid = nineBuses();
const dynamics = dynamicsOf(grid, nineBusDynamics());

/** One unit that turns and one that is lost: 0.1 of 100 MVA. */
const two: Grid = {
  ...grid,
  units: [
    { ...grid.units[0]!, id: '1', MVA: 100, maxMW: 90 },
    { ...grid.units[0]!, id: '2', MVA: 100 },
  ],
};
const before = {
  outputs: new Map([
    ['1/1', 50],
    ['1/2', 10],
  ]),
  loadMW: 100,
};

/**
 * The lowest frequency of `2H ẇ = Δp_m − ΔP − D w`, `Δp_m = −(K/R)(1 + F T s)/(1 + T s) w` (Anderson & Mirheydar, A low-order
 * system frequency response model, 1990), by its poles.
 */
function closedForm(H: number, R: number, K: number, F: number, T: number, D: number, loss: number) {
  // T·2H w″ + (2H + T D + F T K/R) w′ + (D + K/R) w = −ΔP, w(0) = 0, w′(0) = −ΔP/2H.
  const [a, b, c] = [2 * H * T, 2 * H + T * (D + (F * K) / R), D + K / R];
  const settled = -loss / c;
  const decay = b / (2 * a);
  const ω = Math.sqrt(c / a - decay ** 2);
  // w = settled + e^{−decay·t}(A cos ωt + B sin ωt)
  const A = -settled;
  const B = (-loss / (2 * H) + decay * A) / ω;
  // w′ = e^{…}((ωB − decay A) cos − (ωA + decay B) sin) = 0
  const t = Math.atan2(ω * B - decay * A, ω * A + decay * B) / ω;
  const at = t < 0 ? t + Math.PI / ω : t;
  const lowest = settled + Math.exp(-decay * at) * (A * Math.cos(ω * at) + B * Math.sin(ω * at));
  return { lowest: 60 * (1 + lowest), at, settled: 60 * (1 + settled) };
}

describe('the frequency after a loss', () => {
  it('without lags and limits is the closed form', () => {
    const known = closedForm(4, 0.05, 0.95, 0.3, 8, 1, 0.1);
    expect(known.lowest).toBeCloseTo(59.350094, 6);
    expect(known.at).toBeCloseTo(2.368832, 6);
    const plain = dynamicsOf(two, { default: { H: 4, R: 0.05 / 0.95, F: 0.3, TRH: 8, TG: 0, TCH: 0 } });
    const course = simulateLoss(two, plain, before, ['1/2'], { valveLimits: false, seconds: 60 });
    expect(Math.abs(course.lowest - known.lowest)).toBeLessThan(1e-6);
    expect(course.lowestAt).toBeCloseTo(known.at, 3);
    expect(course.frequency.at(-1)).toBeCloseTo(known.settled, 3);
    expect(known.settled).toBeCloseTo(59.7, 6);
    const quick = dynamicsOf(two, { default: { H: 4, R: 0.05 / 0.95, F: 0.3, TRH: 8, TG: 0.001, TCH: 0 } });
    const near = simulateLoss(two, quick, before, ['1/2'], { valveLimits: false, step: 0.001 });
    expect(near.lowest).toBeCloseTo(59.349927, 5);
  });

  it('of nine buses at the optimum is what is known, at half the step too', async () => {
    const { model, state } = opf(grid);
    const solution = await solveHere(model, { bound_relax_factor: 0 });
    expect(solution.sizes).toMatchObject({ variables: 70, constraints: 82 });
    expect(solution.objective).toBeCloseTo(5296.6862, 4);
    const outputs = new Map(
      state.units.map(({ unit }, k) => [unitName(unit), 100 * solution.value(state.variables.p[k]!)]),
    );
    const known = [29.9329, 29.9329, 29.9329, 44.7735, 44.7735, 44.7735, 47.0937, 47.0937];
    for (const [k, MW] of [...outputs.values()].entries()) expect(MW).toBeCloseTo(known[k]!, 3);
    for (const [unit, lowest, at, slope] of [
      ['1/1', 59.55506, 2.36, -0.35677],
      ['2/1', 59.38431, 2.82, -0.43446],
      ['3/1', 59.35788, 2.85, -0.44787],
    ] as const) {
      const dispatch = { outputs, loadMW: 315 };
      const course = simulateLoss(grid, dynamics, dispatch, [unit]);
      expect(course.lowest).toBeCloseTo(lowest, 4);
      expect(Math.abs(course.lowestAt - at)).toBeLessThan(0.0101);
      expect(course.rateOfChange).toBeCloseTo(slope, 4);
      const half = simulateLoss(grid, dynamics, dispatch, [unit], { step: 0.005 });
      expect(Math.abs(half.lowest - course.lowest)).toBeLessThan(1e-6);
    }
  });

  it('falls farther where valves cannot open', () => {
    const dispatch = {
      ...before,
      outputs: new Map([
        ['1/1', 85],
        ['1/2', 10],
      ]),
    };
    const plain = dynamicsOf(two);
    const limited = simulateLoss(two, plain, dispatch, ['1/2']);
    const free = simulateLoss(two, plain, dispatch, ['1/2'], { valveLimits: false });
    expect(limited.lowest).toBeLessThan(free.lowest - 0.05);
  });

  it('refuses units that cannot be lost and dynamics that are none', () => {
    expect(() => simulateLoss(grid, dynamics, before, ['9/9'])).toThrow(/unit 9\/9 does not exist/);
    expect(() => simulateLoss(grid, dynamics, before, ['3/1'])).toThrow(/3\/1 is not in service/);
    const all = [...before.outputs.keys()];
    expect(() => simulateLoss(grid, dynamics, before, all)).toThrow(/no unit is left/);
    for (const [given, message] of [
      [{ default: { H: 0 } }, /unit 1\/1: H is 0; give a number > 0/],
      [{ default: { F: 2 } }, /F is 2; give a number ≥ 0 and ≤ 1/],
      [{ default: { X: 2 } }, /'default': 'X' is unknown; known are MVA, H/],
      [{ units: { '7/7': {} } }, /'units': '7\/7' is unknown/],
      [{ units: { '1/1': { R: 'x' } } }, /unit 1\/1: R is "x"/],
      [{ D: -1 }, /D is -1/],
      [[], /must be an object/],
    ] as const)
      expect(() => dynamicsOf(grid, given)).toThrow(message);
  });
});
