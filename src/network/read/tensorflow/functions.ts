import type { InputError } from '../../../core/errors.js';
import { isObject } from '../tfjs/config.js';
import type { GraphNode } from './attributes.js';

/** A graph inside the graph: what loops and branches of the second version run. */
export interface GraphFunction {
  readonly inputs: readonly string[];
  readonly nodes: ReadonlyMap<string, GraphNode>;
  /** References to what it gives. */
  readonly results: readonly string[];
}

type Fail = (problem: string) => InputError;

/** A node's name in messages: its end, where it is long. */
export const shortName = (name: string): string => (name.length > 40 ? `…${name.slice(-39)}` : name);

/** Nodes by name. */
export function nodesOf(list: unknown, fail: Fail): Map<string, GraphNode> {
  if (!Array.isArray(list)) throw fail('has no nodes; save the network again');
  const nodes = new Map<string, GraphNode>();
  for (const value of list) {
    if (!isObject(value) || typeof value['name'] !== 'string' || typeof value['op'] !== 'string')
      throw fail('has a node without a name or an operation');
    const { name, op, input, attr } = value;
    if (nodes.has(name)) throw fail(`has two nodes "${name}"`);
    nodes.set(name, {
      name,
      op,
      input: Array.isArray(input) ? input.map(String) : [],
      attr: isObject(attr) ? attr : {},
    });
  }
  return nodes;
}

const namesOf = (list: unknown): string[] =>
  Array.isArray(list) ? list.flatMap((own) => (isObject(own) ? [String(own['name'])] : [])) : [];

/** The functions of a topology, each read when it is called first. */
export function functionsOf(topology: unknown, fail: Fail): (name: string) => GraphFunction {
  const library = isObject(topology) && isObject(topology['library']) ? topology['library'] : {};
  const list = Array.isArray(library['function']) ? library['function'] : [];
  const read = new Map<string, GraphFunction>();
  const given = new Map(
    list.flatMap((own) =>
      isObject(own) && isObject(own['signature']) ? [[String(own['signature']['name']), own] as const] : [],
    ),
  );
  return (name) => {
    const found = read.get(name);
    if (found) return found;
    const own = given.get(name);
    if (!own) throw fail(`calls "${shortName(name)}", which its library does not have`);
    const signature = isObject(own['signature']) ? own['signature'] : {};
    const ret = isObject(own['ret']) ? own['ret'] : {};
    const made: GraphFunction = {
      inputs: namesOf(signature['inputArg']),
      nodes: nodesOf(own['nodeDef'], fail),
      results: namesOf(signature['outputArg']).map((key) => String(ret[key])),
    };
    read.set(name, made);
    return made;
  };
}

/** The function that an attribute names. */
export function calledBy(node: GraphNode, key: string): string {
  const value = node.attr[key];
  const func = isObject(value) ? value['func'] : undefined;
  return isObject(func) ? String(func['name']) : '';
}
