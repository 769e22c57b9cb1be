import protobuf from 'protobufjs/minimal.js';

/** How a field is written: a wire type of protobuf, or a message of the schema. */
type FieldType = 'int32' | 'int64' | 'string' | 'bytes' | MessageName;
type Field = readonly [id: number, type: FieldType];

/**
 * The part of onnx.proto3 (ONNX 1.16, IR version 8) that derivative programs need, field numbers as there; a field with an
 * array is written once for each entry.
 */
const schema = {
  ModelProto: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    graph: [7, 'GraphProto'],
    opsetImport: [8, 'OperatorSetIdProto'],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  GraphProto: {
    node: [1, 'NodeProto'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto'],
    input: [11, 'ValueInfoProto'],
    output: [12, 'ValueInfoProto'],
  },
  NodeProto: {
    input: [1, 'string'],
    output: [2, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'AttributeProto'],
  },
  AttributeProto: {
    name: [1, 'string'],
    i: [3, 'int64'],
    g: [6, 'GraphProto'],
    ints: [8, 'int64'],
    type: [20, 'int32'],
  },
  TensorProto: {
    dims: [1, 'int64'],
    dataType: [2, 'int32'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
    externalData: [13, 'StringStringEntryProto'],
    dataLocation: [14, 'int32'],
  },
  StringStringEntryProto: { key: [1, 'string'], value: [2, 'string'] },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'] },
  TypeProto: { tensorType: [1, 'TensorTypeProto'] },
  TensorTypeProto: { elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'Dimension'] },
  Dimension: { dimValue: [1, 'int64'] },
} as const;
type MessageName = keyof typeof schema;

/** Wire types of protobuf: 0 for numbers of variable length, 2 for what begins with its length. */
const wireType = (type: FieldType): number => (type === 'int32' || type === 'int64' ? 0 : 2);

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
      if (type === 'int32' || type === 'int64') writer[type](one);
      else if (type === 'string' || type === 'bytes') writer[type](one);
      else write(writer.fork(), type, one).ldelim();
    }
  }
  return writer;
}
