import { describe, expect, it } from 'vitest';
import {
  Budget,
  type Expression,
  Model,
  multiply,
  opf,
  power,
  prepare,
  readMatpower,
  readNl,
  sin,
  solve,
  solveHere,
  sum,
  writeNl,
} from '../../index.js';
import { assemble } from '../../src/nlp/assemble.js';

const n = 40;
type X = readonly Expression[];
/** Functions of few nodes whose derivatives are dense. */
const dense: Record<string, (x: X, model: Model) => Expression> = {
  'a square of a sum': (x) => power(sum(x), 2),
  'a product of all': (x) => x.reduce((a, b) => multiply(a, b)),
  'a function of all': (x) => sin(x.reduce((a, b) => multiply(a, b))),
  'a nested chain': (x) => x.reduce((a, b) => sin(sum([a, b]))),
  'all pairs': (x) => sum(x.flatMap((a, i) => x.slice(i + 1).map((b) => multiply(a, b)))),
  'rows of one sum': (x, model) => {
    const all = sin(sum(x));
    for (const v of x) model.constrain(sin(sum([all, v])), { upper: 3 });
    return x[0]!;
  },
};

function modelOf(name: string): Model {
  const model = new Model('dense');
  model.minimize(dense[name]!([...model.variables('x', n, { start: 0.5 })], model));
  return model;
}

describe.each(Object.keys(dense))('the budget of derivatives: %s', (name) => {
  it('refuses the Hessian before it is had, in one line that names the limit', async () => {
    const limits = { hessian: 700 };
    const refused = /^dense: [\d,]+ terms of the Hessian of a problem; at most 700 .*limits: \{ hessian \}/;
    await expect(solveHere(modelOf(name), { limits })).rejects.toThrow(refused);
    await expect(solveHere(modelOf(name), { limits: { hessian: 1e5 }, max_iter: 1 })).resolves.toBeDefined();
  });

  it('assembles by the defaults', () => {
    const { hessian } = assemble(modelOf(name).problem());
    expect(hessian.nonzeros).toBeGreaterThan(n);
  });
});

it('refuses one block that takes long to factor, in one line that names the limit', () => {
  for (const name of ['a square of a sum', 'a product of all', 'a function of all'])
    expect(() => assemble(modelOf(name).problem(), [], undefined, new Budget({ block: 30 })), name).toThrow(
      /^dense: 40 variables of one dense block of the Hessian.*limits: \{ block \}/,
    );
});

it.each([solve, prepare, solveHere])('%o takes the limits', async (run) => {
  await expect(run(modelOf('a square of a sum'), { limits: { hessian: 700 } })).rejects.toThrow(
    /820 terms of the Hessian/,
  );
  await expect(run(modelOf('rows of one sum'), { limits: { jacobian: 60 } })).rejects.toThrow(
    /terms of the Jacobian of a problem; at most 60/,
  );
});

it('refuses rows of which each holds a long sum while they are taken apart', () => {
  const model = new Model('long');
  const x = model.variables('x', n);
  const all = sin(sum(x));
  for (let i = 0; i < n; i++) model.constrain(sum([all, sum(x)]), { upper: i });
  model.minimize(x.at(0));
  expect(() => writeNl(model, { limits: { jacobian: 200 } })).toThrow(/^long: .*terms of the Jacobian/);
  const { nl } = writeNl(model);
  const file = readNl(new TextEncoder().encode(nl), { limits: { jacobian: 200 } });
  expect(() => file.problem).toThrow(/terms of the Jacobian/);
});

it('refuses a dense quadratic of 10,000 variables as it stands', async () => {
  const model = new Model('large');
  model.minimize(power(sum(model.variables('x', 10_000)), 2));
  await expect(solveHere(model)).rejects.toThrow(/^large: 50,005,000 terms of the Hessian/);
});

it('lets a grid through', () => {
  const { model } = opf(readMatpower(new URL('../grid/three-buses.m', import.meta.url).pathname));
  expect(assemble(model.problem()).hessian.nonzeros).toBeGreaterThan(0);
});
