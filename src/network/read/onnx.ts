import { Budget, countOf } from '../../core/budget.js';
import { type Bytes, inMemory, isBytes, taken } from '../../core/bytes.js';
import { InputError } from '../../core/errors.js';
import { bytesOf, noOptions, optionsOf } from '../../core/given.js';
import { decode, type Message } from '../../core/onnx/schema.js';
import { NetworkBuilder } from '../build.js';
import type { Network } from '../graph.js';
import { constant } from '../lower/move.js';
import { checkLengths, chosenInputs, chosenOutputs, lengthGiven, type NetworkEnds } from './ends.js';
import type { External } from './onnx/external.js';
import { type Reading, readInitializers, readNodes, type Scope } from './onnx/graph.js';
import { denseOf, elementName, kindOf, readTensor } from './onnx/tensor.js';
import { isComputed } from './onnx/value.js';

/** What an ONNX file leaves open. */
export type OnnxOptions = NetworkEnds;

/** An ONNX model as bytes. */
export interface OnnxFile extends NetworkEnds {
  /** What messages call the file. */
  readonly file: string;
  /** The network's name. */
  readonly name: string;
  readonly bytes: Uint8Array | Bytes;
  /** Reads files beside the model that hold its tensors. */
  readonly external?: External;
  readonly budget?: Budget;
}

/** The operator sets between which operators mean what is read here. */
const oldest = 7;

/**
 * Reads an ONNX model, opset 7 or newer. Whatever depends on shapes and constants alone is computed. A first axis that is
 * open or 1 is the batch, of which there is one; other open axes need a length. A mistake is an InputError of one line.
 */
export function readOnnx(source: OnnxFile): Network;
export function readOnnx(source: OnnxFile, ...more: unknown[]): Network {
  noOptions(more, 'readOnnx');
  const { file, name, bytes: given } = optionsOf(source, 'readOnnx');
  const bytes = isBytes(given) ? given : inMemory(bytesOf(given, 'readOnnx: bytes'));
  const fail = (problem: string): InputError => new InputError(`${file}: ${problem}`);
  const model = parse(bytes, fail);
  const graph = model.graph;
  if (!graph) throw fail('is no ONNX model: it holds no graph');
  const opsets = new Map(model.opsetImport.map(({ domain, version }) => [domain ?? '', version ?? 1]));
  const main = opsets.get('') ?? opsets.get('ai.onnx');
  if (main !== undefined && main < oldest)
    throw fail(
      `has opset ${main}; opset ${oldest} or newer can be read, convert it with onnx.version_converter`,
    );
  const build = new NetworkBuilder(file, name, source.budget ?? new Budget());
  let any: number | undefined;
  const external =
    source.external ??
    ((location: string): never => {
      throw fail(`keeps tensors in "${location}", which is not at hand; save it as one file`);
    });
  const reading: Reading = {
    build,
    fail,
    functions: new Map(model.functions.map((own) => [`${own.domain ?? ''}:${own.name ?? ''}`, own])),
    opset: (domain) => opsets.get(domain) ?? main ?? 1,
    anyNode: () => {
      if (any === undefined) throw fail('the network has no inputs');
      return any;
    },
    tensor: (proto, what) => {
      const count = countOf(proto.dims);
      build.budget.check('numbers', count, `${file}: ${what}`);
      build.budget.take('trained', count, `${file}: ${what}`);
      return readTensor(
        proto,
        external,
        (problem) => fail(`${what} ${problem}`),
        (numbers, at) => {
          let bad = 0;
          while (bad < numbers.length && !Number.isNaN(numbers[bad]!)) bad++;
          if (bad < numbers.length)
            throw fail(`${what} is NaN at index ${at + bad}; train the network again or repair the file`);
        },
      );
    },
    sparse: (proto, what) =>
      denseOf(
        proto,
        (part) => reading.tensor(part, what),
        (count) => {
          build.budget.check('numbers', count, `${file}: ${what}`);
          build.budget.take('trained', count, `${file}: ${what}`);
        },
        (problem) => fail(`${what} ${problem}`),
      ),
  };
  const scope: Scope = new Map();
  readInitializers(reading, graph, scope);
  const outputs = outputsRead(graph, source.outputs, build, fail);
  const inputs = graph.input.filter(({ name: own }) => !scope.has(own ?? ''));
  const used = new Set(inputsOf(graph, outputs));
  checkLengths(source, openAxes(graph), fail);
  const names = inputs.map((own) => own.name ?? '');
  const twice = names.find((name, k) => names.indexOf(name) < k);
  if (twice !== undefined) throw fail(`two inputs are called "${twice}"; export the network again`);
  for (const k of chosenInputs(names, source.inputs, fail)) {
    const input = inputs[k]!;
    const label = names[k]!;
    const tensor = input.type?.tensorType;
    if (kindOf(tensor?.elemType) !== 'float') {
      if (!used.has(label)) continue;
      throw fail(
        `input "${label}" holds ${elementName(tensor?.elemType)}; only floats can be optimized over`,
      );
    }
    const shape = shapeOf(label, tensor?.shape?.dim, source, fail);
    const batch = shape[0] === 1 && shape.length > 1;
    const node = build.input(label, batch ? shape.slice(1) : shape);
    any ??= node;
    scope.set(label, { node: build.reshape(label, node, shape) });
  }
  readNodes(reading, graph.node, outputs, scope);
  const values = outputs.map((own) => {
    const value = scope.get(own);
    if (value === undefined) throw fail(`output "${own}" is made by no node that can be read`);
    return { own, value };
  });
  const [first] = values;
  if (first && !values.some(({ value }) => isComputed(value)))
    throw fail(`output "${first.own}" does not depend on any input`);
  return build.finish(
    values.map(({ own, value }) => {
      const place = { build, layer: own };
      const node = isComputed(value)
        ? value.node
        : constant(place, reading.anyNode(), value.shape, value.data);
      const shape = build.shape(node);
      // The batch is no axis of the result.
      const batch = shape[0] === 1 && shape.length > 1;
      return batch ? build.reshape(own, node, shape.slice(1)) : node;
    }),
  );
}

