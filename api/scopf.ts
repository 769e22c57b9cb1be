import { InputError } from '../src/core/errors.js';
import { optionsOf, partsOf } from '../src/core/given.js';
import { network as addNetwork, type Formulation } from '../src/formulate/index.js';
import { type Grid, unitName } from '../src/grid/grid.js';
import {
  scopf as addScopf,
  type ContingencyState,
  type Scopf,
  type ScopfOptions,
} from '../src/grid/scopf.js';
import {
  linear,
  multiply,
  type Parameter,
  type Row,
  type Variable,
  type VariableArray,
} from '../src/model/index.js';
import { type FoldedInput, foldInputs } from '../src/network/fold-inputs.js';
import type { Network } from '../src/network/graph.js';

/** What is secured against what, and how units answer. */
export interface SecuredOptions extends ScopfOptions {
  /** A network that foretells the lowest frequency after the loss; its inputs: see {@link surrogateInputs}. */
  readonly surrogate?: Network;
  /** Least frequency in Hz. Default 59.4. */
  readonly frequencyLimit?: number;
  readonly formulation?: Formulation;
  /** Layers of the surrogate that the partial formulation exposes. */
  readonly layers?: readonly string[];
  /** Hz at which the frequencies start. Default 59.45; `network`: what the network says at the start. */
  readonly frequencyStart?: number | 'network';
  /** Whether frequencies may fall below the limit at {@link PRICE_OF_FREQUENCY}: then the answer tells the highest limit. */
  readonly softFrequency?: boolean;
}

/** What a surrogate says within a model. */
export interface Frequency {
  /** Lowest frequencies in Hz: one per bus, or one per contingency. */
  readonly y: readonly VariableArray[];
  readonly rows: readonly Row[];
  readonly limit: number;
  /** Hz below the limit, where that may be violated. */
  readonly shortfall?: Variable;
  /** For each use of the network its inputs: names, in MW or MVAr, and where they come from. */
  readonly inputs: readonly (readonly SurrogateInput[])[];
  /** For each use the contingency whose lowest frequency it foretells; empty for the one that the network was made for. */
  readonly names: readonly string[];
}

/** A secured power flow as a model, with handles of its parts. */
export interface SecuredFlow extends Scopf {
  readonly frequency?: Frequency;
}

/** $/h per Hz below the limit, where that may be violated; limits that can be kept cost far less. */
export const PRICE_OF_FREQUENCY = 1e6;
/** The paper's limit, Hz. */
export const FREQUENCY_LIMIT = 59.4;
/** Where the solver finds a way; from what an unlimited dispatch foretells it may not. */
const FREQUENCY_START = 59.45;

const optionNames = [
  ...(['contingencies', 'response', 'contingencyLimits', 'load', 'start', 'within'] as const),
  ...(['surrogate', 'frequencyLimit', 'formulation', 'layers'] as const),
  ...(['frequencyStart', 'softFrequency'] as const),
];

/**
 * A security-constrained optimal power flow, see {@link ScopfOptions}; with a surrogate also the lowest frequency of each bus
 * after the loss as variables y, rows `NN − y = 0` and `y ≥ limit`; none where no unit is lost. What is constant among the network's inputs (units that
 * are off, loads) is folded into its weights, as is the factor from per unit to MW.
 */
export function scopf(grid: Grid, options: SecuredOptions = {}): SecuredFlow {
  optionsOf(options, 'scopf', optionNames);
  const problem = addScopf(grid, options);
  const { surrogate, frequencyLimit: limit = FREQUENCY_LIMIT } = options;
  if (surrogate === undefined) return problem;
  if (!Number.isFinite(limit)) throw new InputError(`frequency limit ${limit}: give a number of Hz`);
  const { formulation = 'reduced', layers, frequencyStart = FREQUENCY_START, load = 1 } = options;
  const layout = layoutOf(surrogate, problem);
  const { model } = problem;
  const uses = layout === 'state' ? [stateUse(surrogate, problem, load)] : lossUses(surrogate, problem, load);
  if (uses.length === 0) return problem;
  const shortfall = options.softFrequency ? model.variable('below the limit', { lower: 0 }) : undefined;
  if (shortfall)
    model.group(([x], [c]) => multiply(c!, x!), {
      columns: [[shortfall]],
      constants: [[PRICE_OF_FREQUENCY]],
    });
  const below = shortfall ? [shortfall] : [];
  const frequencies = uses.map(({ network, columns, inputs, name }) => {
    const y = addNetwork(network, columns, {
      name: name === '' ? 'f' : `f@${name}`,
      formulation,
      ...(layers !== undefined && { layers }),
      ...(frequencyStart !== 'network' && { start: frequencyStart }),
    });
    const rows = [...y].map((each) =>
      model.constrain(
        linear(
          [each, ...below].map(() => 1),
          [each, ...below],
        ),
        { lower: limit, name: `frequency[${each.name}]` },
      ),
    );
    return { y, rows, inputs, name };
  });
  return {
    ...problem,
    frequency: {
      y: frequencies.map(({ y }) => y),
      rows: frequencies.flatMap(({ rows }) => rows),
      limit,
      ...(shortfall && { shortfall }),
      inputs: frequencies.map(({ inputs }) => inputs),
      names: frequencies.map(({ name }) => name),
    },
  };
}

