import { describe, expect, it } from 'vitest';
import { Allowance } from '../../api/allowance.js';
import { solveContinued } from '../../api/continuation.js';
import { type Stage, type Staged, Stages } from '../../api/stages.js';
import { Model, network } from '../../index.js';
import { Limits } from '../../src/core/limits.js';
import { continuedKinks } from '../../src/formulate/index.js';
import type { Statement } from '../../src/model/statement.js';
import type { Status } from '../../src/nlp/result.js';
import { Graph } from '../formulate/networks.js';

/** A model with one ReLU in full space. */
function stated() {
  const graph = new Graph();
  const hidden = graph.elementwise(graph.affine(graph.input(1), 3), { name: 'relu' });
  const net = graph.network(1, [graph.affine(hidden, 1)]);
  const model = new Model('one');
  const x = model.variables('x', 1, { lower: -1, upper: 1, start: 0.2 });
  const y = network(net, x, { formulation: 'full', relu: 'continuation' });
  model.minimize(y.at(0));
  return { statement: model.statement() as Statement, kinks: continuedKinks(model)!.kinks };
}

/** ε of a stage; undefined where pieces are held. */
const relaxationOf = ({ statement }: Stage, row: number): number | undefined =>
  Number.isFinite(statement.rows.upper[row]!) ? statement.rows.upper[row] : undefined;

/** Runs the continuation where a script says how each solve ends. */
async function run(
  end: (ε: number | undefined, count: number) => Status,
  objective: (count: number) => number = () => 1,
) {
  const { statement, kinks } = stated();
  const product = kinks[0]!.parts[0]!.product;
  const seen: (number | undefined)[] = [];
  const told: string[] = [];
  const stages = new Stages<Staged>(
    async (stage) => {
      const ε = relaxationOf(stage, product);
      seen.push(ε);
      const n = statement.variables.start.length;
      const result = {
        status: end(ε, seen.length),
        objective: objective(seen.length),
        x: statement.variables.start.slice(),
        constraints: new Float64Array(statement.rows.lower.length).fill(1),
        multipliers: {
          constraints: new Float64Array(statement.rows.lower.length),
          lower: new Float64Array(n),
          upper: new Float64Array(n),
        },
        errors: { primal: 0, dual: 0, complementarity: 0 },
        iterations: 1,
        evaluations: {},
        seconds: { total: 0, build: 0, oracle: 0, linear: 0, other: 0 },
      };
      return { solved: { result, oracles: [] } } as unknown as Staged;
    },
    new Allowance(3000, new Limits({})),
  );
  const last = await solveContinued({
    statement,
    kinks,
    tol: 1e-8,
    warmStart: undefined,
    stages,
    tell: (line) => told.push(line),
  });
  return { seen, told, last };
}

describe('continuation', () => {
  it('drives the products down to the tolerance, then holds the pieces', async () => {
    const { seen, told } = await run(() => 'optimal');
    const driven = seen.filter((ε): ε is number => ε !== undefined);
    expect(driven).toEqual([...driven].sort((a, b) => b - a));
    expect(driven.at(-1)).toBe(1e-8);
    expect(seen.at(driven.length)).toBeUndefined();
    expect(told).toEqual([expect.stringMatching(/^3 kinks held on their pieces/)]);
  });

  it('takes smaller steps where one fails', async () => {
    const plain = (await run(() => 'optimal')).seen as number[];
    let failed = false;
    const { seen, told } = await run((ε) => {
      if (ε !== plain[1] || failed) return 'optimal';
      failed = true;
      return 'infeasible';
    });
    const between = seen[2]!;
    expect(between).toBeGreaterThan(plain[1]!);
    expect(between).toBeLessThan(plain[0]!);
    expect(seen[3]).toBe(plain[1]);
    expect(told[0]).toMatch(/held on their pieces/);
  });

  it('says so where no pieces can be held, and gives the last point that was solved', async () => {
    const { told, last } = await run((ε) => (ε === undefined ? 'infeasible' : 'optimal'));
    expect(told).toEqual([
      expect.stringMatching(/no solve with pieces held succeeded.*may be off the network/),
    ]);
    expect(last.solved.result.status).toBe('optimal');
  });

  it('ends at once where a limit does', async () => {
    const { seen, last } = await run((_, count) => (count === 2 ? 'time-limit' : 'optimal'));
    expect(seen).toHaveLength(2);
    expect(last.solved.result.status).toBe('time-limit');
  });

  it('keeps the point before where a limit comes while the next solve is built', async () => {
    const { last } = await run(
      (_, count) => (count === 2 ? 'time-limit' : 'optimal'),
      (count) => (count === 2 ? Number.NaN : 7),
    );
    expect(last.solved.result).toMatchObject({ status: 'time-limit', objective: 7 });
  });
});