function parse(bytes: Bytes, fail: (problem: string) => InputError): Message<'ModelProto'> {
  try {
    return decode('ModelProto', bytes);
  } catch (error) {
    const text = new TextDecoder().decode(taken(bytes, 0, Math.min(40, bytes.length)));
    if (text.startsWith('version https://git-lfs'))
      throw fail('is a Git LFS pointer, not the model itself; fetch it with "git lfs pull"');
    if (error instanceof InputError) throw error;
    throw fail(`is no ONNX model, or a damaged one (${(error as Error).message.split('\n')[0]})`);
  }
}

type Graph = Message<'GraphProto'>;

/** Names of graph inputs that the outputs depend on. */
function inputsOf({ node }: Graph, outputs: readonly string[]): string[] {
  const maker = new Map(node.flatMap((own) => own.output.map((name) => [name, own] as const)));
  const seen = new Set<string>(outputs);
  for (const name of seen) for (const input of maker.get(name)?.input ?? []) seen.add(input);
  return [...seen].filter((name) => !maker.has(name));
}

/** The outputs to read; those that hold no floats are left out. */
function outputsRead(
  { output }: Graph,
  chosen: readonly string[] | undefined,
  build: NetworkBuilder,
  fail: (problem: string) => InputError,
): string[] {
  const names = output.map(({ name }) => name ?? '');
  if (chosen) return chosenOutputs(names, chosen, fail).map((k) => names[k]!);
  const floats = output.filter(({ name, type }) => {
    const tensor = type?.tensorType;
    if (tensor && (tensor.elemType === undefined || kindOf(tensor.elemType) === 'float')) return true;
    if (type === undefined) return true;
    build.note(
      `output "${name}" holds ${tensor ? elementName(tensor.elemType) : 'dictionaries'} and is left out`,
    );
    return false;
  });
  if (floats.length === 0)
    throw fail(
      output.some(({ type }) => type?.sequenceType)
        ? 'has no output of floats: ZipMap makes dictionaries; export with options={"zipmap": False}'
        : 'has no output of floats',
    );
  return floats.map(({ name }) => name ?? '');
}

type Dimensions = readonly Message<'Dimension'>[] | undefined;

/** The shape of an input: the batch, which is the first axis where none is called so, is 1; other open axes have the lengths given. */
function shapeOf(
  label: string,
  dim: Dimensions,
  ends: NetworkEnds,
  fail: (problem: string) => InputError,
): number[] {
  if (dim === undefined) throw fail(`input "${label}" has no shape; export it with one`);
  // Sequences may lie before their batch.
  const batch = Math.max(
    0,
    dim.findIndex(({ dimParam }) => /batch/i.test(dimParam ?? '')),
  );
  return dim.map(({ dimValue, dimParam }, axis) => {
    if (dimValue !== undefined && dimValue > 0) return dimValue;
    const given = lengthGiven(ends, [dimParam, `${label}.${axis}`], fail);
    if (given !== undefined) return given;
    if (axis === batch) return 1;
    const key =
      dimParam && /^[A-Za-z_]\w*$/.test(dimParam) ? dimParam : `"${dimParam || `${label}.${axis}`}"`;
    throw fail(`input "${label}": axis ${axis} has no length; give shapes: { ${key}: … }`);
  });
}

const openAxes = ({ input }: Graph): string[] =>
  input.flatMap(({ name, type }) =>
    (type?.tensorType?.shape?.dim ?? []).flatMap(({ dimValue, dimParam }, axis) =>
      dimValue !== undefined && dimValue > 0 ? [] : [dimParam ?? '', `${name}.${axis}`],
    ),
  );
