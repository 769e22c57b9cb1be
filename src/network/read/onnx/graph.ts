import type { InputError } from '../../../core/errors.js';
import type { Message } from '../../../core/onnx/schema.js';
import { type Attributes, Call, guarded, type Surroundings } from './call.js';
import { operatorOf } from './operators.js';
import { subgraphOperators } from './subgraphs.js';
import type { Value } from './value.js';

type Graph = Message<'GraphProto'>;
type OnnxNode = Message<'NodeProto'>;
type OnnxFunction = Message<'FunctionProto'>;

/** Values by name, and those of the graph around. */
export type Scope = Map<string, Value>;

/** What a graph is read with. */
export interface Reading extends Surroundings {
  readonly functions: ReadonlyMap<string, OnnxFunction>;
  readonly fail: (problem: string) => InputError;
}

/** Functions and branches may nest this deep. */
const deepest = 32;

/** How messages call a node. */
const nameOf = (node: OnnxNode): string => {
  const name = node.name || node.output[0] || node.opType || 'node';
  return name.length > 40 ? `…${name.slice(-39)}` : name;
};

/** Whether nodes give what `wanted` needs; in order of evaluation. */
function needed(nodes: readonly OnnxNode[], wanted: readonly string[], fail: Reading['fail']): OnnxNode[] {
  const maker = new Map<string, number>();
  nodes.forEach((node, k) => {
    for (const output of node.output) {
      if (output === '') continue;
      if (maker.has(output)) throw fail(`two nodes make "${output}"; export the network again`);
      maker.set(output, k);
    }
  });
  const state = new Uint8Array(nodes.length);
  const order: OnnxNode[] = [];
  const stack = wanted.flatMap((name) => maker.get(name) ?? []).reverse();
  while (stack.length > 0) {
    const k = stack.at(-1)!;
    if (state[k] === 2) {
      stack.pop();
      continue;
    }
    const node = nodes[k]!;
    const missing = namesIn(node)
      .flatMap((name) => maker.get(name) ?? [])
      .filter((own) => state[own] !== 2);
    if (missing.length === 0) {
      state[k] = 2;
      order.push(node);
      stack.pop();
      continue;
    }
    if (state[k] === 1) throw fail(`node "${nameOf(node)}" depends on its own output`);
    state[k] = 1;
    stack.push(...missing);
  }
  return order;
}

/** What a node reads, branches inside it included. */
function namesIn(node: OnnxNode): string[] {
  const inner = node.attribute.flatMap(({ g }) =>
    g ? g.node.flatMap(namesIn).concat(g.output.flatMap(({ name }) => name ?? [])) : [],
  );
  return [...node.input, ...inner];
}

/** Reads what `wanted` needs into `scope`. */
export function readNodes(
  reading: Reading,
  nodes: readonly OnnxNode[],
  wanted: readonly string[],
  scope: Scope,
  attributes: Attributes = new Map(),
  depth = 0,
): void {
  if (depth > deepest) throw reading.fail('functions are nested too deeply');
  const used = new Set([...wanted, ...nodes.flatMap(namesIn)]);
  for (const node of needed(nodes, wanted, reading.fail)) {
    const results = readNode(reading, node, scope, attributes, used, depth);
    node.output.forEach((name, k) => {
      const value = results[k];
      if (name !== '' && value !== undefined) scope.set(name, value);
    });
  }
}

function readNode(
  reading: Reading,
  node: OnnxNode,
  scope: Scope,
  outer: Attributes,
  used: ReadonlySet<string>,
  depth: number,
): readonly (Value | undefined)[] {
  const { build } = reading;
  const [op, domain] = [node.opType ?? '', node.domain ?? ''];
  const layer = nameOf(node);
  const inputs = node.input.map((name) => {
    if (name === '') return undefined;
    const value = scope.get(name);
    if (value === undefined)
      throw build.error(layer, `${op}: its input "${name}" is made by nothing that can be read`);
    return value;
  });
  const attributes = new Map(
    node.attribute.flatMap((own) => {
      const value = own.refAttrName ? outer.get(own.refAttrName) : own;
      return value === undefined ? [] : [[own.name ?? '', value] as const];
    }),
  );
  const made = reading.functions.get(`${domain}:${op}`);
  if (made) return readFunction(reading, made, inputs, attributes, depth);
  const outputs = node.output.map((name) => name !== '' && used.has(name));
  const call = new Call(reading, op, domain, layer, inputs, attributes, outputs);
  const holds = (domain === '' || domain === 'ai.onnx') && Object.hasOwn(subgraphOperators, op);
  const subgraphs = holds ? subgraphOperators[op] : undefined;
  if (subgraphs && (op !== 'Scan' || reading.opset('') > 8))
    return guarded(call, () =>
      subgraphs(call, (graph, given) => readSubgraph(reading, graph, given, scope, outer, depth)),
    );
  const operator = operatorOf(domain, op);
  if (typeof operator === 'string') throw call.error(operator);
  const result = guarded(call, () => operator(call));
  call.finish();
  return Array.isArray(result) ? result : [result as Value];
}

/** What a graph inside a node gives, with `given` beside the values around it. */
function readSubgraph(
  reading: Reading,
  graph: Graph,
  given: ReadonlyMap<string, Value>,
  scope: Scope,
  attributes: Attributes,
  depth: number,
): readonly (Value | undefined)[] {
  const inner: Scope = new Map(scope);
  readInitializers(reading, graph, inner);
  for (const [name, value] of given) inner.set(name, value);
  const names = graph.output.map(({ name }) => name ?? '');
  readNodes(reading, graph.node, names, inner, attributes, depth + 1);
  return names.map((name) => inner.get(name));
}

function readFunction(
  reading: Reading,
  made: OnnxFunction,
  inputs: readonly (Value | undefined)[],
  attributes: Attributes,
  depth: number,
): readonly (Value | undefined)[] {
  const inner: Scope = new Map();
  made.input.forEach((name, k) => {
    const value = inputs[k];
    if (value !== undefined) inner.set(name, value);
  });
  const own = new Map(made.attributeProto.map((attribute) => [attribute.name ?? '', attribute]));
  readNodes(reading, made.node, made.output, inner, new Map([...own, ...attributes]), depth + 1);
  return made.output.map((name) => inner.get(name));
}

/** The graph's constants, each decoded when it is first needed. */
export function readInitializers(reading: Reading, graph: Graph, scope: Scope): void {
  const names = new Set<string>();
  const once = (name: string): string => {
    if (names.has(name))
      throw reading.fail(`two initializers are called "${name}"; export the network again`);
    names.add(name);
    return name;
  };
  for (const sparse of graph.sparseInitializer) {
    const name = once(sparse.values?.name ?? '');
    scope.set(name, reading.sparse(sparse, `initializer "${name}"`));
  }
  for (const tensor of graph.initializer) {
    const name = once(tensor.name ?? '');
    scope.set(name, reading.tensor(tensor, `initializer "${name}"`));
  }
}
