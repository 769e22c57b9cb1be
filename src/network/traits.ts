import { activationOf } from './activation/table.js';
import type { Elementwise, Op, Tensor } from './graph.js';

export type Kind = Op['kind'];
export type OpOf<K extends Kind> = Extract<Op, { readonly kind: K }>;

/** Fields of an op that hold trained arrays. */
type TensorField<O> = { [F in keyof O]-?: Tensor extends O[F] ? F : never }[keyof O];

/** What every user of the graph must know about an op, apart from its mathematics. */
export interface Traits<K extends Kind> {
  /** Its trained arrays, in the order formats store them. */
  readonly tensors: { readonly [F in TensorField<OpOf<K>>]: true };
  /** Whether its value is affine in its inputs taken together. */
  readonly affine: boolean;
  /** Whether every number of its value is one of an input, only elsewhere: it needs no variable of its own. */
  readonly moves: boolean;
  /** Whether it has a second derivative everywhere. */
  readonly smooth: (op: OpOf<K>) => boolean;
  /** Its name in tables, with the constants that tell it from others of its kind. */
  readonly label: (op: OpOf<K>) => string;
}

const always = (): boolean => true;

/** The traits of every op; a missing one, or a trained array left out, does not compile. */
export const traits = {
  input: { tensors: {}, affine: true, moves: true, smooth: always, label: () => 'input' },
  affine: {
    tensors: { weight: true, bias: true },
    affine: true,
    moves: false,
    smooth: always,
    label: () => 'affine',
  },
  scale: {
    tensors: { scale: true, shift: true },
    affine: true,
    moves: false,
    smooth: always,
    label: () => 'scale',
  },
  elementwise: {
    tensors: {},
    affine: false,
    moves: false,
    smooth: ({ fn }) => activationOf(fn).kind === 'smooth',
    label: ({ fn }) => labelOf(fn),
  },
  softmax: { tensors: {}, affine: false, moves: false, smooth: always, label: () => 'softmax' },
  add: { tensors: {}, affine: true, moves: false, smooth: always, label: () => 'add' },
  multiply: { tensors: {}, affine: false, moves: false, smooth: always, label: () => 'multiply' },
  concat: { tensors: {}, affine: true, moves: true, smooth: always, label: ({ axis }) => `concat(${axis})` },
  reshape: { tensors: {}, affine: true, moves: true, smooth: always, label: () => 'reshape' },
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
export function tensorsOf(op: Op): Tensor[] {
  return Object.keys(traits[op.kind].tensors).flatMap((field) => {
    const tensor = (op as unknown as Record<string, Tensor | undefined>)[field];
    return tensor === undefined ? [] : [tensor];
  });
}
