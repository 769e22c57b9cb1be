import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as everything from '../../index.js';
import {
  add,
  assemble,
  bounds,
  checkNetwork,
  dense,
  derive,
  describe as describeNetwork,
  digest,
  dot,
  evaluate,
  fromTfjs,
  InputError,
  interiorPoint,
  linear,
  loadNetwork,
  Model,
  multistart,
  type Network,
  network,
  openOracle,
  openRuntime,
  opf,
  power,
  prepare,
  qpLayer,
  readJson,
  readKeras,
  readMatpower,
  readMatpowerText,
  readNl,
  readOnnx,
  readPsse,
  scopf,
  shutdown,
  solve,
  solveHere,
  solveMany,
  solveNl,
  solveOpf,
  solveQps,
  sum,
  weightsDigest,
  writeNl,
} from '../../index.js';
import { adversarialImage } from '../../scenarios/mnist/problem.js';
import { NetworkBuilder } from '../../src/network/build.js';

/** `y = tanh(x)`, of two numbers. */
const net: Network = (() => {
  const build = new NetworkBuilder('test', 'net');
  return build.finish([build.elementwise('t', build.input('x', [2]), { name: 'tanh' })]);
})();

const grid = readMatpower(join(import.meta.dirname, '../grid/three-buses.m'));

// biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may pass
type Anything = any;

/** A problem of two variables and one row, with what the caller changes. */
function small(): { model: Model; x: ReturnType<Model['variables']> } {
  const model = new Model();
  const x = model.variables('x', 2, { lower: -1, upper: 1, start: 0.5 });
  model.constrain(add(x.at(0), x.at(1)), { lower: -1 });
  model.minimize(sum([...x].map((v) => power(v, 2))));
  return { model, x };
}

const nlpOf = (change: (nlp: Anything) => Anything) => {
  const nlp = assemble(small().model.problem());
  return Object.assign(Object.create(Object.getPrototypeOf(nlp)), nlp, change(nlp));
};

/** What is no number anywhere. */
const noNumbers: readonly Anything[] = [
  '1000',
  '',
  null,
  true,
  1n,
  Number.NaN,
  {},
  () => 1,
  Symbol('s'),
  new Date(0),
  { valueOf: () => 1 },
  Object.create(null),
];
const noNumber: readonly Anything[] = [...noNumbers, [], ['1'], new Proxy({}, {})];
/** What is no array of two numbers anywhere. */
const noPair: readonly Anything[] = [
  ...noNumbers,
  // biome-ignore lint/suspicious/noSparseArray: holes are what is tested
  [1, ,],
  [1, undefined],
  [1, null],
  [1, '2'],
  [1, 2n],
  [1, [2]],
  [1, Number.NaN],
  [1],
  [1, 2, 3],
  new Array(2),
  new Float64Array(3),
  new BigInt64Array(2),
  new DataView(new ArrayBuffer(16)),
  new ArrayBuffer(16),
  new Set([1, 2]),
  { length: 2, 0: 1, 1: 2 },
  new Proxy([1, '2'], {}),
  ...[1, '1', null, undefined]
    .flatMap((first) => [1, '1', null, undefined].map((second) => [first, second]))
    .filter((pair) => pair.some((entry) => typeof entry !== 'number')),
];
const revoked = (() => {
  const { proxy, revoke } = Proxy.revocable([1, 2], {});
  revoke();
  return proxy;
})();

