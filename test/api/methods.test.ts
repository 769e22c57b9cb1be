import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  add,
  Budget,
  InputError,
  loadNetwork,
  Model,
  ocp,
  openOracle,
  opf,
  power,
  prepare,
  qpLayer,
  readMatpower,
  subtract,
  sum,
} from '../../index.js';
import { modelFolder } from '../../models/index.js';

// biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may pass
type Anything = any;

function small() {
  const model = new Model('small');
  const x = model.variables('x', 2, { lower: -1, upper: 1, start: 0.5 });
  const p = model.parameter('p', 1);
  const row = model.constrain(add(x.at(0), x.at(1)), { lower: -1, name: 'c' });
  model.minimize(sum([...x].map((v) => power(subtract(v, p), 2))));
  return { model, x, p, row };
}

const lost = new Float64Array(2);
structuredClone(lost.buffer, { transfer: [lost.buffer] });
const mine = new Error('mine');
const throws = (): never => {
  throw mine;
};

/** What plain JavaScript may pass; what a getter or a proxy of the caller throws reaches the caller. */
const nonsense: readonly Anything[] = [
  ...[undefined, null, '1000', '', true, 1n, Number.NaN, Infinity, -1, 0, 1, 1.5, 2 ** 53, 'x', 'c', 'p'],
  ...[{}, [], [1], [1, 2], new Array(2), ['a'], [{}], () => 1, Symbol('s'), new Date(0), Object.create(null)],
  ...[
    new Map(),
    new Set([1]),
    new Proxy({}, {}),
    new Uint8Array(3),
    new Float64Array(2),
    new BigInt64Array(2),
  ],
  ...[Object.freeze({}), Object.freeze([1, 2]), new (class extends Array<number> {})(1, 2), lost],
  ...[new Float64Array(new SharedArrayBuffer(16)), new DataView(new ArrayBuffer(8)), { x: 1 }, { p: '2' }],
  Object.defineProperty({}, 'lower', { get: throws, enumerable: true }),
  new Proxy([1, 2], { get: throws }),
  [['p', 1]],
  [[1, 2]],
];

const grid = readMatpower(join(import.meta.dirname, '../grid/three-buses.m'));
const own = small();
const prepared = await prepare(own.model);
const solution = await prepared.solve();
const layer = qpLayer({ n: 2, p: 1 });
layer.forward({ Q: [[1, 0], [0, 1]], q: [1, 1], G: [[1, 1]], h: [1] }); // biome-ignore format: one program
const oracle = await openOracle(await loadNetwork(modelFolder('scopf-nine-buses')), { engine: 'wasm' });
const control = ocp({
  states: { a: { initial: 1 } },
  controls: { u: { lower: -1, upper: 1 } },
  horizon: { steps: 3 },
  dynamics: (_, { u }) => ({ a: u }),
});

/** Everything with methods, made anew for each call where calls change it. */
const objects: Record<string, () => Anything> = {
  model: () => small().model,
  variables: () => small().x,
  variable: () => small().x.at(0),
  parameter: () => small().p,
  row: () => small().row,
  'prepared model': () => prepared,
  solution: () => solution,
  layer: () => layer,
  oracle: () => oracle,
  values: () => solution.value(own.x),
  'optimal control': () => control,
  budget: () => new Budget(),
  'power flow': () => opf(grid),
};

/** Methods that are internal, end the object, or belong to JavaScript. */
const apart =
  /^(constructor|dispose|close|toString|toJSON|valueOf|open|withdraw|change|assign|columnName|picked)$/;

function methodsOf(object: Anything): string[] {
  const names = new Set<string>();
  const ends = [Object.prototype, Array.prototype, null];
  for (let at = object; !ends.includes(at); at = Object.getPrototypeOf(at))
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)) as Anything)
      if (typeof value === 'function' && !apart.test(name)) names.add(name);
  return [...names];
}

afterAll(async () => {
  oracle.dispose();
  await prepared.dispose();
});

describe('every method refuses nonsense in one line, or takes it', () => {
  it.each(
    Object.entries(objects).flatMap(([what, make]) =>
      methodsOf(make()).map((name) => [what, name, make] as const),
    ),
  )('%s: %s', async (what, name, make) => {
    const wrong = new Set<string>();
    const attempt = async (...args: Anything[]): Promise<void> => {
      try {
        await make()[name](...args);
      } catch (error) {
        if (error === mine) return;
        if (!(error instanceof InputError) || /\p{Cc}/u.test(error.message)) wrong.add(String(error));
      }
    };
    for (const value of nonsense) {
      await attempt(value);
      // Each solves; the options of a solve are looked at elsewhere.
      if (what === 'prepared model') continue;
      for (const first of [own.x.at(0), 'q', [1, 2], value]) await attempt(first, value);
      await attempt('z', 2, value);
    }
    expect([...wrong]).toEqual([]);
  });
});

it('names of models are text', () => {
  for (const value of nonsense.filter((own) => typeof own !== 'string'))
    expect(() => modelFolder(value)).toThrow(InputError);
});
