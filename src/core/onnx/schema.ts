import protobuf from 'protobufjs/minimal.js';
import { type Bytes, inMemory } from '../bytes.js';
import { Wire } from './wire.js';

/**
 * How a field is written: a wire type of protobuf, or a message of the schema. `part` are bytes that may be many, `floats` and
 * `doubles` lists of as many numbers: they are left where they are.
 */
type Scalar =
  | 'int32'
  | 'int64'
  | 'uint64'
  | 'float'
  | 'double'
  | 'string'
  | 'bytes'
  | 'part'
  | 'floats'
  | 'doubles';
type FieldType = Scalar | MessageName;
/** `many`: the field may occur more than once. */
type Field = readonly [id: number, type: FieldType, many?: true];

/**
 * The part of onnx.proto (ONNX 1.16, IR version 10) that networks and derivative programs need, field numbers as there; a
 * field with an array is written once for each entry.
 */
const schema = {
  ModelProto: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    graph: [7, 'GraphProto'],
    opsetImport: [8, 'OperatorSetIdProto', true],
    functions: [25, 'FunctionProto', true],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  FunctionProto: {
    name: [1, 'string'],
    input: [4, 'string', true],
    output: [5, 'string', true],
    attribute: [6, 'string', true],
    node: [7, 'NodeProto', true],
    opsetImport: [9, 'OperatorSetIdProto', true],
    domain: [10, 'string'],
    attributeProto: [11, 'AttributeProto', true],
  },
  GraphProto: {
    node: [1, 'NodeProto', true],
    name: [2, 'string'],
    initializer: [5, 'TensorProto', true],
    input: [11, 'ValueInfoProto', true],
    output: [12, 'ValueInfoProto', true],
    sparseInitializer: [15, 'SparseTensorProto', true],
  },
  NodeProto: {
    input: [1, 'string', true],
    output: [2, 'string', true],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'AttributeProto', true],
    domain: [7, 'string'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    t: [5, 'TensorProto'],
    g: [6, 'GraphProto'],
    floats: [7, 'float', true],
    ints: [8, 'int64', true],
    strings: [9, 'bytes', true],
    sparseTensor: [22, 'SparseTensorProto'],
    refAttrName: [21, 'string'],
    type: [20, 'int32'],
  },
  TensorProto: {
    dims: [1, 'int64', true],
    dataType: [2, 'int32'],
    floatData: [4, 'floats', true],
    int32Data: [5, 'int32', true],
    stringData: [6, 'bytes', true],
    int64Data: [7, 'int64', true],
    name: [8, 'string'],
    rawData: [9, 'part'],
    doubleData: [10, 'doubles', true],
    uint64Data: [11, 'uint64', true],
    externalData: [13, 'StringStringEntryProto', true],
    dataLocation: [14, 'int32'],
  },
  SparseTensorProto: { values: [1, 'TensorProto'], indices: [2, 'TensorProto'], dims: [3, 'int64', true] },
  StringStringEntryProto: { key: [1, 'string'], value: [2, 'string'] },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'] },
  TypeProto: {
    tensorType: [1, 'TensorTypeProto'],
    sequenceType: [4, 'SequenceProto'],
    mapType: [5, 'SequenceProto'],
  },
  SequenceProto: {},
  TensorTypeProto: { elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'Dimension', true] },
  Dimension: { dimValue: [1, 'int64'], dimParam: [2, 'string'] },
} as const;
type MessageName = keyof typeof schema;

/** Wire types of protobuf: 0 for numbers of variable length, 1 and 5 for 8 and 4 bytes, 2 for what begins with its length. */
const wireType = (type: FieldType): number => wires[type as Scalar] ?? 2;
const wires: Readonly<Partial<Record<Scalar, number>>> = {
  int32: 0,
  int64: 0,
  uint64: 0,
  double: 1,
  doubles: 1,
  float: 5,
  floats: 5,
};
/** What is written as another type is. */
const written = { part: 'bytes', floats: 'float', doubles: 'double' } as const;
const isScalar = (type: FieldType): type is Scalar => !Object.hasOwn(schema, type);

/** A message in protobuf's encoding. protobufjs' own encoders are made from text, which not every place allows. */
export const encode = (name: MessageName, message: object): Uint8Array =>
  write(protobuf.Writer.create(), name, message).finish();

