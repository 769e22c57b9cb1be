import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { add, exp, Model, multiply, network, power, solveHere, subtract, sumOfSquares } from '../../index.js';
import { Prepared } from '../../runtime/prepared.js';
import { programsOf } from '../../runtime/programs.js';
import { extractOnce } from '../../src/model/extract/again.js';
import { Graph } from '../formulate/networks.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const graph = new Graph();
const net = graph.network(2, [
  graph.affine(graph.elementwise(graph.affine(graph.input(2), 5), { name: 'tanh' }), 2),
]);

function stated() {
  const m = new Model('again');
  const p = m.parameter('p', 0.3);
  const x = m.variables('x', 6, { lower: -1, upper: 1, start: 0.1 });
  const y = network(net, x.slice(0, 2));
  m.minimize(add(sumOfSquares(subtract(x, p)), exp(multiply(0.2, y.at(0)))));
  const row = m.constrain(add(power(x.at(2), 2), x.at(3), y.at(1)), { upper: 0.4 });
  return { m, p, x, y, row };
}

describe('solving again', () => {
  it('takes an unchanged model apart once, with its bounds and starts of today', async () => {
    const { m, p, x } = stated();
    const first = extractOnce(m.statement());
    p.set(0.7);
    x.set({ upper: 0.5, start: 0.2 });
    const second = extractOnce(m.statement());
    expect(second.groups).toBe(first.groups);
    expect(second.linear).toBe(first.linear);
    expect(second.variables.upper[x.at(0).index]).toBe(0.5);
    expect(second.variables.start[x.at(5).index]).toBe(0.2);
    expect(second.variables.lower[p.index]).toBe(0.7);
    expect(first.variables.upper[x.at(0).index]).toBe(1);
    expect(second).toEqual(m.problem());
    m.scaling = { objective: 2 };
    expect(extractOnce(m.statement()).scaling).toEqual({ objective: 2 });
    // What changes the problem is taken apart anew.
    m.constrain(x.at(0), { lower: -0.5 });
    const third = extractOnce(m.statement());
    expect(third.groups).not.toBe(first.groups);
    m.minimize(sumOfSquares(x));
    expect(extractOnce(m.statement()).groups).not.toBe(third.groups);
    const [one, other] = [stated(), stated()];
    other.m.maximize(multiply(-1, sumOfSquares(other.x)));
    const [a, b] = [await solveHere(one.m), await solveHere(other.m)];
    expect(a.objective).not.toBe(b.objective);
  });

  it('does not make memory grow', async () => {
    const { m, p, x } = stated();
    const programs = programsOf(net, { kinks: 'refuse', through: 'keep', limits: undefined });
    const spec = { programs, engine: 'wasm', device: 'cpu', precision: 'f64' } as const;
    const prepared = await Prepared.open({
      problem: m.statement(),
      boxes: [{ kind: 'local', spec }],
      solver: 'interior-point',
    });
    const by = [{ column: p.index, links: [] }];
    const solve = async (k: number): Promise<void> => {
      p.set(0.3 * Math.sin(k));
      const { links: _, ...boxes } = m.boxes();
      const derivatives = k % 4 === 0 ? { derivatives: { forward: by, adjoint: [], by } } : {};
      const { result } = await prepared.solve({ ...boxes, ...derivatives });
      expect(result.status).toBe('optimal');
    };
    const held = (): number => {
      collect();
      const { heapUsed, external, arrayBuffers } = process.memoryUsage();
      return heapUsed + external + arrayBuffers;
    };
    const points: { k: number; bytes: number }[] = [];
    for (let k = 0; k < 800; k++) {
      await solve(k);
      if (k >= 300 && k % 50 === 0) points.push({ k, bytes: held() });
    }
    // The slope of a line through the samples, after code and buffers have found their size.
    const mean = (of: (point: (typeof points)[number]) => number): number =>
      points.reduce((total, point) => total + of(point), 0) / points.length;
    const [k0, bytes0] = [mean(({ k }) => k), mean(({ bytes }) => bytes)];
    const slope = mean(({ k, bytes }) => (k - k0) * (bytes - bytes0)) / mean(({ k }) => (k - k0) ** 2);
    expect(slope, `${slope} bytes a solve`).toBeLessThan(200);
    await prepared.dispose();
    expect(x.size).toBe(6);
  });
});
