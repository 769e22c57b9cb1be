import { join } from 'node:path';
import {
  add,
  isSolved,
  Model,
  power,
  readJson,
  readMatpower,
  readSavedPoint,
  type Solution,
  type StartFrom,
  solveHere,
  solveOpf,
  sum,
} from '../../index.js';
import { packageRoot } from '../../scenarios/data.js';
import { pick, whole } from '../read/random.js';
import { greedyJson, jsonFile } from './json-file.js';

interface Generated {
  readonly model: Model;
  readonly answer: Solution;
}

/** `min Σ (xᵢ − cᵢ)² + y²  s.t.  Σ x = t, x ≤ 1`: one answer from any start. */
async function generate(random: () => number): Promise<Generated> {
  const c = Array.from({ length: 2 + whole(random, 4) }, () => 2 * random() - 1);
  const model = new Model('saved');
  const x = model.variables('x', [c.length], { upper: 1 });
  const y = model.variable(pick(random, ['y', '__proto__', 'toString', 'y\u001b[2J']), {
    lower: -5,
    upper: 5,
  });
  model.constrain(sum([...x]), { equals: 2 * random() - 1 });
  model.minimize(add(sum([...x].map((v, k) => power(add(v, -c[k]!), 2))), power(y, 2)));
  return { model, answer: await solveHere(model) };
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(b));

/** Saved solutions that a later solve starts from. */
export const saved = jsonFile<Generated>({
  name: 'solution',
  file: 'solution.json',
  generate,
  json: ({ answer }) => JSON.parse(JSON.stringify(answer)),
  greedy: (random) => greedyJson(random, pick(random, ['x', 'multipliers', 'model', 'status'])),
  async use(path, expected, { model, answer }) {
    const remarks: string[] = [];
    const warmStart = readJson(path) as StartFrom;
    const again = await solveHere(model, { warmStart, onRemark: (line) => remarks.push(line) });
    if (expected && (again.status !== 'optimal' || remarks.length > 0))
      throw new Error(`a sound start ends as ${again.status}; ${remarks.join()}`);
    if (!isSolved(again.status)) return again.status;
    if (!near(again.objective, answer.objective))
      throw new Error(`${again.status} at ${again.objective}, not ${answer.objective}`);
    return expected ? 'right' : remarks.length > 0 ? 'left out' : 'optimal';
  },
});

interface GridResult {
  readonly solution: Readonly<Record<string, number>>;
  readonly multipliers: unknown;
  readonly objective: number;
}

const grid = readMatpower(join(packageRoot, 'test', 'grid', 'three-buses.m'));
let result: GridResult | undefined;

/** Results of grids that `--start` names. */
export const savedPoint = jsonFile<GridResult>({
  name: 'grid-result',
  file: 'result.json',
  async generate() {
    if (result) return result;
    const { solution, opf } = await solveOpf(grid);
    const { names } = opf.model.statement().variables;
    const { constraints, lower, upper } = solution.multipliers;
    result = {
      solution: Object.fromEntries(names.map((name, k) => [name, solution.x[k]!])),
      multipliers: { constraints: [...constraints], lower: [...lower], upper: [...upper] },
      objective: solution.objective,
    };
    return result;
  },
  json: (generated) => generated,
  greedy: (random) => greedyJson(random, pick(random, ['solution', 'multipliers'])),
  async use(path, expected, { objective }) {
    const { solution } = await solveOpf(grid, { start: readSavedPoint(path), max_iter: 300 });
    if (expected && solution.status !== 'optimal')
      throw new Error(`a sound start ends as ${solution.status}`);
    if (!isSolved(solution.status)) return solution.status;
    if (!near(solution.objective, objective)) throw new Error(`${solution.objective}, not ${objective}`);
    return expected ? 'right' : 'optimal';
  },
});
