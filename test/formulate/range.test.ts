import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import {
  isSolved,
  loadNetwork,
  Model,
  type NetworkOptions,
  network,
  power,
  type Solution,
  setTrainingRange,
  solveHere,
  subtract,
  sum,
  trainingRange,
} from '../../index.js';
import { Graph } from './networks.js';

const folder = mkdtempSync(join(tmpdir(), 'graybox-range-'));
afterAll(() => rmSync(folder, { recursive: true }));

const made = () => {
  const graph = new Graph();
  return graph.network(4, [graph.elementwise(graph.affine(graph.input(4), 3), { name: 'tanh' })]);
};

/** Least distance of x from `goal`, with a network that says nothing about it. */
async function nearest(
  net: ReturnType<typeof made>,
  goal: readonly number[],
  remarks: string[],
  options: NetworkOptions = {},
): Promise<Solution> {
  const model = new Model('near');
  const x = model.variables('x', 4, { start: 0.1 });
  network(net, x, options);
  model.minimize(sum([...x].map((v, k) => power(subtract(v, goal[k]!), 2))));
  return solveHere(model, { onRemark: (line) => remarks.push(line) });
}

describe('the training range of a network', () => {
  const goal = [0.5, -0.5, 0.25, 5.2];
  const samples = [
    [0, 0, 0, 0],
    [1, -1, 1, 2],
  ];

  it('tells which inputs lie outside, how far, and the nearest sample', async () => {
    const net = made();
    const remarks: string[] = [];
    await nearest(net, goal, remarks);
    expect(remarks.join()).not.toContain('training');
    setTrainingRange(net, { lower: [0, -1, 0, 0], upper: [1, 0, 1, 1], samples });
    const solution = await nearest(net, goal, remarks);
    expect(isSolved(solution.status)).toBe(true);
    const lines = remarks.filter((line) => line.includes('training'));
    expect(lines).toEqual([
      "warning: network 'net': x[3] is 4.2 × outside the training range; the nearest sample is number 1, 3.2 ranges away in its farthest input: y is extrapolated",
    ]);
  });

  it('is kept where that is asked for, also in the units of a formula', async () => {
    const net = made();
    setTrainingRange(net, { lower: [0, -1, 0, 0], upper: [1, 0, 1, 1] });
    const remarks: string[] = [];
    const solution = await nearest(net, goal, remarks, { range: 'keep' });
    expect(solution.x[3]).toBeCloseTo(1, 6);
    expect(solution.x[0]).toBeCloseTo(0.5, 6);
    expect(remarks.join()).not.toContain('outside');
  });

  it('names an input that never moved', async () => {
    const net = made();
    setTrainingRange(net, { lower: [0, -1, 0, 2], upper: [1, 0, 1, 2] });
    const remarks: string[] = [];
    await nearest(net, goal, remarks);
    expect(remarks.join()).toContain('x[3] is 5.200, in training always 2.000');
  });

  it('comes with a card, and one that does not fit is noted', async () => {
    const model = fileURLToPath(new URL('../../models/scopf-nine-buses', import.meta.url));
    const net = await loadNetwork(model);
    const range = trainingRange(net)!;
    expect(range.lower).toHaveLength(net.inputSize);
    cpSync(model, join(folder, 'other'), { recursive: true });
    writeFileSync(join(folder, 'other', 'card.json'), JSON.stringify({ range: { lower: [0], upper: [1] } }));
    const other = await loadNetwork(join(folder, 'other'));
    expect(trainingRange(other)).toBeUndefined();
    expect(other.notes?.join()).toMatch(/ranges that do not fit/);
    writeFileSync(join(folder, 'other', 'card.json'), JSON.stringify({ range: { lower: 0, upper: 1 } }));
    expect(trainingRange(await loadNetwork(join(folder, 'other')))?.upper[1]).toBe(1);
    writeFileSync(join(folder, 'other', 'card.json'), JSON.stringify({ author: 'somebody' }));
    expect((await loadNetwork(join(folder, 'other'))).notes ?? []).toEqual(net.notes ?? []);
    // Neither what is none, nor ends that are exchanged, nor a pipe that nobody writes into, keeps a network from being read.
    for (const text of ['{', JSON.stringify({ range: { lower: 1, upper: 0 } })]) {
      writeFileSync(join(folder, 'other', 'card.json'), text);
      expect((await loadNetwork(join(folder, 'other'))).notes?.join()).toMatch(/its card is not used/);
    }
    rmSync(join(folder, 'other', 'card.json'));
    symlinkSync('/dev/zero', join(folder, 'other', 'card.json'));
    expect((await loadNetwork(join(folder, 'other'))).notes?.join()).toMatch(/a device, not a regular file/);
  });

  it('is refused where it does not fit, in one line', () => {
    const net = made();
    expect(() => setTrainingRange(net, { lower: [0], upper: [1] })).toThrow(
      /lower has 1 numbers, expected 4/,
    );
    expect(() => setTrainingRange(net, { lower: [0, 0, 0, 3], upper: [1, 1, 1, 1] })).toThrow(
      /lower\[3\] = 3/,
    );
    const x = new Model('m').variables('x', 4);
    expect(() => network(net, x, { range: 'keep' })).toThrow(/needs its training range/);
  });
});
