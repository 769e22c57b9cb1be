import { InputError } from '../core/errors.js';
import { type ArrayOperand, isArrayOperand, toArray } from '../model/array.js';
import { both, Call, Column, Constant, type Expression, Linear } from '../model/expression.js';
import { countOf, shapeText } from '../model/extents.js';
import { subtract } from '../model/functions.js';
import { concat } from '../model/joining.js';
import { Model } from '../model/model.js';
import { type InputMap, isIdentity, withInputs } from '../network/compose.js';
import type { Network } from '../network/graph.js';

/** A network with the columns of a model that enter it. */
export interface Fed {
  /** As a function of these columns: numbers and multiples of columns among the inputs are part of it. */
  readonly net: Network;
  readonly inputs: readonly Column[];
}

/** One or several lists of inputs of a network, and the model they are of. */
export interface Inputs {
  readonly model: Model;
  readonly rows: readonly (readonly Expression[])[];
  /** Whether a table of several was given, `[N, n]`. */
  readonly several: boolean;
}

/** Inputs of a network by the names of its input layers. */
export type InputsByName = { readonly [input: string]: ArrayOperand };

/** The input layers with the shapes that they take, in words. */
const expected = ({ nodes }: Network): string =>
  nodes
    .flatMap(({ op, layer, shape }) =>
      op.kind === 'input' ? [`'${layer}' of shape ${shapeText(shape)}`] : [],
    )
    .join(', ');

function isByName(x: ArrayOperand | InputsByName): x is InputsByName {
  return (
    typeof x === 'object' &&
    x !== null &&
    !isArrayOperand(x) &&
    (Object.getPrototypeOf(x) === Object.prototype || Object.getPrototypeOf(x) === null)
  );
}

/** Inputs by name, one after the other as the network takes them. */
function joined(net: Network, given: InputsByName): ArrayOperand {
  const layers = net.nodes
    .flatMap(({ op, layer, shape }) =>
      op.kind === 'input' ? [{ layer, offset: op.offset, size: countOf(shape) }] : [],
    )
    .sort((a, b) => a.offset - b.offset);
  const stranger = Object.keys(given).find((name) => !layers.some(({ layer }) => layer === name));
  if (stranger !== undefined)
    throw new InputError(`network '${net.name}' has no input '${stranger}'; it takes ${expected(net)}`);
  const parts = layers.map(({ layer, size }) => {
    const own = given[layer];
    if (own === undefined)
      throw new InputError(`network '${net.name}': input '${layer}' is missing; it takes ${expected(net)}`);
    const array = toArray(own, `network '${net.name}': input '${layer}'`);
    // A table has a row for each use.
    const several = array.size !== size;
    if (several && array.size !== array.shape[0]! * size)
      throw new InputError(
        `network '${net.name}': input '${layer}' has shape ${shapeText(array.shape)}; it takes ${expected(net)}, or a table of these`,
      );
    return several ? array.reshape([array.shape[0]!, size]) : array.reshape([size]);
  });
  return concat(parts, -1);
}

/** What a caller gave as inputs, checked. */
export function inputsOf(net: Network, given: ArrayOperand | InputsByName): Inputs {
  const x = isByName(given) ? joined(net, given) : given;
  const array = toArray(x, `network '${net.name}'`);
  const several = array.shape.length > 1;
  const n = array.shape.at(-1) ?? 0;
  if (array.shape.length > 2 || n !== net.inputSize)
    throw new InputError(
      `network '${net.name}' takes ${net.inputSize} inputs, got ${several ? `shape ${shapeText(array.shape)}` : `${n} variables`}; they are ${expected(net)}`,
    );
  const model = modelOf(net, array.elements);
  const rows = several
    ? Array.from({ length: array.shape[0]! }, (_, k) => array.row(k).elements)
    : [array.elements];
  return { model, rows, several };
}

