import { InputError } from '../src/core/errors.js';
import { told } from '../src/core/given.js';
import { refusing } from '../src/core/primitive.js';
import type { Device, Precision } from '../src/engine/contract.js';
import { type Formulation, type NetworkUse, outputError } from '../src/formulate/index.js';
import { Variable, VariableArray } from '../src/model/index.js';
import { describe, type NodeRow } from '../src/network/describe.js';
import type { OracleStatistics } from '../src/oracle/contract.js';
import type { EngineSummary } from './engine.js';

/** One network of a model, or several uses of it that were stated at once. */
export interface NetworkReport {
  /** Name of the outputs. */
  readonly name: string;
  /** Name of the network. */
  readonly network: string;
  readonly uses: number;
  readonly formulation: Exclude<Formulation, 'auto'>;
  /** Numbers that enter and leave it, each use; what is constant among its inputs counts. */
  readonly inputs: number;
  readonly outputs: number;
  /** Trained numbers. */
  readonly parameters: number;
  /** Its layers as they were read, in the order of evaluation. */
  readonly layers: readonly NodeRow[];
  /** Largest `|y − NN(x)|` at the point held. */
  readonly error: number;
  /** Who computed its gray box, and what was asked of it by all its uses; absent where rows state every layer. */
  readonly engine?: string;
  readonly device?: Device;
  readonly precision?: Precision;
  readonly oracle?: OracleStatistics;
}

/** Uses of networks with who computed them: gray boxes in the order of the model's. */
export interface Computed {
  readonly uses: readonly NetworkUse[];
  readonly boxes: readonly unknown[];
  readonly engines: readonly (EngineSummary | undefined)[];
  readonly oracles: readonly OracleStatistics[];
}

/** What is told of the network whose outputs `y` is, all of them or some. */
export function networkReport(
  y: VariableArray | Variable,
  x: Float64Array,
  { uses, boxes, engines, oracles }: Computed,
): NetworkReport {
  if (!(y instanceof Variable || y instanceof VariableArray))
    throw new InputError(`network: ${told(y)} is not what network(…) returned`);
  const columns = y instanceof Variable ? [y.index] : y.elements.map(({ index }) => index);
  const wanted = new Set(columns);
  const own = uses.filter(({ outputs }) => outputs.some((column) => wanted.has(column)));
  const [first] = own;
  const known = own.reduce((total, { outputs }) => total + outputs.filter((j) => wanted.has(j)).length, 0);
  if (first === undefined || known < wanted.size)
    throw new InputError(`network: '${y.name}' holds variables that are no output of a network`);
  const { network, original = network, formulation } = first;
  const box = formulation === 'full' ? -1 : boxes.indexOf(first.box);
  const { engine, device, precision } = engines[box] ?? {};
  const report: NetworkReport = {
    name: own.length === 1 ? first.name : y.name,
    network: original.name,
    uses: own.length,
    formulation,
    inputs: original.inputSize,
    outputs: original.outputSize,
    parameters: original.parameters,
    layers: describe(original),
    error: own.reduce((most, use) => Math.max(most, outputError(use, x)), 0),
    ...(engine !== undefined && { engine }),
    ...(device !== undefined && { device }),
    ...(precision !== undefined && { precision }),
    ...(oracles[box] && { oracle: oracles[box] }),
  };
  return refusing(
    report,
    `the report on network '${original.name}'`,
    'its numbers are report.error, report.oracle, …',
  );
}

/** A line for every network and way to state it. */
export function networkLines({ uses, boxes, engines }: Omit<Computed, 'oracles'>): string[] {
  const counts = new Map<string, number>();
  for (const { network, original = network, formulation, box } of uses) {
    const by = engines[formulation === 'full' ? -1 : boxes.indexOf(box)];
    const who = by ? `, ${by.engine} on ${by.device} in ${by.precision}` : '';
    const line = `${original.name} (${original.inputSize} → ${original.outputSize}, ${original.parameters} parameters): ${formulation} space${who}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => (count === 1 ? line : `${count} × ${line}`));
}
