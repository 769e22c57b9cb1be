import { encode } from '../../core/onnx/schema.js';

/** Element types of TensorProto. */
export const elementType = { f32: 1, int64: 7, bool: 9, f64: 11 } as const;
export type Element = keyof typeof elementType;

export interface OnnxTensor {
  readonly name: string;
  readonly element: Element;
  readonly shape: readonly number[];
  /** The shape with the names of axes whose length is left open, in place of `shape`. */
  readonly axes?: readonly (number | string)[];
}
/** An output; its shape is left open where it depends on a condition. */
export type OnnxOutput = Omit<OnnxTensor, 'shape'> & { readonly shape?: readonly number[] };
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, number | readonly number[] | OnnxGraph>>;
}
export interface OnnxInitializer extends OnnxTensor {
  readonly data: Float64Array | Float32Array | BigInt64Array;
}
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxTensor[];
  readonly outputs: readonly OnnxOutput[];
  readonly initializers: readonly OnnxInitializer[];
}

/** Little-endian bytes of a typed array, without a copy. */
export const bytesOf = (data: ArrayBufferView): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const dimension = (length: number | string) =>
  typeof length === 'number' ? { dimValue: length } : { dimParam: length };

const describe = ({ name, element, shape, axes = shape }: OnnxOutput) => ({
  name,
  type: {
    tensorType: {
      elemType: elementType[element],
      ...(axes === undefined ? {} : { shape: { dim: axes.map(dimension) } }),
    },
  },
});

/** AttributeProto.type: 2 for an integer, 5 for a graph, 7 for a list of integers. */
function attribute(name: string, value: OnnxNode['attributes'][string]) {
  if (typeof value === 'number') return { name, i: value, type: 2 };
  return 'nodes' in value ? { name, g: structure(value), type: 5 } : { name, ints: value, type: 7 };
}

/** A graph but for its initializers. */
const structure = (graph: OnnxGraph): object => ({
  name: graph.name,
  input: graph.inputs.map(describe),
  output: graph.outputs.map(describe),
  node: graph.nodes.map(({ op, inputs, outputs, attributes }) => ({
    opType: op,
    input: inputs,
    output: outputs,
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  })),
});

/** Initializers of at least this many bytes travel beside the model, as external data; a protobuf ends at 2 GiB. */
const external = 1 << 16;

/** The serialized model and the arrays it refers to by path. Initializers stand in the outermost graph only. */
export interface OnnxModel {
  readonly bytes: Uint8Array;
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** `inline`: with all arrays in it, for a file that stands alone. */
export function serialize(graph: OnnxGraph, inline = false): OnnxModel {
  const externalData: { path: string; data: Uint8Array }[] = [];
  const initializer = graph.initializers.map(({ name, element, shape, data }) => {
    const described = { name, dims: shape, dataType: elementType[element] };
    const bytes = bytesOf(data);
    if (inline || bytes.length < external) return { ...described, rawData: bytes };
    externalData.push({ path: name, data: bytes });
    const entries = { location: name, offset: '0', length: `${bytes.length}` };
    return {
      ...described,
      dataLocation: 1,
      externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
    };
  });
  const message = {
    irVersion: 8,
    producerName: 'graybox-nlp',
    opsetImport: [{ domain: '', version: 17 }],
    graph: { ...structure(graph), initializer },
  };
  return { bytes: encode('ModelProto', message), externalData };
}