function modelOf(net: Network, inputs: readonly Expression[]): Model {
  const owned = inputs.filter(({ owner }) => owner !== undefined);
  const [first] = owned;
  if (first === undefined || !(first.owner instanceof Model))
    throw new InputError(
      `network '${net.name}': x must be variables of a model, or hold some; evaluate(net, x) computes it at numbers`,
    );
  const foreign = owned.find(({ owner }) => owner !== first.owner);
  if (foreign !== undefined)
    throw new InputError(
      `network '${net.name}': x mixes variables of ${both(first.owner, foreign.owner!)}: '${first}' and '${foreign}'; use the variables of one model`,
    );
  return first.owner;
}

const composed = new WeakMap<Network, Map<string, Network>>();

/** The same network under the same map, one object however often it is used: one gray box. */
export function underMap(net: Network, map: InputMap): Network {
  if (isIdentity(map)) return net;
  const known = composed.get(net) ?? new Map<string, Network>();
  composed.set(net, known);
  const key = [map.size, map.source, map.scale, map.shift].join(';');
  const own = known.get(key) ?? withInputs(net, map);
  known.set(key, own);
  return own;
}

/**
 * Feeds a network with formulas: what is a number or a multiple of one column becomes part of its first layers, any other
 * formula a variable with a row of its own, `name/x[k]`.
 */
export function feed(model: Model, net: Network, x: readonly Expression[], name: string): Fed {
  const places = new Map<Column, number>();
  const source = new Int32Array(x.length);
  const scale = new Float64Array(x.length);
  const shift = new Float64Array(x.length);
  x.forEach((e, i) => {
    const own = multipleOf(e) ?? { column: stated(model, e, `${name}/x[${i}]`), scale: 1, shift: 0 };
    [source[i], scale[i], shift[i]] = [-1, own.scale, own.shift];
    if (own.column === undefined) return;
    source[i] = places.get(own.column) ?? places.size;
    places.set(own.column, source[i]!);
  });
  const inputs = [...places.keys()];
  return { net: underMap(net, { size: inputs.length, source, scale, shift }), inputs };
}

/** A variable that is equal to the formula. */
function stated(model: Model, e: Expression, name: string): Column {
  const start = model.value(e, model.startPoint());
  const variable = model.variable(name, { start: Number.isFinite(start) ? start : 0 });
  model.constrain(subtract(variable, e), { equals: 0, name: `${name} = …` });
  return variable;
}

/** `scale · column + shift`; without a column a number. */
interface Multiple {
  readonly column?: Column;
  readonly scale: number;
  readonly shift: number;
}

/** The formula as a multiple of one column, undefined where it is none. Nested deeper than a few levels it counts as none. */
function multipleOf(e: Expression, depth = 8): Multiple | undefined {
  if (e instanceof Constant) return { scale: 0, shift: e.value };
  if (e instanceof Column) return { column: e, scale: 1, shift: 0 };
  if (e instanceof Linear || !(e instanceof Call) || depth === 0 || e.args.length > 2) return undefined;
  const [a, b] = e.args.map((arg) => multipleOf(arg, depth - 1));
  if (a === undefined || (e.args.length === 2 && b === undefined)) return undefined;
  const combined = (α: number, β: number): Multiple | undefined => {
    const column = a.column ?? b!.column;
    if (a.column && b!.column && a.column !== b!.column) return undefined;
    return {
      ...(column && { column }),
      scale: α * a.scale + β * b!.scale,
      shift: α * a.shift + β * b!.shift,
    };
  };
  const times = (m: Multiple, factor: number): Multiple => ({
    ...m,
    scale: factor * m.scale,
    shift: factor * m.shift,
  });
  switch (e.op) {
    case 'negate':
      return times(a, -1);
    case 'add':
      return b && combined(1, 1);
    case 'subtract':
      return combined(1, -1);
    case 'multiply':
      if (b === undefined) return a;
      if (a.column === undefined) return times(b, a.shift);
      return b.column === undefined ? times(a, b.shift) : undefined;
    case 'divide':
      return b!.column === undefined && b!.shift !== 0 ? times(a, 1 / b!.shift) : undefined;
    default:
      return undefined;
  }
}
