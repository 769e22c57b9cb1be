import { describe, expect, it } from 'vitest';
import {
  add,
  exp,
  InputError,
  Model,
  multiply,
  network,
  power,
  prepare,
  type Solution,
  solveHere,
  subtract,
  sum,
  sumOfSquares,
} from '../../index.js';
import { Graph } from '../formulate/networks.js';

const tight = { tol: 1e-11, bound_relax_factor: 0 };
const h = 1e-4;

const graph = new Graph();
/** 3 → tanh(6) → 2. */
const net = graph.network(3, [
  graph.affine(graph.elementwise(graph.affine(graph.input(3), 6), { name: 'tanh' }), 2),
]);

/** Parameters in the objective, in rows and their limits, as bounds and among a network's inputs; some bounds active. */
function stated(sense: 'minimize' | 'maximize') {
  const m = new Model(`${sense}d`);
  const p = m.parameter('p', [2], [0.3, -0.2]);
  const cap = m.parameter('cap', 0.25);
  const floor = m.parameter('floor', -0.1);
  const limit = m.parameter('limit', -0.3);
  const held = m.parameter('held', 0.7);
  const x = m.variables('x', 4, { lower: [-2, -2, floor, -2] as never, upper: [cap, 2, 2, 2] as never });
  const stuck = m.variable('stuck', { lower: held, upper: held });
  const y = network(net, [x.at(0), multiply(2, p.at(0)), x.at(1)]);
  const cost = add(
    sumOfSquares(subtract(x, [1, 0.5, -1, 0.2])),
    multiply(p.at(1), x.at(3)),
    multiply(0.3, exp(y.at(0))),
    multiply(stuck, x.at(1)),
    power(limit, 2),
  );
  if (sense === 'minimize') m.minimize(cost);
  else m.maximize(multiply(-2, cost));
  const below = m.constrain(add(x.at(1), x.at(3)), '<=', limit);
  const balance = m.constrain(add(x.at(3), y.at(1)), '=', multiply(p.at(0), 0.5));
  const slack = m.constrain(sum(x), { upper: 50 });
  const both = m.constrain(add(power(x.slice(0, 2), 2), p), { upper: 60 });
  return { m, p, cap, floor, limit, held, x, y, stuck, below, balance, slack, both };
}

type Stated = ReturnType<typeof stated>;

/** Everything that is differentiated, as one list. */
const told = ({ x, y, stuck, below, balance, slack, both, m }: Stated, s: Solution): number[] => {
  expect(s.status, s.message).toBe('optimal');
  expect(m.name).not.toBe('');
  return [
    ...s.value(x),
    ...s.value(y),
    s.value(stuck),
    s.value(multiply(x.at(0), x.at(1))),
    s.value(below),
    s.value(balance),
    s.value(slack),
    ...s.value(both),
    s.multiplier(below),
    s.multiplier(balance),
    s.multiplier(slack),
    ...s.reducedCosts(x),
    s.objective,
  ];
};

function close(found: readonly number[], above: readonly number[], below: readonly number[]): void {
  found.forEach((value, k) => {
    const difference = (above[k]! - below[k]!) / (2 * h);
    expect(Math.abs(value - difference), `entry ${k}: ${value}, ${difference}`).toBeLessThan(
      2e-4 * Math.max(1, Math.abs(difference)),
    );
  });
}

