import type { Budget } from '../../core/budget.js';
import { InputError } from '../../core/errors.js';
import { NetworkBuilder } from '../build.js';
import type { Network } from '../graph.js';
import { checkLengths, chosenInputs, chosenOutputs, lengthGiven, type NetworkEnds } from './ends.js';
import { nearest } from './nearest.js';
import { Call, guarded, type Surroundings } from './onnx/call.js';
import { operatorOf } from './onnx/operators.js';
import { type Constant, isComputed, type Value } from './onnx/value.js';
import type { GraphNode } from './tensorflow/attributes.js';
import { type Onnx, tensorflowRules } from './tensorflow/operators.js';
import { isObject } from './tfjs/config.js';
import type { Weights } from './tfjs/weights.js';

/** The newest operator set of ONNX that TensorFlow's operators are read by. */
const opset = 18;

export interface TensorflowGraph {
  readonly file: string;
  readonly name: string;
  /** `modelTopology` and `signature` of the model.json. */
  readonly topology: unknown;
  readonly signature: unknown;
  readonly weights: Weights;
  readonly budget: Budget;
  readonly ends?: NetworkEnds;
}

/** Reads a tfjs GraphModel: TensorFlow's operators, with the constants they were frozen with. */
export function readTensorflow({
  file,
  name,
  topology,
  signature,
  weights,
  budget,
  ends = {},
}: TensorflowGraph): Network {
  const fail = (problem: string): InputError => new InputError(`${file}: ${problem}`);
  const nodes = nodesOf(topology, fail);
  const build = new NetworkBuilder(file, name, budget);
  let any: number | undefined;
  const nothing = (): never => {
    throw fail('holds a tensor where none can be');
  };
  const around: Surroundings = {
    build,
    opset: () => opset,
    anyNode: () => {
      if (any === undefined) throw fail('the network has no inputs');
      return any;
    },
    tensor: nothing,
    sparse: nothing,
  };
  const values = new Map<string, readonly (Value | undefined)[]>();
  const placeholders = [...nodes.values()].filter(({ op }) => op === 'Placeholder');
  const inputs = ordered(placeholders, signature);
  const called = namesOf(signature, 'inputs');
  const labels = inputs.map(({ name: own }) => called.get(own) ?? own);
  const open = inputs.flatMap((input, k) => openAxes(input).map((axis) => `${labels[k]}.${axis}`));
  checkLengths(ends, open, fail);
  for (const k of chosenInputs(labels, ends.inputs, fail)) {
    const input = inputs[k]!;
    const shape = shapeOf(input, (axis) => lengthGiven(ends, [`${labels[k]}.${axis}`], fail), fail);
    const batch = shape[0] === 1 && shape.length > 1;
    const node = build.input(input.name, batch ? shape.slice(1) : shape);
    any ??= node;
    values.set(input.name, [{ node: build.reshape(input.name, node, shape) }]);
  }
  const all = outputsOf(signature, nodes, fail);
  const ending = namesOf(signature, 'outputs');
  const outputs = chosenOutputs(
    all.map((own) => ending.get(own) ?? own),
    ends.outputs,
    fail,
  ).map((k) => all[k]!);
  for (const node of inOrder(nodes, outputs, fail)) {
    if (values.has(node.name)) continue;
    values.set(
      node.name,
      node.op === 'Const' ? [constantOf(node, weights, fail)] : evaluate(around, node, values),
    );
  }
  const results = outputs.map((output) => {
    const [label, place] = reference(output);
    const value = values.get(label)?.[place];
    if (value === undefined) throw fail(`output "${output}" is made by no node that can be read`);
    if (!isComputed(value)) throw fail(`output "${output}" does not depend on any input`);
    const shape = build.shape(value.node);
    return shape[0] === 1 && shape.length > 1 ? build.reshape(label, value.node, shape.slice(1)) : value.node;
  });
  return build.finish(results);
}

type Fail = (problem: string) => InputError;

