import type { Program, Programs } from '../../derive/program.js';
import { trainedArrays } from '../trained.js';
import { Arrays } from './arrays.js';
import { type Emitted, emit } from './emit.js';
import { type OnnxGraph, type OnnxNode, type OnnxTensor, serialize } from './model.js';

/** An ONNX file and its name. */
export interface OnnxFileBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * A network and its derivatives as the ONNX files that CasADi 3.8's GraphBuilder finds beside one another, in f64, points and
 * directions as columns:
 *
 * - `f.onnx`: `x` n × 1 → `y` m × 1;
 * - `adj_f.onnx`: `x`, `adj_y` m × nadj → `adj_x = Jᵀ adj_y`, n × nadj;
 * - `fwd_adj_f.onnx`: `x`, `adj_y`, `fwd_x` n × nfwd, `fwd_adj_y` m × (nfwd·nadj) → `fwd_adj_x`, n × (nfwd·nadj), whose columns
 *   go through nadj first: `H(adj_y) fwd_x + Jᵀ fwd_adj_y`.
 *
 * `J` and `H` come from the derivative programs; `H` is computed once for each column of `adj_y`.
 */
export function derivativeModels(programs: Programs, name: string): OnnxFileBytes[] {
  return [
    { name: `${name}.onnx`, bytes: file(name, programs, value) },
    { name: `adj_${name}.onnx`, bytes: file(`adj_${name}`, programs, adjoint) },
    { name: `fwd_adj_${name}.onnx`, bytes: file(`fwd_adj_${name}`, programs, forwardAdjoint) },
  ];
}

/** What a graph is made of. */
interface Parts {
  readonly inputs: readonly OnnxTensor[];
  readonly nodes: readonly OnnxNode[];
  readonly output: OnnxTensor;
}

type Maker = (programs: Programs, arrays: Arrays) => Parts;

function file(name: string, programs: Programs, make: Maker): Uint8Array {
  const arrays = new Arrays(trainedArrays, Number.POSITIVE_INFINITY);
  const { inputs, nodes, output } = make(programs, arrays);
  const initializers = arrays.initializers;
  return serialize({ name, nodes, inputs, outputs: [output], initializers }, true).bytes;
}

const column = (name: string, rows: number, columns: number | string = 1): OnnxTensor => ({
  name,
  element: 'f64',
  shape: [],
  axes: [rows, columns],
});

const node = (
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: OnnxNode['attributes'] = {},
): OnnxNode => ({ op, inputs, outputs: [output], attributes });

/** The point as a program takes it; nobody else gives this name. */
const point = 'x_flat';
const flat = (arrays: Arrays): OnnxNode => node('Reshape', ['x', arrays.integers([-1])], point);

/** A program's nodes, which take `x` and `λ` under names of the graph around. */
function written(program: Program, arrays: Arrays, prefix: string, λ?: string): Emitted {
  const options = { precision: 'f64', blockRows: 2 ** 30, transposedCopies: false } as const;
  const emitted = emit(program, arrays, options, prefix);
  const own = new Map([
    ['x', point],
    ['λ', λ ?? 'λ'],
  ]);
  const nodes = emitted.nodes.map((each) =>
    each.op === 'Identity' && own.has(each.inputs[0]!)
      ? { ...each, inputs: [own.get(each.inputs[0]!)!] }
      : each,
  );
  return { ...emitted, nodes };
}

function value({ value: program, inputs: n, outputs: m }: Programs, arrays: Arrays): Parts {
  const { nodes, y } = written(program, arrays, 'v_');
  return {
    inputs: [column('x', n)],
    nodes: [flat(arrays), ...nodes, node('Reshape', [y.name, arrays.integers([m, 1])], 'y')],
    output: column('y', m),
  };
}

function adjoint({ jacobian, inputs: n, outputs: m }: Programs, arrays: Arrays): Parts {
  const { nodes, J } = written(jacobian, arrays, 'j_');
  return {
    inputs: [column('x', n), column('adj_y', m, 'nadj')],
    nodes: [flat(arrays), ...nodes, node('Gemm', [J!.name, 'adj_y'], 'adj_x', { transA: 1 })],
    output: column('adj_x', n, 'nadj'),
  };
}

function forwardAdjoint(programs: Programs, arrays: Arrays): Parts {
  const { jacobian, hessian, inputs: n, outputs: m } = programs;
  const first = written(jacobian, arrays, 'j_');
  const inputs = [
    column('x', n),
    column('adj_y', m, 'nadj'),
    column('fwd_x', n, 'nfwd'),
    column('fwd_adj_y', m, 'nsens'),
  ];
  const output = column('fwd_adj_x', n, 'nsens');
  const carried = (to: string): OnnxNode => node('Gemm', [first.J!.name, 'fwd_adj_y'], to, { transA: 1 });
  const nodes = [flat(arrays), ...first.nodes];
  if (hessian.outputs.H === undefined) return { inputs, nodes: [...nodes, carried('fwd_adj_x')], output };
  const body = curvature(hessian, arrays, n, m);
  return {
    inputs,
    nodes: [
      ...nodes,
      node('Transpose', ['adj_y'], 'adjoints', { perm: [1, 0] }),
      node('Scan', ['adjoints'], 'by_adjoint', { body, num_scan_inputs: 1 }),
      node('Transpose', ['by_adjoint'], 'by_direction', { perm: [1, 2, 0] }),
      node('Reshape', ['by_direction', arrays.integers([n, -1])], 'curved'),
      carried('carried'),
      node('Add', ['curved', 'carried'], 'fwd_adj_x'),
    ],
    output,
  };
}

/** `H(λ) · fwd_x` for one λ; of `H` the lower triangle is valid. */
function curvature(hessian: Program, arrays: Arrays, n: number, m: number): OnnxGraph {
  const { nodes, blocks } = written(hessian, arrays, 'h_', 'multipliers');
  const H = blocks[0]!.name;
  return {
    name: 'curvature',
    inputs: [{ name: 'multipliers', element: 'f64', shape: [m] }],
    nodes: [
      ...nodes,
      node('Trilu', [H], 'lower_part', { upper: 0 }),
      node('Trilu', [H, strictly(arrays)], 'strict_part', { upper: 0 }),
      node('Transpose', ['strict_part'], 'upper_part', { perm: [1, 0] }),
      node('Add', ['lower_part', 'upper_part'], 'whole'),
      node('MatMul', ['whole', 'fwd_x'], 'directions'),
    ],
    outputs: [column('directions', n, 'nfwd')],
    initializers: [],
  };
}

/** Below the diagonal only. */
const strictly = (arrays: Arrays): string => {
  const name = 'below_diagonal';
  if (!arrays.initializers.some((own) => own.name === name))
    arrays.initializers.push({ name, element: 'int64', shape: [], data: BigInt64Array.of(-1n) });
  return name;
};
