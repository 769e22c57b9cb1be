import type { Factor } from '../core/structure/piece.js';
import type { Tensor } from '../network/graph.js';

/** The index of an instruction of the same program, and so the tensor it computes. */
export type Ref = number & { readonly unit: 'instruction' };

/** `step(u)` is 1 where `u > 0` and 0 elsewhere; `softplus(u) = log(1 + eᵘ)`, `sigmoid(u) = 1/(1 + e⁻ᵘ)`, stable for large `|u|`. */
export type Unary =
  | 'exp'
  | 'tanh'
  | 'sigmoid'
  | 'softplus'
  | 'erf'
  | 'abs'
  | 'step'
  | 'log'
  | 'sqrt'
  | 'sin'
  | 'cos'
  | 'atan';
export type Binary = 'add' | 'subtract' | 'multiply' | 'divide' | 'maximum' | 'minimum';

/** A summand `left · rightᵀ` of a symmetric sum; both `[n, s]`. */
export interface Term {
  readonly left: Ref;
  readonly right: Ref;
}

/**
 * One step of a derivative program: a tensor of static `shape`, row-major, computed from earlier ones.
 * - `x`: the point, `[inputs]`. `λ`: the multipliers, `[outputs]`.
 * - `constant`: a trained array (by reference, so that programs share it) or a small derived one.
 * - `lower`: the same numbers in the lower precision of a mixed executable, where everything computed from them stays;
 *   the identity at any other precision.
 * - `matmul`: `op(a) · op(b)` of two matrices, `op` the transpose where its flag is set. `a` may be a vector, a row that is
 *   not transposed; the result is one then.
 * - `contract`: `op(a) · op(b)` of stacks of matrices, `[…, m, k]` and `[…, k, n]`, whose leading axes broadcast as in NumPy.
 * - `gather`: along the last axis, seen as blocks of `block` numbers: block `index[i]` of `a` at block `i`, zeros where
 *   `index[i]` is −1.
 * - `unary`: `fn` of every entry. `binary`: `fn` of two tensors broadcast as in NumPy (trailing axes aligned).
 * - `sumLast`: sum along the last axis, which stays with length 1. `softmax`: along the last axis.
 * - `slice`: `size` entries along `axis` from `start`. `concat` along `axis`. `reshape`. `transpose` of a matrix.
 * - `symmetric`: `Σ left · rightᵀ + diag(diagonal)`, `[n, n]`, which the caller knows to be symmetric as a whole, though
 *   its summands may not be. With `triangle: 'lower'` nobody reads what stands above the diagonal.
 *
 * In a program for several points (see `batched`) matrices may stand in stacks along a leading axis; an operand without
 * that axis serves every point.
 */
export type Instruction = { readonly shape: readonly number[] } & (
  | { readonly kind: 'x' }
  | { readonly kind: 'λ' }
  | { readonly kind: 'constant'; readonly tensor: Tensor }
  | { readonly kind: 'lower'; readonly a: Ref }
  | {
      readonly kind: 'matmul';
      readonly a: Ref;
      readonly b: Ref;
      readonly transposeA: boolean;
      readonly transposeB: boolean;
    }
  | {
      readonly kind: 'contract';
      readonly a: Ref;
      readonly b: Ref;
      readonly transposeA: boolean;
      readonly transposeB: boolean;
    }
  | { readonly kind: 'gather'; readonly a: Ref; readonly index: Int32Array; readonly block: number }
  | { readonly kind: 'unary'; readonly fn: Unary; readonly a: Ref }
  | { readonly kind: 'binary'; readonly fn: Binary; readonly a: Ref; readonly b: Ref }
  | { readonly kind: 'sumLast'; readonly a: Ref }
  | { readonly kind: 'softmax'; readonly a: Ref }
  | {
      readonly kind: 'slice';
      readonly a: Ref;
      readonly axis: number;
      readonly start: number;
      readonly size: number;
    }
  | { readonly kind: 'concat'; readonly parts: readonly Ref[]; readonly axis: number }
  | { readonly kind: 'reshape'; readonly a: Ref }
  | { readonly kind: 'transpose'; readonly a: Ref }
  | {
      readonly kind: 'symmetric';
      readonly terms: readonly Term[];
      readonly diagonal: Ref | null;
      readonly triangle: 'lower' | 'full';
    }
);

export type InstructionOf<K extends Instruction['kind']> = Extract<Instruction, { kind: K }>;

/** A straight-line program: instruction `k` reads only results of instructions before it. */
export interface Program {
  readonly instructions: readonly Instruction[];
  readonly outputs: Outputs;
}

/** What a program computes; `width` is that of its programs, see {@link widthOf}. */
export interface Outputs {
  /** `[outputs]`. */
  readonly y: Ref;
  /** `[outputs, width]`; absent at order 0. */
  readonly J?: Ref;
  /** `[width, width]`, lower triangle valid; absent at orders 0 and 1, and at order 2 where it is zero (an affine network). */
  readonly H?: Ref;
}

/** Value (order 0), value and Jacobian (1), value, Jacobian and Hessian (2) of one network. */
export interface Programs {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Trained parameters. */
  readonly parameters: number;
  /**
   * The constant factor `B` of `z = Bx + c` with which the network begins: `J` and `H` are derivatives by `z` then,
   * `∂y/∂x = J·B` and `∇²(λᵀy) = BᵀHB`.
   */
  readonly through?: Factor;
  readonly value: Program;
  readonly jacobian: Program;
  readonly hessian: Program;
  /** As `hessian`, with `lower` instructions on the way to `H` alone. */
  readonly mixed: Program;
}

/** Columns of `J`, and rows and columns of `H`. */
export const widthOf = ({ through, inputs }: Pick<Programs, 'through' | 'inputs'>): number =>
  through?.rank ?? inputs;

/** The references of `instruction`, in order. */
export function operands(instruction: Instruction): readonly Ref[] {
  switch (instruction.kind) {
    case 'x':
    case 'λ':
    case 'constant':
      return [];
    case 'matmul':
    case 'contract':
    case 'binary':
      return [instruction.a, instruction.b];
    case 'concat':
      return instruction.parts;
    case 'symmetric': {
      const refs = instruction.terms.flatMap(({ left, right }) => [left, right]);
      return instruction.diagonal === null ? refs : [...refs, instruction.diagonal];
    }
    default:
      return [instruction.a];
  }
}

/** `instruction` with every reference replaced. */
export function withOperands(instruction: Instruction, to: (ref: Ref) => Ref): Instruction {
  switch (instruction.kind) {
    case 'x':
    case 'λ':
    case 'constant':
      return instruction;
    case 'matmul':
    case 'contract':
    case 'binary':
      return { ...instruction, a: to(instruction.a), b: to(instruction.b) };
    case 'concat':
      return { ...instruction, parts: instruction.parts.map(to) };
    case 'symmetric':
      return {
        ...instruction,
        terms: instruction.terms.map(({ left, right }) => ({ left: to(left), right: to(right) })),
        diagonal: instruction.diagonal === null ? null : to(instruction.diagonal),
      };
    default:
      return { ...instruction, a: to(instruction.a) };
  }
}