/** Every way in for a number; `null` and such are refused like text. */
const numbers: Record<string, (value: Anything) => unknown> = {
  'lower of a variable': (lower) => new Model().variable('x', { lower }),
  'upper of a variable': (upper) => new Model().variable('x', { upper }),
  'start of a variable': (start) => new Model().variable('x', { start }),
  'shape of variables': (shape) => new Model().variables('x', [2, shape]),
  'lower of a row': (lower) => small().model.constrain(1, { lower }),
  'upper of a row': (upper) => small().model.constrain(1, { upper }),
  'value of an equation': (equals) => small().model.constrain(1, { equals }),
  'number of rows': (count) => new Model().rows('r', count, { lower: 0 }),
  'a term': (value) => add(value, 1),
  'a term of a sum': (value) => sum([1, value]),
  'an exponent': (value) => power(small().x.at(0), value),
  'a factor of a dot product': (value) => dot([1, value], [1, 1]),
  'an objective': (value) => small().model.minimize(value),
  'the constant of linear': (value) => linear([1], [small().x.at(0)], value),
  'an index': (value) => small().x.at(value),
  'a block': (value) => small().model.block(value, 1),
  'a constant of a group': (value) =>
    small().model.group(([v], [c]) => power(add(v!, c!), 2), {
      columns: [[small().x.at(0)]],
      constants: [[value]],
    }),
  tol: (tol) => solveHere(small().model, { tol }),
  max_iter: (max_iter) => solveHere(small().model, { max_iter }),
  max_wall_time: (max_wall_time) => solveHere(small().model, { max_wall_time }),
  started: (started) => solveHere(small().model, { started }),
  'threads of an engine': (threads) => openOracle(net, { threads }),
  'threads of a runtime': (threads) => openRuntime({ threads }),
  'barrier of a warm start': (barrier) => solveHere(small().model, { warmStart: { barrier } }),
  'barrier given to the solver': (barrier) =>
    interiorPoint.solve(
      nlpOf(() => ({})),
      {},
      {},
      { barrier },
    ),
  'points of a check': (points) => checkNetwork(net, { points }),
  'directions of a check': (directions) => checkNetwork(net, { directions }),
  'seed of a check': (seed) => checkNetwork(net, { seed }),
  'ε of a smoothed kink': (smooth) => network(net, small().x, { relu: { smooth } }),
  'a limit of readers': (values) => derive(net, { limits: { derived: values } }),
  'objective of a file': (objective) => readNl(new Uint8Array(0), { objective }),
  'a probability': (probability) =>
    adversarialImage({ network: net, image: new Float64Array(784), target: 1, probability }),
  'scaling of the objective': (objective) => {
    const { model } = small();
    model.scaling = { objective };
    model.statement();
  },
};

/** Those in which undefined is "not given", so that it is no mistake. */
const lists: Record<string, (value: Anything) => unknown> = {
  'coefficients of linear': (value) => linear(value, [...small().x]),
  'bounds of the solver': (lower) =>
    interiorPoint.solve(nlpOf(({ variables }) => ({ variables: { ...variables, lower } }))),
  'start of the solver': (start) =>
    interiorPoint.solve(nlpOf(({ variables }) => ({ variables: { ...variables, start } }))),
  'x of a warm start': (x) => solveHere(small().model, { warmStart: { x } }),
  'x of a warm start given to the solver': (x) =>
    interiorPoint.solve(
      nlpOf(() => ({})),
      {},
      {},
      { x },
    ),
  'multipliers of a warm start': (lower) =>
    solve(small().model, {
      warmStart: { multipliers: { constraints: new Float64Array(1), lower, upper: lower } },
    }),
  'a point of an oracle': async (x) => {
    const oracle = await openOracle(net, { engine: 'wasm' });
    try {
      await oracle.value(x);
    } finally {
      oracle.dispose();
    }
  },
  'a point of an expression': (x) => {
    const { model, x: own } = small();
    return model.value(add(own.at(0), own.at(1)), x);
  },
  'constants of a group': (value) => {
    const { model, x } = small();
    model.group(([v], [c]) => power(add(v!, c!), 2), { columns: [[x.at(0), x.at(1)]], constants: [value] });
  },
  'scaling of variables': (variables) => {
    const { model } = small();
    model.scaling = { objective: 1, variables };
    model.statement();
  },
};

