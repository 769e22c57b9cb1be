import { sizeOf } from '../../build.js';
import type { Tensor } from '../../graph.js';
import { range } from '../../lower/place.js';
import { batched, type Call } from './call.js';
import { isObject } from './config.js';
import { type Argument, tensorsOf } from './connections.js';

/** An argument by position or one of its names. */
export function find(
  call: Call,
  position: number,
  ...names: readonly string[]
): Argument<number> | undefined {
  const flat = call.positional.flatMap((own) =>
    'list' in own && position > 0 && call.positional.length === 1 ? own.list : [own],
  );
  // By name first: a list of tensors, which is one argument, would pass its second for the next.
  const named = names.map((name) => call.named(name) ?? own(call, name)).find((given) => given !== undefined);
  return named ?? flat[position];
}

/** Keras 3 keeps some arguments in the operation's configuration. */
function own({ config }: Call, name: string): Argument<number> | undefined {
  const value = config.get(name);
  return value === undefined ? undefined : { constant: value };
}

/** Numbers, or lists of them, as a tensor. */
function constantOf(call: Call, value: unknown): Tensor {
  const plain = isObject(value) && isObject(value['config']) ? value['config']['value'] : value;
  const shape: number[] = [];
  for (let own: unknown = plain; Array.isArray(own); own = own[0]) shape.push(own.length);
  const flat = (Array.isArray(plain) ? plain.flat(Number.POSITIVE_INFINITY) : [plain]) as unknown[];
  const numbers = flat.map((own) => (typeof own === 'boolean' ? Number(own) : own));
  if (
    !numbers.every((own) => typeof own === 'number' && Number.isFinite(own)) ||
    numbers.length !== sizeOf(shape)
  )
    throw call.build.error(call.layer, 'is called with a constant that is no array of numbers');
  return { shape, data: Float64Array.from(numbers as number[]) };
}

export type Side = { readonly node: number } | { readonly tensor: Tensor };
export function side(call: Call, argument: Argument<number> | undefined): Side {
  if (argument === undefined) throw call.build.error(call.layer, 'misses an argument');
  if ('tensor' in argument) return { node: batched(call, argument.tensor) };
  if ('list' in argument) {
    if (tensorsOf(argument).length > 0)
      throw call.build.error(call.layer, 'is called with a list of tensors');
    return { tensor: constantOf(call, plain(argument)) };
  }
  return { tensor: constantOf(call, argument.constant) };
}

export const first = (call: Call): number => {
  const argument = find(call, 0, 'x', 'inputs', 'a');
  const [node] = argument === undefined ? [] : tensorsOf(argument);
  if (node === undefined) throw call.build.error(call.layer, 'has no input');
  return node;
};
/** Axes counted with the batch, without it. */
export function axesOf(call: Call, given: unknown, rank: number): number[] {
  const list = given === undefined || given === null ? range(rank).map((k) => k + 1) : [given].flat();
  return list.map((axis) => {
    const counted = typeof axis === 'number' && axis < 0 ? axis + rank + 1 : axis;
    if (typeof counted !== 'number' || !Number.isInteger(counted) || counted < 1 || counted > rank)
      throw call.build.error(
        call.layer,
        `works along axis ${String(axis)}; the batch (0) is none of the network's`,
      );
    return counted - 1;
  });
}
export const plain = (argument: Argument<number> | undefined): unknown => {
  if (argument === undefined) return undefined;
  if ('constant' in argument) return argument.constant;
  return 'list' in argument ? argument.list.map(plain) : undefined;
};

/** The axes that an argument names, all where it names none. */
export const named = (call: Call, position: number, ...names: readonly string[]): number[] =>
  axesOf(call, plain(find(call, position, ...names)), call.build.shape(first(call)).length);