/**
 * What a surrogate looks at, by its size: `state`, P and Q of all units and P of all loads → the frequency of each bus after the
 * one loss it was made for; `loss`, P of all units with 0 for the lost one, the lost MW, P of all loads → the lowest frequency.
 */
function layoutOf(surrogate: Network, { grid }: Scopf): 'state' | 'loss' {
  const { inputSize, outputSize, name } = surrogate;
  const [G, D, B] = [grid.units.length, grid.loads.length, grid.buses.length];
  if (inputSize === 2 * G + D && outputSize === B) return 'state';
  if (inputSize === G + 1 + D && outputSize === 1) return 'loss';
  throw new InputError(
    `network '${name}' maps ${inputSize} numbers to ${outputSize}; for grid ${grid.name} it must map ${2 * G + D} (P and Q of ${G} units, P of ${D} loads) to ${B} (frequencies of the buses), or ${G + 1 + D} (P of the units, the lost MW, loads) to 1`,
  );
}

/** Contingencies that lose a unit; those of branches leave the frequency alone. */
function losses({ contingencies }: Scopf): ContingencyState[] {
  for (const { lostUnits, contingency } of contingencies)
    if (lostUnits.length > 1)
      throw new InputError(
        `contingency ${contingency.name} loses ${lostUnits.length} units; the network foretells the loss of one`,
      );
  return contingencies.filter(({ lostUnits }) => lostUnits.length === 1);
}

/** One use of a surrogate: what is constant is part of its network. */
interface SurrogateUse {
  readonly network: Network;
  readonly columns: readonly (Variable | Parameter)[];
  readonly inputs: readonly SurrogateInput[];
  /** The contingency; empty for the one that the network was made for. */
  readonly name: string;
}

function stateUse(surrogate: Network, problem: Scopf, load: number): SurrogateUse {
  const inputs = surrogateInputs(problem, load);
  const columns = variablesOf(inputs);
  const places = inputs.map(
    ({ variable, constant = 0 }): FoldedInput =>
      variable === undefined
        ? { constant }
        : { from: columns.indexOf(variable), factor: problem.network.base },
  );
  return { network: foldInputs(surrogate, columns.length, places), columns, inputs, name: '' };
}

/**
 * One use per loss, all of one network, so that they are asked together: a function of the outputs of the units in service,
 * where a parameter that is 0 stands for the one that is lost, and of the lost output.
 */
function lossUses(surrogate: Network, problem: Scopf, load: number): SurrogateUse[] {
  const { grid, network: grown, model } = problem;
  const whole = surrogateInputs(problem, load);
  const outputs = whole.slice(0, grid.units.length);
  const loads = whole.slice(2 * grid.units.length);
  const variables = variablesOf(outputs);
  const factor = grown.base;
  const shared = foldInputs(surrogate, variables.length + 1, [
    ...outputs.map(
      ({ variable }): FoldedInput =>
        variable === undefined ? { constant: 0 } : { from: variables.indexOf(variable), factor },
    ),
    { from: variables.length, factor },
    ...loads.map(({ constant = 0 }) => ({ constant })),
  ]);
  const nothing = model.parameter('output of what is lost', 0);
  return losses(problem).map(({ lostUnits, contingency }) => {
    const lost = unitName(lostUnits[0]!.unit);
    const missing = outputs.find(({ name }) => name === `P(${lost})`)!;
    const gone = missing.variable!;
    return {
      network: shared,
      columns: [...variables.map((variable) => (variable === gone ? nothing : variable)), gone],
      inputs: [
        ...outputs.map((input) => (input === missing ? { name: input.name, constant: 0 } : input)),
        { ...missing, name: `lost ${missing.name}` },
        ...loads,
      ],
      name: contingency.name,
    };
  });
}

const variablesOf = (inputs: readonly SurrogateInput[]): Variable[] => [
  ...new Set(inputs.flatMap(({ variable }) => (variable === undefined ? [] : [variable]))),
];

/** One input of a surrogate. */
export interface SurrogateInput {
  readonly name: string;
  /** Its variable, per unit; absent where it is constant. */
  readonly variable?: Variable;
  /** MW or MVAr, where it is constant. */
  readonly constant?: number;
  /** Of a load: its bus. */
  readonly load?: number;
}

/**
 * The inputs of a surrogate in their order: P of all units, Q of all units, P of all loads, in MW and MVAr; units and loads
 * sorted by bus, then by id as text. Those of units that are off are 0.
 */
export function surrogateInputs(problem: Scopf, load: number): SurrogateInput[] {
  const { grid, network, base } = partsOf(problem, 'surrogateInputs: the problem', [
    'grid',
    'network',
    'base',
  ]);
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
      load: each.bus,
      constant: each.on ? each.MW * load : 0,
    })),
  ];
}
