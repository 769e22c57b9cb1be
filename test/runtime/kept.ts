import { queryObjects } from 'node:v8';
import { add, exp, Model, multiply, network, power, subtract, sumOfSquares } from '../../index.js';
import { Prepared } from '../../runtime/prepared.js';
import { programsOf } from '../../runtime/programs.js';
import { Graph } from '../formulate/networks.js';

const graph = new Graph();
const net = graph.network(2, [
  graph.affine(graph.elementwise(graph.affine(graph.input(2), 5), { name: 'tanh' }), 2),
]);

/** A model with a parameter, a network and a row, fresh at each call. */
export function stated() {
  const m = new Model('again');
  const p = m.parameter('p', 0.3);
  const x = m.variables('x', 6, { lower: -1, upper: 1, start: 0.1 });
  const y = network(net, x.slice(0, 2));
  m.minimize(add(sumOfSquares(subtract(x, p)), exp(multiply(0.2, y.at(0)))));
  const row = m.constrain(add(power(x.at(2), 2), x.at(3), y.at(1)), { upper: 0.4 });
  return { m, p, x, y, row };
}

/** How many objects of each kind a prepared solve leaves behind, in the mean of `solves` after `before` of them. */
export async function kept({ before, solves }: { before: number; solves: number }) {
  const { m, p } = stated();
  const programs = programsOf(net, { kinks: 'refuse', through: 'keep', limits: undefined });
  const spec = { programs, engine: 'wasm', device: 'cpu', precision: 'f64' } as const;
  const prepared = await Prepared.open({
    problem: m.statement(),
    boxes: [{ kind: 'local', spec }],
    solver: 'interior-point',
  });
  const by = [{ column: p.index, links: [] }];
  const stretch = async (count: number): Promise<void> => {
    for (let k = 0; k < count; k++) {
      p.set(0.3 * Math.sin(k));
      const { links: _, ...boxes } = m.boxes();
      const derivatives = k % 4 === 0 ? { derivatives: { forward: by, adjoint: [], by } } : {};
      const { result } = await prepared.solve({ ...boxes, ...derivatives });
      if (result.status !== 'optimal') throw new Error(`solve ${k}: ${result.status}`);
    }
  };
  const kinds = [Float64Array, Int32Array, ArrayBuffer, Map, Set, Promise, Array, Object, Function];
  const held = (): number[] => kinds.map((kind) => queryObjects(kind, { format: 'count' }));
  await stretch(before);
  const first = held();
  await stretch(solves);
  const growth = held().map((count, k) => [kinds[k]!.name, (count - first[k]!) / solves] as const);
  await prepared.dispose();
  return Object.fromEntries(growth);
}
