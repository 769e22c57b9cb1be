import { describe, expect, it } from 'vitest';
import {
  add,
  evaluate,
  InputError,
  le,
  multiply,
  negate,
  ocp,
  power,
  prepare,
  sin,
  solveHere,
  subtract,
} from '../../index.js';
import { Graph } from '../formulate/networks.js';

describe('optimal control', () => {
  it('moves a mass in the least time, bang and bang', async () => {
    // From rest to rest over distance 1 with |a| ≤ 1: T = 2.
    const problem = ocp({
      states: { x: { initial: 0, final: 1 }, v: { initial: 0, final: 0 } },
      controls: { a: { lower: -1, upper: 1 } },
      horizon: { steps: 20, duration: { lower: 0.5, upper: 10, start: 3 } },
      dynamics: ({ v }, { a }) => ({ x: v, v: a }),
      terminal: (_, T) => T,
    });
    const s = await solveHere(problem.model);
    expect(s.status, s.message).toBe('optimal');
    expect(s.value(problem.duration)).toBeCloseTo(2, 5);
    const { t, states, controls } = problem.trajectory(s);
    expect(t.length).toBe(21);
    expect(t.at(-1)).toBeCloseTo(2, 5);
    expect(states.x[10]).toBeCloseTo(0.5, 4);
    expect(controls.a[0]).toBeCloseTo(1, 4);
    expect(controls.a.at(-1)).toBeCloseTo(-1, 4);
    expect(problem.dynamics.x.size).toBe(20);
  });

  it.each(['rk4', 'trapezoidal', 'euler'] as const)('follows its dynamics: %s', async (integrator) => {
    // A pendulum let go: no control, no cost; against steps of the same integrator, a hundred times finer.
    const problem = ocp({
      states: { θ: { initial: 1 }, ω: { initial: 0 } },
      controls: {},
      horizon: { steps: 40, duration: 2 },
      integrator,
      dynamics: ({ θ, ω }) => [ω, negate(sin(θ))],
    });
    const s = await solveHere(problem.model);
    const { states } = problem.trajectory(s);
    let [θ, ω] = [1, 0];
    for (let k = 0; k < 4000; k++) {
      const h = 2 / 4000;
      const [a, b] = [θ + (h / 2) * ω, ω - (h / 2) * Math.sin(θ)];
      [θ, ω] = [θ + h * b, ω - h * Math.sin(a)];
    }
    const digits = { rk4: 6, trapezoidal: 3, euler: 1 }[integrator];
    expect(Math.abs(states.θ.at(-1)! - θ)).toBeLessThan(10 ** -digits);
    expect(Math.abs(states.ω.at(-1)! - ω)).toBeLessThan(10 ** -digits);
  });

  it('takes time, costs and constraints', async () => {
    const problem = ocp({
      states: { x: { initial: 0 } },
      controls: { u: {} },
      horizon: { steps: 10, duration: 1 },
      dynamics: (_, { u }, t) => [add(u, multiply(2, t))],
      cost: ({ x }, { u }) => add(power(u, 2), multiply(0.1, power(x, 2))),
      terminal: ({ x }) => multiply(10, power(subtract(x, 2), 2)),
      constraints: (_, { u }) => le(u, 0.5),
    });
    const s = await solveHere(problem.model);
    const { controls, states } = problem.trajectory(s);
    for (const u of controls.u) expect(u).toBeLessThan(0.5 + 1e-6);
    // Without control x(1) = ∫ 2t = 1; with u = 0.5 it is 1.5.
    expect(states.x.at(-1)).toBeCloseTo(1.5, 4);
  });

  it('runs in closed loop on a network, warm', async () => {
    const graph = new Graph();
    const net = graph.network(3, [
      graph.affine(graph.elementwise(graph.affine(graph.input(3), 8), { name: 'tanh' }), 2),
    ]);
    const problem = ocp({
      name: 'loop',
      states: { p: { initial: 0.5, lower: -3, upper: 3 }, q: { initial: -0.5, lower: -3, upper: 3 } },
      controls: { u: { lower: -1, upper: 1 } },
      horizon: { steps: 8 },
      dynamics: net,
      cost: ({ p, q }, { u }) => add(power(p, 2), power(q, 2), multiply(0.1, power(u, 2))),
    });
    await using prepared = await prepare(problem.model);
    let state = [0.5, -0.5];
    let before: Awaited<ReturnType<typeof prepared.solve>> | undefined;
    for (let k = 0; k < 3; k++) {
      const s = await prepared.solve({
        parameters: { initial: state },
        ...(before && { warmStart: before, shift: 1 }),
      });
      expect(s.status).toBe('optimal');
      const { states, controls } = problem.trajectory(s);
      const next = evaluate(net, [...state, controls.u[0]!]);
      expect(states.p[1]).toBeCloseTo(next[0]!, 6);
      expect(states.q[1]).toBeCloseTo(next[1]!, 6);
      state = [...next];
      before = s;
    }
    const svg = problem.plot(before!);
    expect(svg).toMatch(/^<svg xmlns/);
    expect(svg.match(/<polyline/g)!.length).toBe(3);
    expect(svg).not.toContain('NaN');
  });

  it('refuses what cannot be meant', () => {
    const base = {
      states: { x: {} },
      controls: { u: {} },
      horizon: { steps: 3 },
      dynamics: () => [0],
    };
    const graph = new Graph();
    const net = graph.network(3, [graph.affine(graph.input(3), 2)]);
    const refused: [object, RegExp][] = [
      [{ ...base, horizon: { steps: 0 } }, /horizon.steps is 0/],
      [{ ...base, states: {} }, /there is no state/],
      [{ ...base, dynamics: net }, /maps 3 to 2; 1 states and 1 controls need 2 to 1/],
      [{ ...base, dynamics: () => [] }, /one formula for each of the states x/],
      [{ ...base, dynamics: 3 }, /neither a function nor a network/],
      [{ ...base, integrator: 'rk5' }, /unknown integrator 'rk5'/],
      [{ ...base, horizon: { steps: 3, duration: -1 } }, /not above 0/],
      [{ ...base, states: { x: { initial: Number.NaN } } }, /initial of state 'x' is NaN/],
    ];
    for (const [options, message] of refused) {
      expect(() => ocp(options as never)).toThrow(InputError);
      expect(() => ocp(options as never)).toThrow(message);
    }
  });
});
