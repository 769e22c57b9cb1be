import { InputError } from '../core/errors.js';
import { optionsOf } from '../core/given.js';
import { Model, type Variable } from '../model/index.js';
import { requireGrid } from './given.js';
import { type Grid, unitName } from './grid.js';
import { addCosts } from './objective.js';
import { type Network, networkOf, radians } from './per-unit.js';
import { addState, type State, type StateStart } from './state.js';

/** $/MWh of load not served or output too much, and $/MVA of violated ratings. */
export const PRICE_OF_BALANCE = 10_000;
/** $/MVA above a rating; a voltage outside its limits costs so much times baseMVA per unit of voltage. */
export const PRICE_OF_LIMITS = 500;

/** Limits, loads and start of an optimal power flow. */
export interface OpfOptions {
  /**
   * `flat`: voltages 1, all else 0, moved inside the bounds (default); `case`: voltages and outputs of the file; or values of
   * your own, per unit and radians in the order of what is in service.
   */
  readonly start?: 'flat' | 'case' | StateStart;
  /** `soft`: balances, voltages and ratings may be violated at a price. Default `hard`. */
  readonly limits?: 'hard' | 'soft';
  /** Factor of all loads. Default 1. */
  readonly load?: number;
}

/** An optimal power flow as a model, with handles. */
export interface Opf {
  readonly grid: Grid;
  readonly network: Network;
  readonly model: Model;
  readonly state: State;
  readonly limits: 'hard' | 'soft';
}

/**
 * The AC optimal power flow in polar form: least cost of output within the limits of units, voltages, branches and angles
 * (equations: `per-unit.ts`, `state.ts`). n = 2B + 2G + 4L variables, 1 + 2B + 5L + 2·(rated L) rows for B buses, G units and
 * L branches in service, and those of cost curves. Throws {@link InputError} for a unit without a cost.
 */
export function opf(grid: Grid, options: OpfOptions = {}): Opf {
  requireGrid(grid, 'opf');
  const { limits = 'hard' } = optionsOf(options, 'opf', ['start', 'limits', 'load']);
  const network = networkOf(grid, options);
  requireCosts(network);
  const model = new Model(grid.name);
  const soft = limits === 'soft';
  const state = addState(model, network, { soft, start: startOf(network, options.start ?? 'flat') });
  addCosts(model, network.units, state.variables.p, state.variables.q, slackCosts(state, network.base));
  return { grid, network, model, state, limits };
}

export function requireCosts({ grid, units }: Network): void {
  if (units.length === 0)
    throw new InputError(`grid ${grid.name} has no unit in service: nothing can be dispatched`);
  for (const { unit, cost } of units)
    if (cost === undefined)
      throw new InputError(
        `${unit.at ? `${unit.at}: ` : ''}unit ${unitName(unit)} has no cost: give it one, or take it out of service`,
      );
}

export function startOf(network: Network, start: 'flat' | 'case' | StateStart): StateStart {
  if (start === 'flat') return {};
  if (start !== 'case') return start;
  const { buses, units, base } = network;
  return {
    v: buses.map(({ bus }) => bus.v),
    θ: buses.map(({ bus }) => radians(bus.angle)),
    p: units.map(({ unit }) => unit.MW / base),
    q: units.map(({ unit }) => unit.MVAr / base),
  };
}

/** What violations cost, $/h of the slack variables. */
export function slackCosts(
  { slack }: State,
  base: number,
): { readonly variables: readonly Variable[]; readonly coefficients: readonly number[] } {
  if (slack === undefined) return { variables: [], coefficients: [] };
  const { unserved, surplus, unservedQ, surplusQ, under, over, overload } = slack;
  const balance = [...unserved, ...surplus, ...unservedQ, ...surplusQ];
  const limits = [...under, ...over, ...overload.filter((each) => each !== undefined)];
  return {
    variables: [...balance, ...limits],
    coefficients: [
      ...balance.map(() => PRICE_OF_BALANCE * base),
      ...limits.map(() => PRICE_OF_LIMITS * base),
    ],
  };
}
