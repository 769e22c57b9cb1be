import { describe, expect, it } from 'vitest';
import { shifted } from '../../api/shift.js';
import {
  add,
  concat,
  eq,
  InputError,
  Model,
  multiply,
  network,
  power,
  prepare,
  type SavedSolution,
  type Solution,
  solve,
  solveHere,
  subtract,
  sumOfSquares,
} from '../../index.js';
import { Graph } from '../formulate/networks.js';

const graph = new Graph();
/** 3 → tanh(8) → 2. */
const net = graph.network(3, [
  graph.affine(graph.elementwise(graph.affine(graph.input(3), 8), { name: 'tanh' }), 2),
]);

/** A controlled network over a horizon. */
function controlled(N = 12) {
  const m = new Model('controlled');
  const now = m.parameter('now', [2], [1, -1]);
  const s = m.variables('s', [N + 1, 2], { lower: -4, upper: 4 });
  const u = m.variables('u', [N, 1], { lower: -0.3, upper: 0.3 });
  const weights = m.variables('weights', 3, { lower: 0, upper: 1, start: 0.5 });
  const y = network(net, concat([s.slice(0, N), u], 1));
  m.subjectTo(eq(s.row(0), now), { name: 'begin' });
  const dynamics = m.subjectTo(eq(s.slice(1), add(multiply(0.8, s.slice(0, N)), y)), { name: 'dynamics' });
  m.minimize(
    add(sumOfSquares(s), multiply(0.1, sumOfSquares(u)), sumOfSquares(subtract(weights, [0.2, 0.4, 2]))),
  );
  return { m, now, s, u, y, weights, dynamics };
}

const count = async (m: Model, options: Parameters<typeof solveHere>[1]): Promise<number> => {
  const solution = await solveHere(m, options);
  expect(solution.status, solution.message).toBe('optimal');
  return solution.iterations;
};