/** A number for all, or an array with one each. */
const either: Record<string, (value: Anything) => unknown> = {
  'lower of variables': (lower) => new Model().variables('x', 2, { lower }),
  'upper of variables': (upper) => new Model().variables('x', 2, { upper }),
  'start of variables': (start) => new Model().variables('x', 2, { start }),
  'lower of rows': (lower) => new Model().rows('r', 2, { lower }),
  'values of equations': (equals) => new Model().rows('r', 2, { equals }),
  'lower of outputs': (lower) => network(net, small().x, { lower }),
  'start of outputs': (start) => network(net, small().x, { start }),
  'upper of outputs in full space': (upper) => network(net, small().x, { upper, formulation: 'full' }),
  'upper of a check': (upper) => checkNetwork(net, { upper }),
};

/** Lists of variables and rows. */
const handles: Record<string, (value: Anything) => unknown> = {
  sum: (value) => sum(value),
  dot: (value) => dot(value, value),
  'variables of linear': (value) => linear([1, 1], value),
  'inputs of a network': (value) => network(net, value),
  'inputs of a gray box': (inputs) => small().model.addGrayBox({ box: net, inputs, outputs: [] }),
  'columns of a group': (columns) => small().model.group(() => 0, { columns }),
  'rows of a group': (rows) => {
    const { model, x } = small();
    model.group(([v]) => power(v!, 2), { columns: [[x.at(0), x.at(1)]], rows });
  },
};

/** Calls with something in place of the whole argument. */
const whole: Record<string, (value: Anything) => unknown> = {
  'the name of a model': (value) => new Model(typeof value === 'string' ? {} : value),
  'options of a model': (value) => new Model('m', value),
  'options of a variable': (value) => new Model().variable('x', value),
  'options of variables': (value) => new Model().variables('x', 2, value),
  'options of a row': (value) => small().model.constrain(small().x.at(0), value),
  'options of rows': (value) => new Model().rows('r', 2, value),
  'options of a group': (value) => small().model.group(() => 0, value),
  'options of a network': (value) => network(net, small().x, value),
  'options of solve': (value) => solve(small().model, value),
  'options of solveHere': (value) => solveHere(small().model, value),
  'options of solveNl': (value) => solveNl('none.nl', value),
  'options of an oracle': (value) => openOracle(net, value),
  'options of a check': (value) => checkNetwork(net, value),
  'options of a runtime': (value) => openRuntime(value),
  'options of loadNetwork': (value) => loadNetwork('models/mnist-tanh-128', { limits: value }),
  'options of derive': (value) => derive(net, value),
  'a model to solve': (value) => solve(value),
  'a model to solve here': (value) => solveHere(value),
  'a network of a model': (value) => network(value, small().x),
  'a network to derive': (value) => derive(value),
  'a network to open': (value) => openOracle(value),
  'a network to load': (value) => loadNetwork(value),
  'a network to describe': (value) => describeNetwork(value),
  'a network to evaluate': (value) => evaluate(value, [1, 2]),
  'a network to check': (value) => checkNetwork(value),
  'a network to bound': (value) => bounds(value, { lower: [0, 0], upper: [1, 1] }),
  'a network to digest': (value) => digest(value),
  'weights to digest': (value) => weightsDigest(value),
  'a box': (value) => bounds(net, value),
  'options of bounds': (value) => bounds(net, { lower: [0, 0], upper: [1, 1] }, value),
  'dense layers': (value) => dense(value),
  'a model to prepare': (value) => prepare(value),
  'options of prepare': (value) => prepare(small().model, value),
  'a model for several starts': (value) => multistart(value),
  'options of several starts': (value) => multistart(small().model, value),
  'a list of models': (value) => solveMany(value),
  'options of a list': (value) => solveMany([{ key: 'a', model: small().model }], value),
  'a model to write': (value) => writeNl(value),
  'quadratic programs': (value) => solveQps(value),
  'a layer': (value) => qpLayer(value),
  'data of a layer': (value) => qpLayer({ n: 1 }).forward(value),
  'a grid': (value) => opf(value),
  'a grid to solve': (value) => solveOpf(value),
  'a grid to secure': (value) => scopf(value),
  'options of a grid': (value) => opf(grid, value),
  'options of a grid to solve': (value) => solveOpf(grid, value),
  'a grid without a path': (value) => readMatpower(value),
  'a MATPOWER text': (value) => readMatpowerText(value),
  'a PSS/E case': (value) => readPsse(value),
  'an ONNX file': (value) => readOnnx(value),
  'a Keras file': (value) => readKeras(value),
  'a tfjs model': (value) => fromTfjs({ save: async (handler: Anything) => handler.save(value) }),
  'a warm start': (value) => solveHere(small().model, { warmStart: value }),
  'a signal': (value) => solveHere(small().model, { signal: value }),
  'a listener': (value) => solveHere(small().model, { onIteration: value }),
  'a template': (value) => small().model.group(value, { columns: [[small().x.at(0)]] }),
};