function write(writer: protobuf.Writer, name: MessageName, message: object): protobuf.Writer {
  const fields: Readonly<Record<string, Field>> = schema[name];
  for (const [key, value] of Object.entries(message)) {
    const field = fields[key];
    if (field === undefined) throw new TypeError(`${name} has no field '${key}'`);
    const [id, type] = field;
    for (const one of Array.isArray(value) ? value : [value]) {
      writer.uint32((id << 3) | wireType(type));
      if (isScalar(type)) writer[written[type as keyof typeof written] ?? type](one as never);
      else write(writer.fork(), type, one).ldelim();
    }
  }
  return writer;
}

type Value<T> = T extends 'string'
  ? string
  : T extends 'bytes'
    ? Uint8Array
    : T extends 'part'
      ? Bytes
      : T extends 'floats' | 'doubles'
        ? Bytes | number
        : T extends Scalar
          ? number
          : T extends MessageName
            ? Message<T>
            : never;
/** A message as it is read: fields that may occur often are lists, others absent where the file has none. */
export type Message<N extends MessageName> = {
  -readonly [F in keyof (typeof schema)[N] as (typeof schema)[N][F] extends readonly [number, FieldType, true]
    ? F
    : never]: Value<(typeof schema)[N][F] extends readonly [number, infer T, true] ? T : never>[];
} & {
  -readonly [F in keyof (typeof schema)[N] as (typeof schema)[N][F] extends readonly [number, FieldType, true]
    ? never
    : F]?: Value<(typeof schema)[N][F] extends readonly [number, infer T] ? T : never>;
};

const fieldsById = new Map(
  Object.entries(schema).map(([name, fields]) => [
    name,
    new Map(
      Object.entries(fields as Readonly<Record<string, Field>>).map(([key, [id, type, many]]) => [
        id,
        { key, type, many },
      ]),
    ),
  ]),
);

/** Messages may nest this deep; a subgraph takes three levels. */
const deepest = 64;

/**
 * The message that `bytes` hold; long fields stay parts of them. Fields beyond the schema are skipped. Throws where `bytes`
 * are no such message.
 */
export function decode<N extends MessageName>(name: N, bytes: Bytes | Uint8Array): Message<N> {
  const all = bytes instanceof Uint8Array ? inMemory(bytes) : bytes;
  return read(new Wire(all), all.length, name, 0) as Message<N>;
}

function read(wire: Wire, end: number, name: string, depth: number): Record<string, unknown> {
  if (depth > deepest) throw new RangeError('messages are nested too deeply');
  const fields = fieldsById.get(name)!;
  const message: Record<string, unknown> = {};
  for (const { key, many } of fields.values()) if (many) message[key] = [];
  while (wire.pos < end) {
    const tag = wire.uint32();
    const field = fields.get(tag >>> 3);
    const kind = tag & 7;
    if (field === undefined) {
      wire.skipField(kind, deepest - depth);
      continue;
    }
    const { key, type, many } = field;
    const list = message[key] as unknown[];
    const length = (): number => {
      const own = wire.uint32();
      if (wire.pos + own > end) throw new RangeError(`${name}.${key} ends beyond its message`);
      return own;
    };
    if (many && kind === 2 && wireType(type) !== 2) {
      const size = length();
      if (type === 'floats' || type === 'doubles') list.push(wire.part(size));
      else for (const stop = wire.pos + size; wire.pos < stop; ) list.push(number(wire, type as Scalar));
      continue;
    }
    if (kind !== wireType(type)) throw new RangeError(`field ${key} of ${name} has wire type ${kind}`);
    let value: unknown;
    if (!isScalar(type)) {
      const own = length();
      value = read(wire, wire.pos + own, type, depth + 1);
    } else if (type === 'string') value = wire.text(length());
    else if (type === 'bytes') value = wire.take(length()).slice();
    else if (type === 'part') value = wire.part(length());
    else value = number(wire, type);
    if (many) list.push(value);
    else message[key] = value;
  }
  if (wire.pos !== end) throw new RangeError(`${name} ends beyond its message`);
  return message;
}

const number = (wire: Wire, type: Scalar): number =>
  wire[(written[type as 'floats'] ?? type) as 'float' | 'double' | 'int32' | 'int64' | 'uint64']();