describe('the sensitivity of a solution', () => {
  it.each(['minimize', 'maximize'] as const)('is what solves nearby show: %s', async (sense) => {
    const stage = stated(sense);
    const { m, p, cap, floor, limit, held, x, y, stuck, below, balance, slack, both } = stage;
    const all = [p, cap, floor, limit, held];
    const cotangent = [
      [x, [1, -2, 0.5, 3]],
      [below, 0.7],
      [balance, -1.1],
    ] as const;
    const s = await solveHere(m, { ...tight, sensitivity: all, adjoint: cotangent });
    const d = s.sensitivity!;
    expect(d.reason).toBe('');
    expect(d.differentiable).toBe(true);
    // Active: the upper bound of x0, the lower one of x2, and the row below.
    expect(s.value(x.at(0))).toBeCloseTo(0.25, 6);
    expect(s.value(x.at(2))).toBeCloseTo(-0.1, 6);
    expect(Math.abs(s.multiplier(below))).toBeGreaterThan(0.01);
    for (const one of [...p, cap, floor, limit, held]) {
      const at = async (step: number): Promise<number[]> => {
        const value = m.start(one);
        one.set(value + step);
        const moved = told(stage, await solveHere(m, tight));
        one.set(value);
        return moved;
      };
      const found = [
        ...d.value(x, one),
        ...d.value(y, one),
        d.value(stuck, one),
        d.value(multiply(x.at(0), x.at(1)), one),
        d.value(below, one),
        d.value(balance, one),
        d.value(slack, one),
        ...d.value(both, one),
        d.multiplier(below, one),
        d.multiplier(balance, one),
        d.multiplier(slack, one),
        ...d.reducedCosts(x, one),
        d.optimum(one),
      ];
      const [above, under] = [await at(h), await at(-h)];
      close(found, above, under);
      // ℓ = wᵀx + … by the adjoint is the same product the other way round.
      const forward =
        [1, -2, 0.5, 3].reduce((total, w, k) => total + w * d.value(x.at(k), one), 0) +
        0.7 * d.multiplier(below, one) -
        1.1 * d.multiplier(balance, one);
      expect(s.adjoint!.gradient(one)).toBeCloseTo(forward, 7);
    }
    expect(d.value(x, p).shape).toEqual([4, 2]);
    expect(d.value(x, p).at(1, 1)).toBe(d.value(x.at(1), p.at(1)));
    expect(d.value(both, p).shape).toEqual([2, 2]);
    expect(() => d.value({ index: 0, name: 'nowhere' }, cap)).toThrow(/row 'nowhere' is not in the problem/);
    expect(() => d.multiplier({ index: 99, name: 'nowhere' }, cap)).toThrow(/row 'nowhere' is not/);
    expect(d.optimum(p).shape).toEqual([2]);
    expect(d.value(p, p).toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(d.value(add(p.at(0), multiply(3, cap)), cap)).toBe(3);
    expect(s.adjoint!.gradient(p).at(1)).toBe(s.adjoint!.gradient(p.at(1)));
  });

  it('is asked of prepared models after a solve, without solving again', async () => {
    const { m, p, cap, x } = stated('minimize');
    await using prepared = await prepare(m, tight);
    await expect(prepared.sensitivity(p)).rejects.toThrow(/solve the prepared model first/);
    const s = await prepared.solve({ parameters: { cap: 0.2 }, sensitivity: [p, cap] });
    const later = await prepared.sensitivity(cap);
    expect(later.value(x, cap).toArray()).toEqual(s.sensitivity!.value(x, cap).toArray());
    const near = await prepared.solve({ parameters: { cap: 0.2 + h }, warmStart: s });
    expect(later.optimum(cap)).toBeCloseTo((near.objective - s.objective) / h, 2);
    const { reason, ...adjoint } = await prepared.adjoint([[x, [0, 1, 0, 0]]]);
    expect(reason).toBe('');
    expect(adjoint).toBeDefined();
    // A bound that one solve alone replaces does not move with its parameter.
    const apart = await prepared.solve({ bounds: { x: { upper: [0.1, 2, 2, 2] } }, sensitivity: cap });
    expect([...apart.sensitivity!.value(x, cap)]).toEqual([0, 0, 0, 0]);
    const [one, two] = [prepared.solve(), prepared.sensitivity(cap)];
    await expect(two).rejects.toThrow(/is being solved again/);
    await one;
    expect((await prepared.sensitivity(cap)).differentiable).toBe(true);
  });

  it('tells where there is none', async () => {
    // At p = 0 the bound is active without a multiplier: x = max(p, 0).
    const m = new Model('weak');
    const p = m.parameter('p', 0);
    const x = m.variable('x', { lower: 0 });
    m.minimize(power(subtract(x, p), 2));
    const weak = (await solveHere(m, { sensitivity: p })).sensitivity!;
    expect(weak.differentiable).toBe(false);
    expect(weak.weaklyActive).toEqual(["variable 'x'"]);
    expect(weak.reason).toMatch(/a bound of variable 'x' is weakly active/);
    expect(weak.value(x, p)).toBeGreaterThan(0);
    expect(weak.value(x, p)).toBeLessThan(1);
    for (const value of [-1, 1]) {
      p.set(value);
      const strict = (await solveHere(m, { sensitivity: p })).sensitivity!;
      expect(strict.reason).toBe('');
      expect(strict.value(x, p)).toBeCloseTo(value > 0 ? 1 : 0, 6);
    }
    // A row likewise.
    const r = new Model('row');
    const q = r.parameter('q', 1);
    const [a, b] = r.variables('u', 2);
    r.minimize(add(power(subtract(a!, q), 2), power(b!, 2)));
    r.constrain(add(a!, b!), { upper: 1, name: 'weak' });
    expect((await solveHere(r, { sensitivity: q })).sensitivity!.weaklyActive).toEqual(["row 'weak'"]);
    q.set(0.5);
    expect((await solveHere(r, { sensitivity: q })).sensitivity!.weaklyActive).toEqual([]);
    // Many minimizers: no derivative at all.
    const flat = new Model('flat');
    const t = flat.parameter('t', 1);
    const [u, v] = flat.variables('u', 2);
    flat.minimize(power(subtract(add(u!, v!), t), 2));
    const none = (await solveHere(flat, { sensitivity: t, adjoint: [[u!, 1]] })).sensitivity!;
    expect(none.differentiable).toBe(false);
    expect(() => none.value(u!, t)).toThrow(/no isolated minimizer/);
    // No solution.
    flat.constrain(power(u!, 2), { upper: -1 });
    const failed = await solveHere(flat, { sensitivity: t, adjoint: [[u!, 1]] });
    expect(failed.sensitivity!.reason).toMatch(/status 'infeasible'/);
    expect(() => failed.adjoint!.gradient(t)).toThrow(InputError);
  });

  it('refuses what cannot be meant, in one line', async () => {
    const { m, p, x } = stated('minimize');
    const other = new Model('other').parameter('o', 1);
    const wrong: [object, RegExp][] = [
      [{ sensitivity: other }, /'o' is not of model 'minimized'/],
      [{ sensitivity: [x] }, /is no parameter; model.parameter makes one/],
      [{ sensitivity: 3 }, /its parameters is 3, not an array/],
      [{ adjoint: [[x, [1]]] }, /1 weights for the 4 entries of x\[4\]/],
      [{ adjoint: [[x, Number.NaN]] }, /the weight NaN is not a finite number/],
      [{ adjoint: [x] }, /give pairs/],
      [{ adjoint: [[p, 1]] }, /neither a variable nor a row/],
    ];
    for (const [options, message] of wrong) await expect(solveHere(m, options)).rejects.toThrow(message);
    const s = await solveHere(m, { sensitivity: p.at(0) });
    expect(() => s.sensitivity!.value(x, p.at(1))).toThrow(/'p\[1\]' is none of the parameters/);
    expect(s.adjoint).toBeUndefined();
  });
});