afterAll(() => shutdown());

async function refused(run: () => unknown): Promise<void> {
  let error: unknown;
  try {
    await run();
  } catch (thrown) {
    error = thrown;
  }
  expect(error, error instanceof Error ? error.stack : 'nothing was refused').toBeInstanceOf(InputError);
  expect((error as Error).message).not.toMatch(/[\p{Cc}]/u);
  expect((error as Error).message).not.toContain('[object');
}

async function allRefused(entry: (value: Anything) => unknown, values: readonly Anything[]): Promise<void> {
  for (const value of values) await refused(() => entry(value));
}

describe('what is no number is refused in one line', () => {
  it.each(Object.entries(numbers))('%s', (name, entry) => {
    // Operands may be arrays of expressions, also empty ones.
    const isOperand = name === 'a term' || name === 'an exponent';
    const values = isOperand
      ? noNumber.filter((value) => !Array.isArray(value) || value.length > 0)
      : noNumber;
    return allRefused(entry, values);
  });
});

describe('what is no array of numbers is refused in one line', () => {
  it.each(Object.entries(lists))('%s', (name, entry) => {
    // NaN is the solver's to judge, and a point may belong to a larger problem.
    const lax = /expression|solver|bounds|scaling/.test(name);
    return allRefused(entry, lax ? noPair.filter((value) => !isNumbers(value)) : noPair);
  });
  it.each(Object.entries(either))('%s', (_, entry) => allRefused(entry, noPair));
  it.each(Object.entries(lists))('a proxy that is gone: %s', (_, entry) => refused(() => entry(revoked)));
});

const isNumbers = (value: Anything): boolean =>
  value instanceof Float64Array ||
  (Array.isArray(value) && value.length > 1 && Array.from(value).every((entry) => typeof entry === 'number'));

describe('what is no list of variables is refused in one line', () => {
  it.each(Object.entries(handles))('%s', (_, entry) =>
    allRefused(entry, [
      ...noNumbers.filter((value) => value !== ''),
      5,
      'x',
      [null],
      ['x'],
      [{}],
      new Array(2),
    ]));
});

describe('what is no argument at all is refused in one line', () => {
  it.each(Object.entries(whole))('%s', (_, entry) =>
    allRefused(entry, [null, 5, 'text', true, 7n, Symbol('s')]));
});

/** Not called with nonsense: they open what the machine has, write files, or are tested above with a model that solves. */
const apart = new Set([
  'shutdown',
  'openIpopt',
  'openIpoptWasm',
  'diagnose',
  'solve',
  'prepare',
  'multistart',
  'solveMany',
  'openRuntime',
  'saveNl',
]);
const verbs = Object.entries(everything).filter(
  ([name, value]) =>
    typeof value === 'function' &&
    !apart.has(name) &&
    !/^class\b/.test(Function.prototype.toString.call(value)),
) as [string, (...args: Anything[]) => unknown][];

/** Whether it is undefined, or an object without entries. */
const isEmpty = (value: Anything): boolean =>
  value === undefined ||
  (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0);

