import type { Message } from '../../../core/onnx/schema.js';
import { isObject, type Json } from '../tfjs/config.js';

/** A node of a TensorFlow graph, as tfjs writes it. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Json;
}

const field = (node: GraphNode, key: string): Json => {
  const value = node.attr[key];
  return isObject(value) ? value : {};
};
/** Texts are written in base64. */
const plain = (value: unknown): string => (typeof value === 'string' ? atob(value) : '');

export const textOf = (node: GraphNode, key: string, standard = ''): string => {
  const { s } = field(node, key);
  return s === undefined ? standard : plain(s);
};
export const numberOf = (node: GraphNode, key: string, standard: number): number => {
  const { i, f } = field(node, key);
  const value = Number(i ?? f ?? standard);
  return Number.isFinite(value) ? value : standard;
};
export const flagOf = (node: GraphNode, key: string): boolean => field(node, key)['b'] === true;
const listOf = (node: GraphNode, key: string): Json => {
  const { list } = field(node, key);
  return isObject(list) ? list : {};
};
export const integersOf = (node: GraphNode, key: string): number[] => {
  const { i } = listOf(node, key);
  return Array.isArray(i) ? i.map(Number) : [];
};
export const textsOf = (node: GraphNode, key: string): string[] => {
  const { s } = listOf(node, key);
  return Array.isArray(s) ? s.map(plain) : [];
};

/** Attributes as an operator of ONNX has them. */
export function onnxAttributes(values: Readonly<Record<string, number | readonly number[] | string>>) {
  return new Map(
    Object.entries(values).map(([name, value]) => {
      const empty = { name, floats: [], ints: [], strings: [] } as unknown as Message<'AttributeProto'>;
      const own =
        typeof value === 'number'
          ? { i: value, f: value }
          : typeof value === 'string'
            ? { s: new TextEncoder().encode(value) }
            : { ints: [...value], floats: [...value] };
      return [name, { ...empty, ...own } as Message<'AttributeProto'>] as const;
    }),
  );
}
