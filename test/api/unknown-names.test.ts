import { afterAll, describe, expect, it } from 'vitest';
import {
  add,
  dense,
  InputError,
  Model,
  multistart,
  network,
  ocp,
  prepare,
  setTrainingRange,
  shutdown,
  solve,
  sumOfSquares,
} from '../../index.js';

afterAll(shutdown);

const net = dense([
  { W: { shape: [2, 1], data: Float64Array.of(0.5, -1) }, b: { shape: [1], data: Float64Array.of(0.1) } },
]);

function square(): Model {
  const model = new Model('square');
  model.minimize(sumOfSquares(model.variables('x', 2, { lower: -1, upper: 1 })));
  return model;
}

const control = (more: object): unknown =>
  ocp({
    states: { x: { initial: 1 } },
    controls: { u: {} },
    horizon: { steps: 3 },
    dynamics: (_, { u }) => [u],
    ...more,
  });

describe('names that no call knows', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['ocp', () => control({ csot: () => 1 }), /^ocp: unknown option 'csot'; did you mean 'cost'\?$/],
    ['a horizon', () => control({ horizon: { steps: 3, duratoin: 2 } }), /did you mean 'duration'/],
    ['a duration', () => control({ horizon: { steps: 3, duration: { strat: 1 } } }), /did you mean 'start'/],
    ['a state', () => control({ states: { x: { inital: 1 } } }), /^ocp: 'x': .*did you mean 'initial'/],
    ['a control', () => control({ controls: { u: { initial: 1 } } }), /unknown option 'initial'/],
    ['a network', () => network(net, [0, 0], { formulatoin: 'full' } as never), /did you mean 'formulation'/],
    [
      'a range',
      () => setTrainingRange(net, { lower: [0, 0], upper: [1, 1], sample: [] } as never),
      /did you mean 'samples'/,
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(InputError);
    expect(call).toThrow(message);
  });

  it('solves', async () => {
    await expect(solve(square(), { warmstart: 1 } as never)).rejects.toThrow(/did you mean 'warmStart'/);
    await expect(multistart(square(), { start: 3 } as never)).rejects.toThrow(/did you mean 'starts'/);
    await using prepared = await prepare(square());
    await expect(prepared.solve({ parameter: {} } as never)).rejects.toThrow(/did you mean 'parameters'/);
    await expect(prepared.solve({ bounds: { x: { lowr: 1 } } } as never)).rejects.toThrow(
      /^'x': its bounds: unknown option 'lowr'; did you mean 'lower'/,
    );
  });
});

it("JavaScript's operators are refused, with what to write", async () => {
  const model = square();
  const p = model.parameter('p', 1);
  const y = network(net, [p, model.variable('z', { lower: 0, upper: 1 })]);
  model.minimize(add(sumOfSquares(y), p));
  await using prepared = await prepare(model);
  const solution = await prepared.solve({ sensitivity: [p] });
  const sum = (value: unknown): unknown => (value as number) + 1;
  for (const [value, advice] of [
    [net, /network\(net, x\)/],
    [{ ...net }, /network\(net, x\)/],
    [solution, /solution\.objective/],
    [solution.network(y), /report\.error/],
    [solution.network, /solution\.network\(y\)/],
    [solution.sensitivity, /sensitivity\.value\(of, by\)/],
    [prepared, /await prepared\.solve/],
  ] as const) {
    expect(() => sum(value)).toThrow(InputError);
    expect(() => sum(value)).toThrow(advice);
    expect(`${value}`).not.toContain('[object');
  }
  expect(structuredClone(net).name).toBe(net.name);
});
