import { brief, Config, isObject } from './config.js';

/** A tensor of a functional model: output `tensor` of call `call` of a layer. */
export interface Reference {
  readonly layer: string;
  readonly call: number;
  readonly tensor: number;
}

/** An argument of a call: a tensor, a list of arguments, or something constant. */
export type Argument<T> =
  | { readonly tensor: T }
  | { readonly list: readonly Argument<T>[] }
  | { readonly constant: unknown };

/** What a layer is called with. */
export interface Connection<T> {
  readonly positional: readonly Argument<T>[];
  readonly named: Readonly<Record<string, Argument<T>>>;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

export function readReference(value: unknown, where: Config): Reference {
  const [layer, call, tensor] = Array.isArray(value) ? value : [];
  if (typeof layer !== 'string' || !isCount(call) || !isCount(tensor)) {
    throw where.error(`${brief(value)} is not a connection [layer, call, tensor]; save the network again`);
  }
  return { layer, call, tensor };
}

/** One entry of `inbound_nodes`, as Keras 2 and tfjs (lists) or Keras 3 (`args`, `kwargs`) write it. */
export function readConnection(given: unknown, where: Config): Connection<Reference> {
  // A single connection may stand without its list.
  const value = Array.isArray(given) && typeof given[0] === 'string' ? [given] : given;
  if (isObject(value) && Array.isArray(value['args'])) {
    const named = isObject(value['kwargs']) ? value['kwargs'] : {};
    return {
      positional: value['args'].map((own) => argument(own, where)),
      named: Object.fromEntries(Object.entries(named).map(([key, own]) => [key, argument(own, where)])),
    };
  }
  // Keras 2 names what a model of dictionaries is called on; it is taken in the order of the names.
  if (isObject(value)) {
    const keys = Object.keys(value).sort();
    return readConnection(
      keys.map((key) => value[key]),
      where,
    );
  }
  if (!Array.isArray(value)) throw where.error('its connections are not lists; save the network again');
  const positional = value.map((entry): Argument<Reference> => {
    if (Array.isArray(entry) && entry[0] === '_CONSTANT_VALUE') return { constant: entry[2] };
    return { tensor: readReference(entry, where) };
  });
  // Every entry repeats what else the call passes.
  const kwargs: unknown = Array.isArray(value[0]) ? value[0][3] : undefined;
  const named = isObject(kwargs) ? kwargs : {};
  return {
    positional: positional.length > 1 ? [{ list: positional }] : positional,
    named: Object.fromEntries(Object.entries(named).map(([key, own]) => [key, oldArgument(own)])),
  };
}

/** Keras 3. */
function argument(value: unknown, where: Config): Argument<Reference> {
  if (Array.isArray(value)) return { list: value.map((own) => argument(own, where)) };
  if (!isObject(value)) return { constant: value };
  const kind = value['class_name'];
  if (kind === '__keras_tensor__') {
    const config = new Config(value, where.where).object('config');
    return { tensor: readReference(config.get('keras_history'), where) };
  }
  if (kind === '__tuple__' && Array.isArray(value['items']))
    return { list: value['items'].map((own) => argument(own, where)) };
  // A dictionary of tensors is taken in the order of its keys.
  const keys = kind === undefined ? Object.keys(value).sort() : [];
  const list = keys.map((key) => argument(value[key], where));
  if (list.length > 0 && list.every((own) => tensorsOf(own).length > 0)) return { list };
  return { constant: value };
}

/** Keras 2 writes a tensor among the named arguments as it writes connections. */
function oldArgument(value: unknown): Argument<Reference> {
  if (Array.isArray(value)) {
    const [layer, call, tensor] = value;
    if (value.length >= 3 && typeof layer === 'string' && isCount(call) && isCount(tensor))
      return { tensor: { layer, call, tensor } };
    return { list: value.map(oldArgument) };
  }
  return { constant: value };
}

/** All tensors of an argument, in order. */
export function tensorsOf<T>(argument: Argument<T>): T[] {
  if ('tensor' in argument) return [argument.tensor];
  return 'list' in argument ? argument.list.flatMap(tensorsOf) : [];
}

export const allTensors = <T>({ positional, named }: Connection<T>): T[] => [
  ...positional.flatMap(tensorsOf),
  ...Object.values(named).flatMap(tensorsOf),
];

/** The same argument with other tensors. */
function mapped<T, U>(argument: Argument<T>, to: (tensor: T) => U): Argument<U> {
  if ('tensor' in argument) return { tensor: to(argument.tensor) };
  if ('list' in argument) return { list: argument.list.map((own) => mapped(own, to)) };
  return argument;
}

export const connected = <T, U>(
  { positional, named }: Connection<T>,
  to: (tensor: T) => U,
): Connection<U> => ({
  positional: positional.map((own) => mapped(own, to)),
  named: Object.fromEntries(Object.entries(named).map(([key, own]) => [key, mapped(own, to)])),
});