function nodesOf(topology: unknown, fail: Fail): Map<string, GraphNode> {
  const list = isObject(topology) ? topology['node'] : undefined;
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

/** `name`, `name:1` or `^name` (a control input): which node, and which of its outputs. */
function reference(text: string): [name: string, place: number] {
  const [name, place] = text.split(':') as [string, string | undefined];
  return [name, place === undefined ? 0 : Number(place)];
}
const isData = (input: string): boolean => !input.startsWith('^');

/** What while loops become, in the first and the second version of TensorFlow's control flow. */
const loops = ['LoopCond', 'NextIteration', 'Enter', 'Merge', 'Switch', 'Exit'];

/** What the outputs need, in order of evaluation. */
function inOrder(nodes: ReadonlyMap<string, GraphNode>, outputs: readonly string[], fail: Fail): GraphNode[] {
  const state = new Map<string, 'open' | 'done'>();
  const order: GraphNode[] = [];
  const stack = outputs.map((output) => reference(output)[0]).reverse();
  while (stack.length > 0) {
    const name = stack.at(-1)!;
    const node = nodes.get(name);
    if (!node) throw fail(`is connected to "${name}", which the graph does not have`);
    const missing = node.input
      .filter(isData)
      .map((input) => reference(input)[0])
      .filter((own) => state.get(own) !== 'done');
    if (state.get(name) === 'done') stack.pop();
    else if (missing.length === 0) {
      state.set(name, 'done');
      order.push(node);
      stack.pop();
    } else {
      if (state.get(name) === 'open') {
        const short = name.length > 40 ? `…${name.slice(-39)}` : name;
        throw fail(
          loops.includes(node.op)
            ? `node "${short}": loops cannot be read; save recurrent layers with unroll=True`
            : `node "${short}" depends on its own output`,
        );
      }
      state.set(name, 'open');
      stack.push(...missing);
    }
  }
  return order;
}

function evaluate(
  around: Surroundings,
  node: GraphNode,
  values: ReadonlyMap<string, readonly (Value | undefined)[]>,
): readonly (Value | undefined)[] {
  const layer = node.name.length > 40 ? `…${node.name.slice(-39)}` : node.name;
  const inputs = node.input.filter(isData).map((input) => {
    const [name, place] = reference(input);
    return values.get(name)?.[place];
  });
  const call = new Call(around, node.op, '', layer, inputs, new Map(), [true]);
  const rule = Object.hasOwn(tensorflowRules, node.op) ? tensorflowRules[node.op] : undefined;
  if (!rule) throw call.error(`cannot be read; nearest is ${nearest(node.op, Object.keys(tensorflowRules))}`);
  const onnx: Onnx = (op, own, attributes = new Map(), outputs = 1) => {
    const operator = operatorOf('', op);
    const inner = new Call(
      around,
      node.op,
      '',
      layer,
      own,
      attributes,
      new Array<boolean>(outputs).fill(true),
    );
    if (typeof operator === 'string') throw inner.error(operator);
    const result = operator(inner);
    return Array.isArray(result) ? result : [result as Value];
  };
  const result = guarded(call, () => rule(call, node, onnx));
  return Array.isArray(result) ? result : [result as Value];
}

function constantOf(node: GraphNode, weights: Weights, fail: Fail): Constant {
  const found = weights.byName(node.name);
  if (!found) throw fail(`constant "${node.name}" is missing from the manifest`);
  const dtype = isObject(node.attr['dtype']) ? node.attr['dtype']['type'] : undefined;
  const kind =
    dtype === 'DT_FLOAT' || dtype === 'DT_DOUBLE' || dtype === 'DT_HALF'
      ? 'float'
      : dtype === 'DT_BOOL'
        ? 'flag'
        : 'integer';
  return { shape: found.shape, data: found.data, kind };
}

/** The lengths of an input's axes: an open first one is the batch. */
function shapeOf(node: GraphNode, given: (axis: number) => number | undefined, fail: Fail): number[] {
  const lengths = lengthsOf(node);
  if (lengths === undefined) throw fail(`input "${node.name}" has no shape; save the network with one`);
  return lengths.map((length, axis) => {
    if (Number.isSafeInteger(length) && length > 0) return length;
    const own = given(axis);
    if (own !== undefined) return own;
    if (axis === 0) return 1;
    throw fail(
      `input "${node.name}": axis ${axis} has no length; give shapes: { "${node.name}.${axis}": … }`,
    );
  });
}

function lengthsOf(node: GraphNode): number[] | undefined {
  const given = isObject(node.attr['shape']) ? node.attr['shape']['shape'] : undefined;
  const dim = isObject(given) ? given['dim'] : undefined;
  return Array.isArray(dim)
    ? dim.map((own) => (isObject(own) ? Number(own['size']) : Number.NaN))
    : undefined;
}

const openAxes = (node: GraphNode): number[] =>
  (lengthsOf(node) ?? []).flatMap((length, axis) =>
    Number.isSafeInteger(length) && length > 0 ? [] : [axis],
  );

/** Inputs in the order of the signature. */
function ordered(inputs: readonly GraphNode[], signature: unknown): readonly GraphNode[] {
  const names = named(signature, 'inputs');
  const place = (node: GraphNode): number => {
    const at = names.indexOf(node.name);
    return at < 0 ? names.length : at;
  };
  return [...inputs].sort((a, b) => place(a) - place(b));
}

/** What the signature calls nodes. */
function namesOf(signature: unknown, key: string): ReadonlyMap<string, string> {
  const list = isObject(signature) && isObject(signature[key]) ? Object.keys(signature[key]) : [];
  return new Map(named(signature, key).map((node, k) => [node, list[k]!] as const));
}

function named(signature: unknown, key: string): string[] {
  const list = isObject(signature) && isObject(signature[key]) ? Object.values(signature[key]) : [];
  return list.flatMap((own) =>
    isObject(own) && typeof own['name'] === 'string' ? [own['name'].replace(/:0$/, '')] : [],
  );
}

/** Outputs by the signature; without one, nodes that nobody reads. */
function outputsOf(signature: unknown, nodes: ReadonlyMap<string, GraphNode>, fail: Fail): string[] {
  const listed = named(signature, 'outputs');
  if (listed.length > 0) return listed;
  const read = new Set([...nodes.values()].flatMap(({ input }) => input.map((own) => reference(own)[0])));
  const ends = [...nodes.keys()].filter((name) => !read.has(name));
  if (ends.length === 0) throw fail('has no outputs');
  return ends;
}
