import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  add,
  assemble,
  atan2,
  compare,
  conditional,
  erf,
  exp,
  InputError,
  log,
  log1p,
  Model,
  maximum,
  minimum,
  multiply,
  network,
  power,
  quotient,
  readNl,
  readNlBytes,
  remainder,
  round,
  saveNl,
  sigmoid,
  sin,
  softplus,
  solveHere,
  subtract,
  sum,
  sumOfSquares,
  tanh,
  trunc,
  writeNl,
} from '../../index.js';
import type { Nlp } from '../../src/nlp/contract.js';
import { Graph, generator } from '../formulate/networks.js';
import { hockSchittkowski } from '../problems/hs/index.js';
import { tolerances } from '../tolerances.js';

const lines = (text: string): string[] => text.split('\n').slice(0, -1);

/** The model as a .nl file states it, with its names. */
function readBack(model: Model): Model {
  const { nl, col, row } = writeNl(model);
  const names = {
    variables: lines(col),
    constraints: lines(row).slice(0, -1),
    objectives: lines(row).slice(-1),
  };
  return readNlBytes(new TextEncoder().encode(nl), {}, { name: model.name, names: () => names }).model;
}

/** Values and derivatives by name: the order of variables and rows is the file's own. */
function told(nlp: Nlp, at: (name: string, k: number) => number): Map<string, number> {
  const columns = nlp.variables.names!;
  const rows = nlp.constraints.names!;
  const x = Float64Array.from(columns, at);
  const found = new Map<string, number>();
  const [g, f] = [new Float64Array(rows.length), new Float64Array(columns.length)];
  nlp.constraintValues(x, g);
  nlp.gradient(x, f);
  found.set('f', nlp.objective(x));
  rows.forEach((name, i) => {
    found.set(`${name} ≥`, nlp.constraints.lower[i]! - g[i]!);
    found.set(`${name} ≤`, nlp.constraints.upper[i]! - g[i]!);
  });
  columns.forEach((name, j) => {
    found.set(`∂f/∂${name}`, f[j]!);
    found.set(`${name} ≥`, nlp.variables.lower[j]!);
    found.set(`${name} ≤`, nlp.variables.upper[j]!);
    found.set(`${name} from`, nlp.variables.start[j]!);
  });
  const values = new Float64Array(nlp.jacobian.length);
  nlp.jacobianValues(x, values);
  nlp.jacobian.each(values, (i, j, value) => {
    const key = `∂${rows[i]}/∂${columns[j]}`;
    if (value !== 0) found.set(key, (found.get(key) ?? 0) + value);
  });
  return found;
}

function expectSame(model: Model): void {
  const random = generator(3);
  const shift = new Map<string, number>();
  const at =
    (nlp: Nlp) =>
    (name: string, k: number): number => {
      if (!shift.has(name)) shift.set(name, 0.01 * random());
      return nlp.variables.start[k]! + shift.get(name)!;
    };
  const [own, back] = [assemble(model.problem()), assemble(readBack(model).problem())];
  const wanted = told(own, at(own));
  const found = told(back, at(back));
  for (const [key, value] of wanted) {
    const other = found.get(key) ?? 0;
    const scale = tolerances.f64 * Math.max(1, Math.abs(value));
    if (Number.isFinite(value))
      expect(Math.abs(other - value), `${key}: ${value}, ${other}`).toBeLessThan(scale);
    else expect(Object.is(other, value), `${key}: ${value}, ${other}`).toBe(true);
  }
  expect(back.variables.names!.length).toBe(own.variables.names!.length);
  expect(back.constraints.names!.length).toBe(own.constraints.names!.length);
}

describe('a model as a .nl file', () => {
  it('reads back as the same problem: Hock–Schittkowski', () => {
    const refused: string[] = [];
    for (const { name, build } of hockSchittkowski)
      try {
        writeNl(build());
        expectSame(build());
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        expect(error.message).toMatch(/no function erf/);
        refused.push(name);
      }
    expect(refused).toEqual(['hs068', 'hs069']);
  });

  it('reads back with every operator, parameters, long sums and both senses', () => {
    const m = new Model('a model of all');
    const p = m.parameter('p', [2], [0.5, -1.25]);
    const x = m.variables('x', [3, 4], { lower: -2, upper: 3, start: 0.7 });
    const z = m.variable('z', { start: 1.5 });
    const free = m.variable('free', { lower: 0 });
    const long = sum([...x].map((v, k) => multiply(k + 1, sin(v))));
    m.maximize(
      add(exp(multiply(0.1, long)), sumOfSquares(subtract(x.row(0), z)), multiply(p.at(1), free), 3),
    );
    m.constrain(power(long, 2), { upper: 90, name: 'square' });
    m.constrain(add(multiply(z, long), log(add(z, 2)), 1), { lower: -8, upper: 80 });
    m.constrain(add(softplus(z), sigmoid(x.at(1, 1)), tanh(x.at(1, 2)), log1p(z)), { lower: -9 });
    m.constrain(add(maximum(z, x.at(2, 0), 0.2), minimum(x.at(2, 1), p.at(0)), atan2(z, 2)), { upper: 50 });
    m.constrain(conditional(compare(z, '<', 2), power(z, 3), exp(z)), { upper: 10 });
    m.constrain(add(remainder(z, 0.4), quotient(z, 0.4), round(z), trunc(z), z), { upper: 50 });
    m.constrain(add(free, multiply(2, x.at(0, 0))), { equals: 4, name: 'linear' });
    m.constrain(subtract(free, p.at(0)), { lower: 0 });
    expectSame(m);
    const { nl } = writeNl(m);
    expect(nl.split('\n')[0]).toBe('g3 1 1 0\t# problem a model of all');
    expect(nl).toContain('\nO0 1\n');
  });

  it('is solved by a reader of the file to the same optimum, networks in full space', async () => {
    const graph = new Graph();
    const net = graph.network(2, [
      graph.add(
        { kind: 'softmax' },
        [3],
        graph.affine(graph.elementwise(graph.affine(graph.input(2), 5), { name: 'tanh' }), 3),
      ),
    ]);
    const m = new Model('network');
    const x = m.variables('x', 2, { lower: -1, upper: 1, start: 0.1 });
    const y = network(net, x, { formulation: 'full' });
    m.constrain(y.at(0), { lower: 0.4 });
    m.minimize(sumOfSquares(x));
    expectSame(m);
    const folder = mkdtempSync(join(tmpdir(), 'graybox-'));
    try {
      saveNl(m, join(folder, 'network.nl'));
      expect(readdirSync(folder).sort()).toEqual(['network.col', 'network.nl', 'network.row']);
      const { model } = readNl(join(folder, 'network'));
      const [own, back] = [await solveHere(m), await solveHere(model)];
      expect(back.status).toBe('optimal');
      expect(Math.abs(back.objective - own.objective)).toBeLessThan(tolerances.widened);
      expect(back.value(model.find('x[1]') as never)).toBeCloseTo(own.value(x.at(1)), 6);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses what a file cannot state', () => {
    const graph = new Graph();
    const net = graph.network(2, [graph.elementwise(graph.affine(graph.input(2), 2), { name: 'tanh' })]);
    const m = new Model('gray');
    const x = m.variables('x', 2);
    m.minimize(sum(network(net, x)));
    expect(() => writeNl(m)).toThrow(/gray box.*formulation: 'full'/);
    const e = new Model('erf');
    e.minimize(erf(e.variable('x')));
    expect(() => writeNl(e)).toThrow(InputError);
    expect(() => saveNl(e, '')).toThrow(/is not the path of a file/);
  });
});
