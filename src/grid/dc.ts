import { expr, Model, subtract, type Variable } from '../model/index.js';
import { unitName } from './grid.js';
import { addCosts } from './objective.js';
import { type Network, radians } from './per-unit.js';

/** A DC optimal power flow as a model. */
export interface DcFlow {
  readonly model: Model;
  /** Angles of the buses, outputs of the units. */
  readonly θ: readonly Variable[];
  readonly p: readonly Variable[];
}

/**
 * The DC optimal power flow: voltages 1, no losses, flow `(θ_from − θ_to − φ)/(x τ)` within ±S (Wood & Wollenberg, Power
 * Generation, Operation, and Control, 1996, §4.1.4). A convex program, good for a start of the AC problem.
 */
export function dcFlow(network: Network): DcFlow {
  const { buses, units, branches, reference } = network;
  const model = new Model(`${network.grid.name}, DC`);
  const θ = buses.map(({ bus }) => model.variable(`θ[${bus.id}]`));
  const p = units.map(({ unit, pMin, pMax }) =>
    model.variable(`p[${unitName(unit)}]`, { lower: pMin, upper: pMax }),
  );
  const flow = branches.map((_, k) => model.variable(`flow[${k}]`));
  const [fixed] = model.rows('reference', 1, { equals: 0 });
  model.group(([x]) => x!, { columns: [[θ[reference]!]], rows: [fixed!] });
  const balance = model.rows('balance', buses.length, { equals: buses.map(({ pd, gs }) => -(pd + gs)) });
  const draw = (columns: readonly Variable[], at: readonly number[], sign: 1 | -1): void =>
    model.group(([x], [c]) => expr`${c!}*${x!}`, {
      columns: [columns],
      constants: [columns.map(() => sign)],
      rows: at.map((k) => balance[k]!),
    });
  draw(
    p,
    units.map(({ bus }) => bus),
    -1,
  );
  draw(
    flow,
    branches.map(({ from }) => from),
    1,
  );
  draw(
    flow,
    branches.map(({ to }) => to),
    -1,
  );
  const shift = branches.map(({ branch }) => radians(branch.shift));
  const law = model.rows('flow', branches.length, {
    equals: branches.map(({ branch }, k) => -shift[k]! / (branch.x * branch.tap)),
  });
  const ends = [branches.map(({ from }) => θ[from]!), branches.map(({ to }) => θ[to]!)];
  model.group(([x, a, b], [y]) => expr`${x!} - ${y!}*(${a!} - ${b!})`, {
    columns: [flow, ...ends],
    constants: [branches.map(({ branch }) => 1 / (branch.x * branch.tap))],
    rows: law,
  });
  const angle = model.rows('angle', branches.length, {
    lower: branches.map(({ minAngle }) => minAngle),
    upper: branches.map(({ maxAngle }) => maxAngle),
  });
  model.group(([a, b]) => subtract(a!, b!), { columns: ends, rows: angle });
  const limited = branches.flatMap(({ ratings }, k) => (ratings[0] < Number.POSITIVE_INFINITY ? [k] : []));
  const ratings = limited.map((k) => branches[k]!.ratings[0]);
  const limits = model.rows('limit', limited.length, { lower: ratings.map((S) => -S), upper: ratings });
  model.group(([x]) => x!, { columns: [limited.map((k) => flow[k]!)], rows: limits });
  const activeOnly = units.map(({ reactiveCost: _, ...unit }) => unit);
  addCosts(model, activeOnly, p, p, { variables: [], coefficients: [] });
  return { model, θ, p };
}
