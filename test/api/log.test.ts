import { describe, expect, it } from 'vitest';
import { type Iteration, Model, network, prepare, solve, solveHere, sumOfSquares } from '../../index.js';
import { Graph } from '../formulate/networks.js';

const graph = new Graph();
const net = graph.network(2, [
  graph.affine(graph.elementwise(graph.affine(graph.input(2), 5), { name: 'tanh' }), 3),
]);

function stated() {
  const m = new Model('logged');
  const x = m.variables('x', 2, { lower: -1, upper: 1, start: 0.9 });
  const points = [x, [x.at(1), 0.25]];
  const y = network(net, points);
  const full = network(net, x, { formulation: 'full', name: 'full' });
  m.minimize(sumOfSquares([...x, ...y, ...full]));
  return { m, x, y, full };
}

describe('what a solve tells', () => {
  it('is the table of the command, line by line', async () => {
    const { m } = stated();
    await using prepared = await prepare(m);
    const ways = [
      (log: (line: string) => void) => solve(m, { log }),
      (log: (line: string) => void) => solveHere(m, { log }),
      (log: (line: string) => void) => prepared.solve({ log }),
    ];
    for (const way of ways) {
      const lines: string[] = [];
      const s = await way((line) => void lines.push(line));
      const heading = lines.findIndex((line) => /^ *iter +objective +primal/.test(line));
      expect(lines.slice(0, heading).join('\n')).toContain(
        '(2 → 3, 33 parameters): reduced space, wasm on cpu in f64',
      );
      expect(lines.slice(0, heading).some((line) => line.endsWith('full space'))).toBe(true);
      expect(lines.length - heading - 2).toBe(s.iterations + 1);
      expect(lines.at(-1)).toMatch(/^optimal: .*; objective .*, \d+ iterations, [\d.]+ s$/);
      for (const line of lines) expect(line).not.toContain('\n');
    }
    await expect(solveHere(m, { log: 'yes' as never })).rejects.toThrow(/log is 'yes', not a function/);
  });

  it('holds the iterate on request', async () => {
    const { m } = stated();
    await using prepared = await prepare(m);
    for (const way of [
      (options: object) => solve(m, options),
      (options: object) => solveHere(m, options),
      (options: object) => prepared.solve(options),
    ]) {
      const rows: Iteration[] = [];
      const onIteration = (row: Iteration): void => void rows.push(row);
      const s = await way({ onIteration, iterates: true });
      expect(rows.length).toBe(s.iterations + 1);
      for (const { x } of rows) expect(x!.length).toBe(s.x.length);
      rows.at(-1)!.x!.forEach((value, j) => {
        expect(value).toBeCloseTo(s.x[j]!, 6);
      });
      expect(rows[0]!.x).not.toEqual(rows[1]!.x);
      rows.length = 0;
      await way({ onIteration });
      expect(rows.every(({ x }) => x === undefined)).toBe(true);
    }
  });

  it('of a network is its layers, who computed it and how often', async () => {
    const { m, x, y, full } = stated();
    const s = await solveHere(m);
    const report = s.network(y);
    expect(report).toMatchObject({
      uses: 2,
      formulation: 'reduced',
      inputs: 2,
      outputs: 3,
      parameters: 33,
      engine: 'wasm',
      device: 'cpu',
      precision: 'f64',
    });
    expect(report.layers.map(({ op }) => op)).toEqual(['input', 'affine', 'tanh', 'affine']);
    expect(report.oracle!.hessians).toBeGreaterThan(0);
    expect(report.error).toBeLessThan(1e-7);
    expect(s.network(y.at(1, 0)).uses).toBe(1);
    const rows = s.network(full);
    expect(rows.formulation).toBe('full');
    expect(rows.engine).toBeUndefined();
    expect(() => s.network(x)).toThrow(/no output of a network/);
  });
});
