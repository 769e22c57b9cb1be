import { InputError } from '../core/errors.js';
import { optionsOf } from '../core/given.js';
import { add, expr, Model, multiply, type Row, subtract, type Variable } from '../model/index.js';
import { checkContingencies, lostElement } from './contingencies.js';
import { requireGrid } from './given.js';
import { type Contingency, type Grid, unitName } from './grid.js';
import { addCosts } from './objective.js';
import { requireCosts, startOf } from './opf.js';
import { type Network, networkOf, type UnitInNetwork } from './per-unit.js';
import { addState, type State } from './state.js';

/** MW by which a range may miss a unit's limits: samples were kept in f32. */
const ROUNDING = 1e-3;

/** Half width of the corners of the limited response, per unit. */
export const SMOOTHING = 1e-3;

/** Ranges of outputs in MW by unit name. */
export type Within = ReadonlyMap<string, { readonly lower: number; readonly upper: number }>;

/** Contingencies, and how units answer to them. */
export interface ScopfOptions {
  /** Default: those of the grid. */
  readonly contingencies?: readonly Contingency[];
  /**
   * How units answer a loss: `limited` (default) `p¹ = ½(p̲ + p̄ + √((u−p̲)²+ε²) − √((p̄−u)²+ε²))`, `u = p⁰ + αδ`, which stays
   * within the unit's limits; `linear` `p¹ = p⁰ + αδ`.
   */
  readonly response?: 'linear' | 'limited';
  /**
   * Whether units' outputs and voltages keep their limits after a loss (default). Without, as in arXiv 2509.22462, a loss
   * costs nothing: its multipliers are all 0.
   */
  readonly contingencyLimits?: boolean;
  readonly load?: number;
  readonly start?: 'flat' | 'case';
  /** Narrower limits of units' outputs before a loss, MW, by unit name; those not named keep their own. */
  readonly within?: Within;
}

/** The grid after one loss. */
export interface ContingencyState {
  readonly contingency: Contingency;
  readonly state: State;
  /** Units and branches that are gone. */
  readonly lostUnits: readonly UnitInNetwork[];
  /** Response δ, per unit: each unit of the area adds its α times that. */
  readonly δ: Variable;
  /** Σα of the units that respond. */
  readonly participation: number;
  readonly response: readonly Row[];
  /** `v¹ = v⁰` where a unit still holds the voltage. */
  readonly voltage: readonly Row[];
}

/** A security-constrained optimal power flow as a model, with handles. */
export interface Scopf {
  readonly grid: Grid;
  readonly network: Network;
  readonly model: Model;
  readonly base: State;
  readonly contingencies: readonly ContingencyState[];
  readonly response: 'linear' | 'limited';
  readonly contingencyLimits: boolean;
}

/**
 * The AC optimal power flow whose dispatch survives losses: each contingency is a state of the network of its own, with
 * emergency ratings, the voltages of the base where a unit still holds them, and units of the lost unit's area that respond
 * in proportion to α (after the loss of branches all units do). Each state's variables form a block of the model. Throws
 * {@link InputError} where a unit has no cost or response, and where a contingency cannot happen.
 */
export function scopf(grid: Grid, options: ScopfOptions = {}): Scopf {
  requireGrid(grid, 'scopf');
  const {
    response = 'limited',
    contingencyLimits = true,
    load = 1,
    start = 'flat',
  } = optionsOf(options, 'scopf');
  const contingencies = options.contingencies
    ? checkContingencies(grid, options.contingencies)
    : grid.contingencies;
  if (contingencies.length === 0)
    throw new InputError(`grid ${grid.name} has no contingency: name a .con file, or give some`);
  const network = narrowed(networkOf(grid, { load }), options.within);
  requireCosts(network);
  const model = new Model(`${grid.name}, secured`);
  const begin = startOf(network, start);
  const base = addState(model, network, { start: begin });
  addCosts(model, network.units, base.variables.p, base.variables.q, { variables: [], coefficients: [] });
  const states = contingencies.map((contingency) =>
    addContingency(model, network, base, contingency, { response, limited: contingencyLimits }),
  );
  return { grid, network, model, base, contingencies: states, response, contingencyLimits };
}

/** Units with narrower limits before a loss; after one their own hold. */
function narrowed(network: Network, within: ScopfOptions['within']): Network {
  if (within === undefined) return network;
  const units = network.units.map((each) => {
    const range = within.get(unitName(each.unit));
    if (range === undefined) return each;
    const { minMW, maxMW } = each.unit;
    if (range.lower > maxMW + ROUNDING || range.upper < minMW - ROUNDING)
      throw new InputError(
        `unit ${unitName(each.unit)}: its limits ${minMW} … ${maxMW} MW lie outside the range ${range.lower} … ${range.upper} MW`,
      );
    const inside = (MW: number): number => Math.min(maxMW, Math.max(minMW, MW)) / network.base;
    const [pMin, pMax] = [inside(range.lower), inside(range.upper)];
    return { ...each, pMin, pMax };
  });
  return { ...network, units };
}

