import { show } from '../../build.js';
import type { Tensor } from '../../graph.js';
import type { Site } from './activations.js';
import type { Config } from './config.js';
import { type Argument, tensorsOf } from './connections.js';

/** A layer's trained arrays; those of layers and cells inside it by their names in Keras 2 and their places in Keras 3. */
export interface OwnWeights {
  /** A trained array of this layer, counted once however often the layer is called. */
  weight(name: string, shape: readonly number[]): Tensor;
  /** Whether a file that names its weights holds one. */
  has(name: string): boolean;
  /** Marks a weight that is not computed with. */
  ignore(name: string): void;
  /** Those of something inside: `name` in Keras 2, `place` in Keras 3. */
  within(name: string, place: string): OwnWeights;
}

/** One call of one layer. */
export interface Call extends Site, OwnWeights {
  /** Nodes the layer is called on: the tensors of its first argument. */
  readonly inputs: readonly number[];
  /** All arguments in order, the first included. */
  readonly positional: readonly Argument<number>[];
  /** What adds a model inside this layer, called on one node; undefined where `entry` is a layer. */
  model?(entry: Config, name: string, place: string): ((node: number) => readonly number[]) | undefined;
  /** An argument by name; one that is never asked for is refused. */
  named(key: string): Argument<number> | undefined;
}

/** Most layers have one output. */
export type Rule = (call: Call) => number | readonly number[];

/** The single input of a layer that takes one. */
export function one({ build, layer, inputs }: Call): number {
  if (inputs.length !== 1) throw build.error(layer, `is called on ${inputs.length} inputs, expected one`);
  return inputs[0]!;
}

export function several({ build, layer, inputs }: Call): readonly number[] {
  if (inputs.length < 2)
    throw build.error(layer, `is called on ${inputs.length} inputs, expected at least 2`);
  return inputs;
}

/** Shape of the single input. */
export const shapeOf = (call: Call): readonly number[] => call.build.shape(one(call));

export function lastOf(call: Call): number {
  const last = shapeOf(call).at(-1);
  if (last === undefined) throw call.build.error(call.layer, 'needs an input with an axis besides the batch');
  return last;
}

/** `u` with a batch of one in front, for what counts it. */
export const batched = ({ build, layer }: Call, u: number): number =>
  build.reshape(layer, u, [1, ...build.shape(u)]);
export const unbatched = ({ build, layer }: Call, u: number): number =>
  build.reshape(layer, u, build.shape(u).slice(1));

/** Whether channels are the last axis. */
export function channelsLast(config: Config): boolean {
  const format = config.text('data_format', 'channels_last');
  if (!/^channels_?(first|last)$/i.test(format)) throw config.error(`data_format is "${format}"`);
  return !/first$/i.test(format);
}

/** The tensors of an argument at `position` or by name. */
export function argumentOf(call: Call, position: number, name: string): readonly number[] {
  const given = call.positional[position] ?? call.named(name);
  return given === undefined ? [] : tensorsOf(given);
}

/** Whole numbers of one axis or all: `2` or `[2, 3]`. */
export function each(config: Config, key: string, count: number, standard: number): number[] {
  const given = config.get(key) === undefined ? [standard] : config.numbers(key);
  if (
    (given.length !== 1 && given.length !== count) ||
    given.some((own) => !Number.isSafeInteger(own) || own < 1)
  )
    throw config.error(`"${key}" is ${show(given)}, expected ${count} whole numbers above 0`);
  return given.length === count ? given : new Array<number>(count).fill(given[0]!);
}
