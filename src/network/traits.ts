import { activationOf } from './activation/table.js';
import type { Elementwise, Op, OpOf, Tensor } from './graph.js';

export type Kind = Op['kind'];
export type { OpOf };

/** Fields of an op that hold trained arrays. */
type TensorField<O> = { [F in keyof O]-?: Tensor extends O[F] ? F : never }[keyof O];
/** Its other fields. */
type ConstantField<O> = Exclude<keyof O, TensorField<O> | 'kind'>;

/** What every user of the graph must know about an op, apart from its mathematics. */
export interface Traits<K extends Kind> {
  /** Its trained arrays, in the order formats store them. */
  readonly tensors: { readonly [F in TensorField<OpOf<K>>]: true };
  /** What else its value depends on: plain data. */
  readonly constants: { readonly [F in ConstantField<OpOf<K>>]: true };
  /** Whether its value is affine in its inputs taken together. */
  readonly affine: boolean;
  /** Whether every number of its value is one of an input, only elsewhere, or 0: it needs no variable of its own. */
  readonly moves: boolean;
  /** Whether it has a second derivative everywhere. */
  readonly smooth: (op: OpOf<K>) => boolean;
  /** Its name in tables, with the constants that tell it from others of its kind. */
  readonly label: (op: OpOf<K>) => string;
}

const always = (): boolean => true;

/** The traits of every op; a missing one, or a field left out, does not compile. */
export const traits = {
  input: {
    tensors: {},
    constants: { offset: true },
    affine: true,
    moves: true,
    smooth: always,
    label: () => 'input',
  },
  affine: {
    tensors: { weight: true, bias: true },
    constants: {},
    affine: true,
    moves: false,
    smooth: always,
    label: () => 'affine',
  },
  scale: {
    tensors: { scale: true, shift: true },
    constants: {},
    affine: true,
    moves: false,
    smooth: always,
    label: () => 'scale',
  },
  elementwise: {
    tensors: {},
    constants: { fn: true },
    affine: false,
    moves: false,
    smooth: ({ fn }) => activationOf(fn).kind === 'smooth',
    label: ({ fn }) => labelOf(fn),
  },
  softmax: {
    tensors: {},
    constants: {},
    affine: false,
    moves: false,
    smooth: always,
    label: () => 'softmax',
  },
  add: { tensors: {}, constants: {}, affine: true, moves: false, smooth: always, label: () => 'add' },
  multiply: {
    tensors: {},
    constants: {},
    affine: false,
    moves: false,
    smooth: always,
    label: () => 'multiply',
  },
  concat: {
    tensors: {},
    constants: { axis: true },
    affine: true,
    moves: true,
    smooth: always,
    label: ({ axis }) => `concat(${axis})`,
  },
  reshape: { tensors: {}, constants: {}, affine: true, moves: true, smooth: always, label: () => 'reshape' },
  gather: {
    tensors: {},
    constants: { index: true },
    affine: true,
    moves: true,
    smooth: always,
    label: () => 'gather',
  },
  contract: {
    tensors: {},
    constants: {},
    affine: false,
    moves: false,
    smooth: always,
    label: () => 'contract',
  },
  maximum: {
    tensors: {},
    constants: {},
    affine: false,
    moves: false,
    smooth: () => false,
    label: () => 'maximum',
  },
  quadraticProgram: {
    tensors: { Q: true, q: true, A: true, b: true, G: true, h: true },
    constants: { into: true },
    affine: false,
    moves: false,
    smooth: () => false,
    label: ({ into }) => `quadraticProgram(${into})`,
  },
} as const satisfies { readonly [K in Kind]: Traits<K> };

/** Ops whose value is affine in their inputs. */
export type AffineKind = { [K in Kind]: (typeof traits)[K]['affine'] extends true ? K : never }[Kind];

/** `tanh`, `leakyRelu(0.3)`. */
function labelOf({ name, ...constants }: Elementwise): string {
  const values = Object.values(constants);
  return values.length > 0 ? `${name}(${values.join(', ')})` : name;
}

export const isAffine = ({ kind }: Op): boolean => traits[kind].affine;
export const moves = ({ kind }: Op): boolean => traits[kind].moves;
export const isSmooth = (op: Op): boolean => (traits[op.kind].smooth as (op: Op) => boolean)(op);
export const label = (op: Op): string => (traits[op.kind].label as (op: Op) => string)(op);

/** The trained arrays of `op`, in order. */
export const tensorsOf = (op: Op): Tensor[] =>
  Object.values(fieldsOf(op, traits[op.kind].tensors)) as Tensor[];

/** What the value of `op` depends on besides its inputs, by field: trained arrays, and plain data. */
export const parametersOf = (op: Op): Readonly<Record<string, unknown>> =>
  fieldsOf(op, { ...traits[op.kind].tensors, ...traits[op.kind].constants });

/** Whether a field of an op is a trained array. */
export const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'data' in value && ArrayBuffer.isView(value.data);

function fieldsOf(op: Op, fields: object): Record<string, unknown> {
  const given = op as unknown as Readonly<Record<string, unknown>>;
  const present = Object.keys(fields).filter((field) => given[field] !== undefined);
  return Object.fromEntries(present.map((field) => [field, given[field]]));
}