function addContingency(
  model: Model,
  network: Network,
  base: State,
  contingency: Contingency,
  how: { readonly response: 'linear' | 'limited'; readonly limited: boolean },
): ContingencyState {
  const { grid } = network;
  const lost = new Set(contingency.lost.map((each) => lostElement(grid, each)));
  const units = network.units.filter(({ unit }) => !lost.has(unit));
  const branches = network.branches.filter(({ branch }) => !lost.has(branch));
  const lostUnits = network.units.filter(({ unit }) => lost.has(unit));
  const suffix = `@${contingency.name}`;
  const first = model.variableCount;
  const state = addState(model, network, {
    suffix,
    units,
    branches,
    rating: 2,
    limits: {
      p: how.limited && how.response === 'linear',
      q: how.limited,
      v: how.limited ? 'emergency' : 'none',
    },
  });
  const δ = model.variable(`δ${suffix}`);
  model.block(first, model.variableCount - 1);
  const areas = new Set(lostUnits.map(({ bus }) => network.buses[bus]!.bus.area));
  const responds = ({ bus }: UnitInNetwork): boolean =>
    areas.size === 0 || areas.has(network.buses[bus]!.bus.area);
  const α = units.map((each) => (responds(each) ? responseOf(each) : 0));
  const participation = α.reduce((sum, value) => sum + value, 0);
  if (lostUnits.length > 0 && participation <= 0)
    throw new InputError(
      `${contingency.at ? `${contingency.at}: ` : ''}contingency ${contingency.name}: no unit is left to respond`,
    );
  const response = model.rows(`response${suffix}`, units.length, { equals: 0 });
  addResponse(model, { units, α, base, state, δ, response, how: how.response, baseMVA: network.base });
  // A bus holds its voltage where a unit is left on.
  const holding = [...new Set(units.map(({ bus }) => bus))];
  const voltage = model.rows(`voltage${suffix}`, holding.length, { equals: 0 });
  model.group(([a, b]) => subtract(a!, b!), {
    columns: [holding.map((k) => state.variables.v[k]!), holding.map((k) => base.variables.v[k]!)],
    rows: voltage,
  });
  return { contingency, state, lostUnits, δ, participation, response, voltage };
}

function responseOf({ unit }: UnitInNetwork): number {
  if (unit.response === undefined)
    throw new InputError(
      `${unit.at ? `${unit.at}: ` : ''}unit ${unitName(unit)} has no response: give its α`,
    );
  return unit.response;
}

function addResponse(
  model: Model,
  {
    units,
    α,
    base,
    state,
    δ,
    response,
    how,
    baseMVA,
  }: {
    readonly units: readonly UnitInNetwork[];
    readonly α: readonly number[];
    readonly base: State;
    readonly state: State;
    readonly δ: Variable;
    readonly response: readonly Row[];
    readonly how: 'linear' | 'limited';
    readonly baseMVA: number;
  },
): void {
  const before = units.map(({ index }) => base.variables.p[index]!);
  model.group(([p]) => p!, { columns: [state.variables.p], rows: response });
  const moving = units.flatMap((_, k) => (how === 'limited' && α[k] !== 0 ? [k] : []));
  const linear = units.flatMap((_, k) => (how === 'limited' && α[k] !== 0 ? [] : [k]));
  const responding = linear.filter((k) => α[k] !== 0);
  model.group(([p]) => multiply(-1, p!), {
    columns: [linear.map((k) => before[k]!)],
    rows: linear.map((k) => response[k]!),
  });
  model.group(([d], [a]) => multiply(-1, a!, d!), {
    columns: [responding.map(() => δ)],
    constants: [responding.map((k) => α[k]!)],
    rows: responding.map((k) => response[k]!),
  });
  model.group(
    ([p, d], [a, low, high]) => {
      const u = add(p!, multiply(a!, d!));
      return expr`-0.5*(${low!} + ${high!} + sqrt((${u} - ${low!})^2 + ${SMOOTHING ** 2}) - sqrt((${high!} - ${u})^2 + ${SMOOTHING ** 2}))`;
    },
    {
      columns: [moving.map((k) => before[k]!), moving.map(() => δ)],
      constants: [
        moving.map((k) => α[k]!),
        moving.map((k) => units[k]!.unit.minMW / baseMVA),
        moving.map((k) => units[k]!.unit.maxMW / baseMVA),
      ],
      rows: moving.map((k) => response[k]!),
    },
  );
}
