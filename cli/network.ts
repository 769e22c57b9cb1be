import { InvalidArgumentError, Option } from 'commander';
import { loadNetwork, type Network } from '../index.js';
import { type LimitFlags, limitOption } from './options.js';

/** What a file does not say of the network in it. */
export interface NetworkFlags extends LimitFlags {
  readonly shapes?: Record<string, number>;
  readonly inputs?: string[];
  readonly outputs?: string[];
}

/** `time=12` or `time=12,height=28`, collected by name. */
const lengths = (text: string, before: Record<string, number> = {}): Record<string, number> => {
  const shapes = { ...before };
  for (const part of text.split(',')) {
    const at = part.lastIndexOf('=');
    const length = Number(part.slice(at + 1));
    if (at < 1 || !Number.isInteger(length) || length < 1)
      throw new InvalidArgumentError("give axis=length with a whole length, for example 'time=12'.");
    shapes[part.slice(0, at)] = length;
  }
  return shapes;
};

const names = (text: string, before: string[] = []): string[] => {
  const given = text.split(',').map((name) => name.trim());
  if (given.includes('')) throw new InvalidArgumentError('give names with commas between them.');
  return [...before, ...given];
};

/** Flags of every command that takes a network. */
export const networkOptions = (): Option[] => [
  new Option('--shapes <axis=length>', 'lengths of axes that a file leaves open; may be repeated').argParser(
    lengths,
  ),
  new Option('--inputs <names>', 'inputs in this order; may be repeated').argParser(names),
  new Option('--outputs <names>', 'outputs in this order; may be repeated').argParser(names),
  limitOption(),
];

/** The network that a command was given. */
export const openNetwork = (
  path: string,
  { limit, shapes, inputs, outputs }: NetworkFlags,
): Promise<Network> =>
  loadNetwork(path, {
    limits: limit,
    ...(shapes && { shapes }),
    ...(inputs && { inputs }),
    ...(outputs && { outputs }),
  });