describe('a warm start', () => {
  it('may be a solution', async () => {
    const { m, now } = controlled();
    const cold = await solveHere(m);
    expect(await count(m, { warmStart: cold })).toBeLessThanOrEqual(3);
    now.set([0.9, -0.8]);
    expect(await count(m, { warmStart: cold })).toBeLessThan(await count(m, {}));
    await using prepared = await prepare(m);
    const warm = await prepared.solve({ warmStart: cold });
    expect(warm.iterations).toBe(await count(m, { warmStart: cold }));
    expect((await solve(m, { warmStart: cold })).x).toEqual(warm.x);
  });

  it('moves along a horizon', async () => {
    const { m, s, u, y, weights, dynamics } = controlled(5);
    const cold = await solveHere(m);
    const names = {
      columns: cold.problem.variables.names,
      rows: cold.problem.rows.names,
      parameters: Int32Array.of(0, 1),
    };
    const { x, multipliers } = shifted({ x: cold.x, multipliers: cold.multipliers }, 1, names);
    const at = (one: { readonly index: number }): number => x![one.index]!;
    for (let t = 0; t <= 5; t++)
      for (const j of [0, 1]) expect(at(s.at(t, j))).toBe(cold.value(s.at(Math.min(t + 1, 5), j)));
    for (let t = 0; t < 5; t++) {
      const next = Math.min(t + 1, 4);
      expect(at(u.at(t, 0))).toBe(cold.value(u.at(next, 0)));
      for (const j of [0, 1]) {
        expect(at(y.at(t, j))).toBe(cold.value(y.at(next, j)));
        expect(multipliers!.constraints[dynamics.at(t, j).index]).toBe(cold.multiplier(dynamics.at(next, j)));
      }
      expect(multipliers!.lower[u.at(t, 0).index]).toBe(cold.multipliers.lower[u.at(next, 0).index]);
    }
    // What is no horizon stays, and so do parameters.
    expect(weights.values(x!)).toEqual(weights.values(cold.x));
    expect(x!.slice(0, 2)).toEqual(cold.x.slice(0, 2));
    const back = shifted({ x: x! }, { by: -1, of: ['u'] }, names).x!;
    expect(back[u.at(2, 0).index]).toBe(cold.value(u.at(2, 0)));
    expect(back[s.at(2, 0).index]).toBe(at(s.at(2, 0)));
    // Networks in loops and in full space have their time first, too; rows without a name of their own count no time.
    const loose = [
      'y[0]/d[0]',
      'y[0]/d[1]',
      'y[1]/d[0]',
      'y[1]/d[1]',
      'row[0]',
      'row[1]',
      'row[2][0,0]',
      'row[2][1,0]',
    ];
    const moved = shifted({ x: Float64Array.from([0, 1, 2, 3, 4, 5, 6, 7]) }, 1, {
      columns: loose,
      rows: [],
      parameters: new Int32Array(0),
    });
    expect([...moved.x!]).toEqual([2, 3, 2, 3, 4, 5, 7, 7]);
  });

  it('moved along its horizon, takes fewer iterations in closed loop than none', async () => {
    const { m, s } = controlled();
    await using prepared = await prepare(m);
    let [warm, cold] = [0, 0];
    let before: Solution | undefined;
    let state = [1, -1];
    for (let step = 0; step < 6; step++) {
      const parameters = { now: state };
      const own = await prepared.solve({ parameters, ...(before && { warmStart: before, shift: 1 }) });
      const other = await prepared.solve({ parameters });
      expect(own.objective).toBeCloseTo(other.objective, 6);
      if (before) [warm, cold] = [warm + own.iterations, cold + other.iterations];
      before = own;
      state = [...own.value(s.row(1))].map((value, j) => value + 0.02 * Math.sin(step + j));
    }
    expect(warm).toBeLessThan(0.75 * cold);
  });

  it('may be a saved solution, of a changed model too', async () => {
    const { m, s, weights } = controlled();
    const cold = await solveHere(m);
    const text = JSON.stringify(cold);
    const saved = JSON.parse(text) as SavedSolution;
    expect(saved.status).toBe('optimal');
    expect(saved.objective).toBe(cold.objective);
    expect(saved.x['weights']).toEqual([...cold.value(weights)]);
    expect(saved.x['now']).toEqual([1, -1]);
    expect(text.length).toBeLessThan(25 * cold.x.length + 25 * cold.constraints.length + 1000);
    expect(await count(m, { warmStart: saved })).toBeLessThanOrEqual(3);
    // More variables than there were.
    const extra = m.variable('extra', { lower: -1, start: 0.3 });
    m.minimize(add(sumOfSquares(s), power(subtract(extra, 0.5), 2), sumOfSquares(weights)));
    const remarks: string[] = [];
    const told = { onRemark: (remark: string) => void remarks.push(remark) };
    const { gone: _, ...rest } = { gone: 1, ...saved.x };
    await count(m, { warmStart: { ...saved, x: rest }, ...told });
    expect(remarks).toEqual([]);
    await count(m, { warmStart: { ...saved, x: { ...rest, gone: 1 } }, ...told });
    expect(remarks).toEqual(["the saved solution names gone, unknown to model 'controlled': left out"]);
    // What is not finite is null and starts anew.
    expect(
      await count(m, { warmStart: { ...saved, x: { ...rest, weights: [null, 0.2, null] } } }),
    ).toBeGreaterThan(0);
  });

  it('that cannot be meant is refused in one line', async () => {
    const { m } = controlled(3);
    const { m: flat } = { m: new Model('flat') };
    flat.minimize(power(flat.variable('x'), 2));
    const cold = await solveHere(m);
    const saved = cold.toJSON();
    const refused: [Model, object, RegExp][] = [
      [m, { shift: 1 }, /shift: there is no warmStart to move/],
      [m, { warmStart: cold, shift: 0.5 }, /shift: 0.5 is no whole number/],
      [m, { warmStart: cold, shift: { by: 1, of: ['z'] } }, /there is no array 'z' with a time/],
      [m, { warmStart: cold, shift: { by: 1, of: 's' } }, /of is no list of names/],
      [flat, { warmStart: { x: [1] }, shift: 1 }, /no array of variables has a time/],
      [flat, { warmStart: cold }, /x of the warm start has \d+ entries, not 1/],
      [
        m,
        { warmStart: { ...saved, x: { s: [1, 2] } } },
        /x of 's' has 2 numbers, in model 'controlled' it has 8/,
      ],
      [m, { warmStart: { ...saved, x: { s: 'a' } } }, /x of 's' has 1 numbers/],
      [m, { warmStart: { model: 'controlled' } }, /the saved solution holds no x/],
      [m, { warmStart: 3 }, /warmStart: the options are 3/],
    ];
    for (const [model, options, message] of refused) {
      const error = await solveHere(model, options).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(InputError);
      expect((error as Error).message).toMatch(message);
    }
  });
});
