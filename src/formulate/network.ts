import { InputError } from '../core/errors.js';
import type { ArrayOperand, ExpressionArray } from '../model/array.js';
import { Constant, type Expression, type Operand } from '../model/expression.js';
import type { Model } from '../model/model.js';
import { VariableArray } from '../model/variables.js';
import { requireNetwork } from '../network/given.js';
import type { Network } from '../network/graph.js';
import { trainingRange } from '../network/training.js';
import { formulationOf, refuseKinks } from './choose.js';
import { hasPrograms } from './cut.js';
import { forward, outputValues } from './forward.js';
import { feed, type InputsByName, inputsOf } from './inputs.js';
import { checkOptions, type NetworkOptions, type Settled } from './options.js';
import { addLifted, addPartial } from './parts.js';
import { addCut } from './programs.js';
import { keepRange } from './range.js';
import { addReduced } from './reduced.js';
import { addFull } from './rows.js';
import { logitsOf, scaled } from './scaling.js';
import { addContinued, placeUse } from './uses.js';

/**
 * Adds `y = NN(x)` to the model of `x` and returns `y`. `x` holds variables, parameters, numbers and formulas; numbers and
 * multiples of one variable become part of the first layer, other formulas variables with rows. A network of several inputs takes
 * them one after the other, or by the names of its input layers, `{ state: x, control: u }`. For `x` of shape `[N, n]`
 * it is N uses of one network, which are computed together, and `y` has shape `[N, m]`. Throws InputError for inputs that do
 * not fit the network, for options that contradict each other, and for activations that the formulation cannot state.
 */
export function network(
  net: Network,
  x: ExpressionArray<Expression, 2> | readonly (ExpressionArray<Expression, 1> | ArrayLike<Operand>)[],
  options?: NetworkOptions,
): VariableArray<2>;
export function network(
  net: Network,
  x: ExpressionArray<Expression, 1> | ArrayLike<Operand>,
  options?: NetworkOptions,
): VariableArray<1>;
export function network(net: Network, x: InputsByName, options?: NetworkOptions): VariableArray;
export function network(
  net: Network,
  x: ArrayOperand | InputsByName,
  options: NetworkOptions = {},
): VariableArray {
  requireNetwork(net, 'network');
  checkOptions(net, options);
  const { model, rows, several } = inputsOf(net, x);
  const { formulation, ...chosen } = formulationOf(net, options);
  if (formulation !== 'full') refuseKinks(net, chosen.kinks ?? options.kinks ?? 'refuse', options.quadratic);
  const stated = scaled(options.logits ? logitsOf(net) : net, options.scaling);
  const name = model.freeName(options.name ?? 'y');
  const training = trainingRange(net);
  if (options.range === 'keep' && !training)
    throw new InputError(
      `network '${net.name}': range: 'keep' needs its training range, which no card states: say setTrainingRange(net, { lower, upper })`,
    );
  const cut = formulation === 'reduced' && hasPrograms(net);
  const plain = { reduced: addReduced, lifted: addLifted, partial: addPartial, full: addFull };
  const add = cut ? addCut : plain[formulation];
  const use = (row: readonly Expression[], own: Settled & { readonly name: string }): VariableArray => {
    const [row0, column0] = [model.rowCount, model.variableCount];
    if (row.every((e) => e instanceof Constant)) return constant(model, stated, row, own);
    const fed = feed(model, stated, row, own.name);
    const outputs = add(model, fed.net, fed.inputs, own, {
      network: fed.net,
      original: net,
      inputs: fed.inputs,
    });
    if (training && options.range === 'keep') keepRange(model, row, training, own.name);
    const place = { rows: [row0, model.rowCount], columns: [column0, model.variableCount] } as const;
    placeUse(model, place, training ? { entering: row, training } : {});
    return outputs;
  };
  if (chosen.note !== undefined) addContinued(model, [], chosen.note);
  const settled = { ...options, ...chosen };
  if (!several) return use(rows[0]!, { ...settled, name });
  const [N, m] = [rows.length, net.outputSize];
  const parts = rows.map((row, k) => {
    const one = (given: number | ArrayLike<number> | undefined) =>
      typeof given === 'object' && given.length === N * m
        ? Array.from({ length: m }, (_, j) => given[k * m + j]!)
        : given;
    const [lower, upper, start] = [one(options.lower), one(options.upper), one(options.start)];
    return use(row, {
      ...settled,
      name: `${name}[${k}]`,
      ...(lower !== undefined && { lower }),
      ...(upper !== undefined && { upper }),
      ...(start !== undefined && { start }),
    });
  });
  return new VariableArray<2>(
    model,
    name,
    [N, m],
    parts.flatMap(({ elements }) => elements),
  );
}

/** Outputs of a use whose inputs are all numbers: rows say what they are. */
function constant(
  model: Model,
  net: Network,
  row: readonly Expression[],
  { name, lower, upper }: Settled & { readonly name: string },
): VariableArray {
  const values = outputValues(
    net,
    forward(
      net,
      row.map((e) => (e as Constant).value),
    ),
  );
  const outputs = model.variables(name, net.outputSize, {
    start: values,
    ...(lower !== undefined && { lower }),
    ...(upper !== undefined && { upper }),
  });
  values.forEach((value, k) => {
    model.constrain(outputs.at(k), { equals: value, name: `${name} = ${net.name}[${k}]` });
  });
  return outputs;
}