describe('every public function refuses nonsense in one line, or takes it', () => {
  const nonsense: readonly Anything[] = [
    ...noNumbers,
    undefined,
    1,
    1.5,
    'x',
    [],
    [1],
    [{}],
    new Map(),
    new Proxy({}, {}),
    new Uint8Array(3),
    { a: 1 },
  ];
  const { model, x } = small();
  const good: readonly Anything[] = [grid, model, net, x.at(0), x, 'name', 2, [1, 2]];
  it.each(verbs)('%s', async (_, verb) => {
    const wrong = new Set<string>();
    const attempt = async (...args: Anything[]): Promise<void> => {
      try {
        const result: Anything = await verb(...args);
        await (result?.dispose ?? result?.close)?.call(result);
      } catch (error) {
        if (!(error instanceof InputError) || /\p{Cc}/u.test(error.message)) wrong.add(String(error));
      }
    };
    for (const value of nonsense) {
      await attempt(value);
      for (const other of [null, {}, 'x', Symbol('s')]) await attempt(value, other);
    }
    // What has nothing in it is taken for options in which nothing is said, and solves: once is enough.
    const second = nonsense.filter((value) => !isEmpty(value));
    for (const first of good) {
      await attempt(first, {});
      for (const value of second) {
        await attempt(first, value);
        await attempt(first, value, value);
        if (verb.length > 1) await attempt(first, {}, value);
      }
    }
    expect([...wrong]).toEqual([]);
  });
});

const multipliers = {
  constraints: new Float64Array(1),
  lower: new Float64Array(2),
  upper: new Float64Array(2),
};

/** Calls whose options have a name that does not exist. */
const others = { unknwon: 1 } as Anything;
const misnamed: Record<string, () => unknown> = {
  variable: () => new Model().variable('x', others),
  variables: () => new Model().variables('x', 2, others),
  constrain: () => small().model.constrain(1, { lower: 0, ...others }),
  rows: () => new Model().rows('r', 2, { lower: 0, ...others }),
  group: () => small().model.group(([v]) => power(v!, 2), { columns: [[small().x.at(0)]], ...others }),
  'a gray box': () => small().model.addGrayBox({ box: net, inputs: [], outputs: [], ...others }),
  scaling: () => Object.assign(small().model, { scaling: { objective: 1, ...others } }).statement(),
  network: () => network(net, small().x, others),
  'scaling of a network': () => network(net, small().x, { scaling: others }),
  solve: () => solve(small().model, others),
  solveHere: () => solveHere(small().model, others),
  prepare: () => prepare(small().model, others),
  multistart: () => multistart(small().model, { starts: 2, ...others }),
  solveMany: () => solveMany([{ key: 'a', model: small().model }], others),
  openOracle: () => openOracle(net, others),
  checkNetwork: () => checkNetwork(net, others),
  openRuntime: () => openRuntime(others),
  loadNetwork: () => loadNetwork('models/scopf-nine-buses', others),
  derive: () => derive(net, others),
  evaluate: () => evaluate(net, [1, 2], others),
  bounds: () => bounds(net, { lower: [0, 0], upper: [1, 1] }, others),
  dense: () => dense([{ W: { shape: [1, 1], data: new Float64Array(1) } }], others),
  'a dense layer': () => dense([{ W: { shape: [1, 1], data: new Float64Array(1) }, ...others }]),
  opf: () => opf(grid, others),
  solveOpf: () => solveOpf(grid, others),
  scopf: () => scopf(grid, others),
  readNl: () => readNl(new Uint8Array(3), others),
  readMatpowerText: () => readMatpowerText('', others),
  solveQps: () => solveQps({ Q: [[1]], q: [1] }, others),
  'a quadratic program': () => solveQps({ Q: [[1]], q: [1], ...others }),
  qpLayer: () => qpLayer({ n: 1, ...others }),
  interiorPoint: () =>
    interiorPoint.solve(
      nlpOf(() => ({})),
      others,
    ),
  writeNl: () => writeNl(small().model, others),
  limits: () => derive(net, { limits: others }),
  'a model': () => new Model('m', others),
  'an item of a list': () => solveMany([{ key: 'a', model: small().model, ...others }]),
  'a warm start': () => solveHere(small().model, { warmStart: others }),
  'multipliers of a warm start': () =>
    solveHere(small().model, { warmStart: { multipliers: { ...multipliers, ...others } } }),
  'a warm start of solve': () => solve(small().model, { warmStart: others }),
  'a warm start of the solver': () =>
    interiorPoint.solve(
      nlpOf(() => ({})),
      {},
      {},
      others,
    ),
  readJson: () => readJson('none.json', others),
  'readMatpower as a file': () => readMatpower('none.m', 'none.m', others),
  'readPsse as a folder': () => readPsse('.', others),
  'files of readPsse': () => readPsse({ raw: 'none.raw', ...others }),
  shift: () => solveHere(small().model, { warmStart: { x: [0, 0] as never }, shift: { by: 1, ...others } }),
};

