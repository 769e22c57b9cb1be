import type { Shape } from '../problem/shape.js';
import { type Derivatives, differentiate } from './differentiate.js';
import { emit, mayEmit } from './emit.js';
import { interpret } from './interpret.js';
import type { Loop } from './loop.js';

/** What runs over a table of terms of one shape. */
export interface Kernel {
  /** Slots of the gradient's structural nonzeros, ascending: its outputs in order. */
  readonly gradientSlots: readonly number[];
  /** Pairs of slots `row ≥ column` of the Hessian's structural nonzeros, in order. */
  readonly hessianSlots: readonly { readonly row: number; readonly column: number }[];
  readonly value: Loop;
  readonly gradient: Loop;
  readonly hessian: Loop;
}

/** More operations than this are interpreted, because engines do not optimize functions of that size. */
const largestCompiled = 3000;

/**
 * Derives and compiles the loops of a shape; each is generated when it is first called. Second derivatives by slots that are
 * marked in `held` are left out.
 */
export function makeKernel(shape: Shape, compile = true, held?: Uint8Array): Kernel {
  const derivatives = differentiate(shape);
  const { value, gradient } = derivatives;
  const hessian = derivatives.hessian.filter(({ row, column }) => !held?.[row] && !held?.[column]);
  const lazy = (outputs: readonly number[]): Loop => {
    let loop: Loop | undefined;
    return (...args) => {
      loop ??= build(derivatives, outputs, compile);
      loop(...args);
    };
  };
  return {
    gradientSlots: gradient.map(({ slot }) => slot),
    hessianSlots: hessian.map(({ row, column }) => ({ row, column })),
    value: lazy([value]),
    gradient: lazy(gradient.map(({ id }) => id)),
    hessian: lazy(hessian.map(({ id }) => id)),
  };
}

function build({ tape }: Derivatives, outputs: readonly number[], compile: boolean): Loop {
  const needed = liveIds(tape.operands, tape.code, outputs);
  return compile && needed.length <= largestCompiled && mayEmit()
    ? emit(tape, needed, outputs)
    : interpret(tape, needed, outputs);
}

/** Ids that the outputs depend on, ascending, so that operands come first. */
function liveIds(operands: readonly number[], code: readonly string[], outputs: readonly number[]): number[] {
  const live = new Uint8Array(code.length);
  for (const id of outputs) live[id] = 1;
  const ids: number[] = [];
  for (let id = code.length - 1; id >= 0; id--) {
    if (live[id] === 0) continue;
    ids.push(id);
    if (code[id] === 'variable' || code[id] === 'constant') continue;
    for (let k = 3 * id; k < 3 * id + 3; k++) if (operands[k]! >= 0) live[operands[k]!] = 1;
  }
  return ids.reverse();
}
