import { InputError } from '../src/core/errors.js';
import { network as addNetwork, type Formulation } from '../src/formulate/index.js';
import { type Grid, unitName } from '../src/grid/grid.js';
import { scopf as addScopf, type Scopf, type ScopfOptions } from '../src/grid/scopf.js';
import { linear, type Row, type Variable, type VariableArray } from '../src/model/index.js';
import { type FoldedInput, foldInputs } from '../src/network/fold-inputs.js';
import type { Network } from '../src/network/graph.js';

export interface SecuredOptions extends ScopfOptions {
  /** A network that foretells the lowest frequency after the loss; its inputs: see {@link surrogateInputs}. */
  readonly surrogate?: Network;
  /** Least frequency in Hz. Default 59.4. */
  readonly frequencyLimit?: number;
  readonly formulation?: Formulation;
  /** Hz at which the frequencies start. Default 59.45; `network`: what the network says at the start. */
  readonly frequencyStart?: number | 'network';
}

/** What a surrogate says within a model. */
export interface Frequency {
  /** Lowest frequencies in Hz: one per bus, or one per contingency. */
  readonly y: readonly VariableArray[];
  readonly rows: readonly Row[];
  readonly limit: number;
  /** Each input of the network: its name, in MW or MVAr, and where it comes from. */
  readonly inputs: readonly SurrogateInput[];
}

export interface SecuredFlow extends Scopf {
  readonly frequency?: Frequency;
}

/** The paper's limit, Hz. */
export const FREQUENCY_LIMIT = 59.4;
/** Where the solver finds a way; from what an unlimited dispatch foretells it may not. */
const FREQUENCY_START = 59.45;

/**
 * A security-constrained optimal power flow, see {@link ScopfOptions}; with a surrogate also the lowest frequency of each bus
 * after the loss as variables y, rows `NN − y = 0` and `y ≥ limit`. What is constant among the network's inputs (units that
 * are off, loads) is folded into its weights, as is the factor from per unit to MW.
 */
export function scopf(grid: Grid, options: SecuredOptions = {}): SecuredFlow {
  const problem = addScopf(grid, options);
  const { surrogate, frequencyLimit: limit = FREQUENCY_LIMIT } = options;
  if (surrogate === undefined) return problem;
  if (!Number.isFinite(limit)) throw new InputError(`frequency limit ${limit}: give a number of Hz`);
  const { formulation = 'reduced', frequencyStart = FREQUENCY_START, load = 1 } = options;
  const inputs = surrogateInputs(problem, load);
  if (surrogate.inputSize !== inputs.length || surrogate.outputSize !== grid.buses.length)
    throw new InputError(
      `network '${surrogate.name}' maps ${surrogate.inputSize} numbers to ${surrogate.outputSize}; for grid ${grid.name} it must map ${inputs.length} (P and Q of ${grid.units.length} units, P of ${grid.loads.length} loads) to ${grid.buses.length} (frequencies of the buses)`,
    );
  const variables = inputs.flatMap(({ variable }) => (variable === undefined ? [] : [variable]));
  const folded = foldInputs(surrogate, variables.length, placed(inputs, problem.network.base));
  const { model } = problem;
  const y = addNetwork(folded, variables, {
    name: 'f',
    formulation,
    ...(frequencyStart !== 'network' && { start: frequencyStart }),
  });
  const rows = [...y].map((each) =>
    model.constrain(linear([1], [each]), { lower: limit, name: `frequency[${each.name}]` }),
  );
  return { ...problem, frequency: { y: [y], rows, limit, inputs } };
}

/** One input of a surrogate. */
export interface SurrogateInput {
  readonly name: string;
  /** Its variable, per unit; absent where it is constant. */
  readonly variable?: Variable;
  /** MW or MVAr, where it is constant. */
  readonly constant?: number;
}

/**
 * The inputs of a surrogate in their order: P of all units, Q of all units, P of all loads, in MW and MVAr; units and loads
 * sorted by bus, then by id as text. Those of units that are off are 0.
 */
export function surrogateInputs({ grid, network, base }: Scopf, load: number): SurrogateInput[] {
  const sorted = <T extends { readonly bus: number; readonly id: string }>(list: readonly T[]): T[] =>
    [...list].sort((a, b) => a.bus - b.bus || (a.id < b.id ? -1 : 1));
  const index = new Map(network.units.map((each, k) => [unitName(each.unit), k]));
  const output = (symbol: 'P' | 'Q', list: readonly Variable[]): SurrogateInput[] =>
    sorted(grid.units).map((unit) => {
      const name = unitName(unit);
      const k = index.get(name);
      return {
        name: `${symbol}(${name})`,
        ...(k === undefined ? { constant: 0 } : { variable: list[k]! }),
      };
    });
  return [
    ...output('P', base.variables.p),
    ...output('Q', base.variables.q),
    ...sorted(grid.loads).map((each) => ({
      name: `load(${unitName(each)})`,
      constant: each.on ? each.MW * load : 0,
    })),
  ];
}

function placed(inputs: readonly SurrogateInput[], baseMVA: number): FoldedInput[] {
  let next = 0;
  return inputs.map(({ variable, constant = 0 }) =>
    variable === undefined ? { constant } : { from: next++, factor: baseMVA },
  );
}