const all: Anything = everything;
/** Functions without options: what is given as such would not be heard. */
const optionless: Record<string, (options: Anything) => unknown> = {
  toLatex: (options) => all.toLatex(small().model, options),
  removeNetwork: (options) => all.removeNetwork(network(net, small().x), options),
  describe: (options) => all.describe(net, options),
  digest: (options) => all.digest(net, options),
  weightsDigest: (options) => all.weightsDigest(net, options),
  formulationSizes: (options) => all.formulationSizes(net, options),
  flops: (options) => all.flops(derive(net).value, options),
  setTrainingRange: (options) => all.setTrainingRange(net, { lower: [0, 0], upper: [1, 1] }, options),
  readOnnx: (options) => all.readOnnx({ file: 'f', bytes: new Uint8Array(1) }, options),
  readKeras: (options) => all.readKeras({ file: 'f', bytes: new Uint8Array(1) }, options),
  readNlHeader: (options) => all.readNlHeader('none.nl', options),
};
// @ts-expect-error: nor does TypeScript let it pass.
void (() => everything.toLatex(new Model(), { names: true }));

it.each(Object.entries(optionless))('options of what knows none are refused: %s', (_, call) => {
  expect(() => call({ limits: {} })).toThrow(/ takes no options$/);
});

it('takes functions without options for map, which gives more', () => {
  expect([net, net].map(describeNetwork)).toHaveLength(2);
  expect([small().model].map(everything.toLatex)[0]).toContain('x');
});

it.each<Anything>([null, 1, '', Symbol('s'), {}, []])('a path to write that is none: %o', (path) =>
  refused(() => everything.saveNl(small().model, path)));

it.each(Object.entries(misnamed))('a name that no option has is refused: %s', async (_, call) => {
  const error: Anything = await (async () => call())().then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  expect(error.message).toContain('unknwon');
});

it('names the option that was meant', () => {
  expect(() => opf(grid, { limit: 'soft' } as never)).toThrow(
    "opf: unknown option 'limit'; did you mean 'limits'?",
  );
});

it('dense takes lists of rows, not arrays without their shape', () => {
  const W = { shape: [2, 2], data: new Float64Array(4) };
  expect(dense([{ W, b: [0, 0] }]).outputSize).toBe(2);
  expect(() => dense([{ W: [1, 2] as never }])).toThrow(/W must have two axes/);
  expect(() => dense([{ W: new Float64Array(4) as never }])).toThrow(/W must have two axes/);
  expect(() => dense([{ W: [[1, 2], [3]] }])).toThrow(/layer "dense_0": W: row 1/);
  expect(() => dense([{ W, b: [[0, 0]] as never }])).toThrow(InputError);
});

it('what is right still enters, as plain and as typed arrays', async () => {
  const model = new Model();
  const x = model.variables('x', [2], {
    lower: [-1, Number.NEGATIVE_INFINITY],
    upper: new Float32Array([1, 1000]),
  });
  model.minimize(sum([...x].map((v) => power(add(v, -2000), 2))));
  const solution = await solveHere(model, { warmStart: { x: [0, 1] as never } });
  expect(solution.status).toBe('optimal');
  expect(Array.from(solution.value(x).data)).toEqual([expect.closeTo(1, 4), expect.closeTo(1000, 2)]);
  const proxied = new Model().variables('y', 2, { upper: new Proxy([3, 4], {}) });
  expect(proxied.size).toBe(2);
});
