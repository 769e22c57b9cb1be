import type { Budget } from '../../core/budget.js';
import { InputError } from '../../core/errors.js';
import { NetworkBuilder } from '../build.js';
import type { Network } from '../graph.js';
import { checkLengths, chosenInputs, chosenOutputs, lengthGiven, type NetworkEnds } from './ends.js';
import type { Surroundings } from './onnx/call.js';
import { isComputed } from './onnx/value.js';
import type { GraphNode } from './tensorflow/attributes.js';
import { Evaluator, reference, Scope } from './tensorflow/evaluate.js';
import { functionsOf, nodesOf } from './tensorflow/functions.js';
import { isList } from './tensorflow/lists.js';
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
  const nodes = nodesOf(isObject(topology) ? topology['node'] : undefined, fail);
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
  const values = new Scope();
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
  const functionOf = functionsOf(topology, fail);
  new Evaluator({ around, weights, fail, functionOf }, nodes).run(outputs, values);
  const results = outputs.map((output) => {
    const [label, place] = reference(output);
    const value = values.get(label)?.[place];
    if (value === undefined || isList(value))
      throw fail(`output "${output}" is made by no node that can be read`);
    if (!isComputed(value)) throw fail(`output "${output}" does not depend on any input`);
    const shape = build.shape(value.node);
    return shape[0] === 1 && shape.length > 1 ? build.reshape(label, value.node, shape.slice(1)) : value.node;
  });
  return build.finish(results);
}

type Fail = (problem: string) => InputError;

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
