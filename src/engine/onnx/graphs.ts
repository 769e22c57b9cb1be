import type { Program, Programs } from '../../derive/program.js';
import type { Order } from '../contract.js';
import { programOf } from '../programs.js';
import type { Arrays } from './arrays.js';
import { type EmitOptions, type Emitted, emit, type HessianBlock } from './emit.js';
import type { OnnxGraph, OnnxNode, OnnxOutput, OnnxTensor } from './model.js';

/** A graph, and the names under which results come out of it. */
export interface Answering {
  readonly graph: OnnxGraph;
  readonly y: string;
  readonly J?: string;
  readonly blocks: readonly HessianBlock[];
}

/** The graph of one program, all shapes known. */
export function singleGraph(
  programs: Programs,
  order: Order,
  arrays: Arrays,
  options: EmitOptions,
): Answering & { readonly outputs: readonly OnnxTensor[] } {
  const program = programOf(programs, order);
  const { nodes, outputs, y, J, blocks } = emit(program, arrays, options);
  const inputs = [...ownInputs(program, programs, arrays), ...arrays.inputs];
  const graph = { name: programs.name, nodes, inputs, outputs, initializers: arrays.initializers };
  return { graph, outputs, y, ...(J === undefined ? {} : { J }), blocks };
}

function ownInputs({ instructions }: Program, { inputs, outputs }: Programs, arrays: Arrays): OnnxTensor[] {
  const has = (kind: 'x' | 'λ') => instructions.some((instruction) => instruction.kind === kind);
  const element = arrays.precision;
  return [
    ...(has('x') ? [{ name: 'x', element, shape: [inputs] }] : []),
    ...(has('λ') ? [{ name: 'λ', element, shape: [outputs] }] : []),
  ];
}

/** Inputs of the joint graph that say what is wanted: order 2, and order 1. */
export const wantsHessian = 'wants_hessian';
export const wantsJacobian = 'wants_jacobian';

/**
 * One graph with all three programs as branches of conditionals, so that a device holds the weights once:
 * `wants_hessian ? (y, J, H) : wants_jacobian ? (y, J, –) : (y, –, –)`, with empty arrays for what is not wanted.
 */
export function jointGraph(programs: Programs, arrays: Arrays, options: EmitOptions): Answering {
  const branches = ([0, 1, 2] as const).map((order) =>
    emit(programOf(programs, order), arrays, options, `order${order}_`),
  ) as [Emitted, Emitted, Emitted];
  const [value, jacobian, hessian] = branches;
  const names = ['y', 'J', ...hessian.blocks.map((_, k) => `H${k}`)];
  const empty = arrays.numbers(new Float64Array(0), [0]);
  const element = arrays.precision;

  const branch = (emitted: Emitted, label: string): OnnxGraph => {
    const results = [emitted.y, emitted.J, ...emitted.blocks.map(({ name }) => name)];
    const fillers: OnnxNode[] = [];
    const outputs = names.map((name, k): OnnxOutput => {
      const result = results[k];
      if (result !== undefined) return { name: result, element };
      const filler = `${label}_no_${name}`;
      fillers.push({ op: 'Identity', inputs: [empty], outputs: [filler], attributes: {} });
      return { name: filler, element };
    });
    return { name: label, nodes: [...emitted.nodes, ...fillers], inputs: [], outputs, initializers: [] };
  };
  const choose = (
    condition: string,
    yes: OnnxGraph,
    no: OnnxGraph,
    outputs: readonly string[],
  ): OnnxNode => ({
    op: 'If',
    inputs: [condition],
    outputs,
    attributes: { then_branch: yes, else_branch: no },
  });

  const lower = names.map((name) => `lower_${name}`);
  const without: OnnxGraph = {
    name: 'lower',
    nodes: [choose(wantsJacobian, branch(jacobian, 'jacobian'), branch(value, 'value'), lower)],
    inputs: [],
    outputs: lower.map((name) => ({ name, element })),
    initializers: [],
  };
  const flags = [wantsHessian, wantsJacobian].map((name) => ({ name, element: 'bool' as const, shape: [] }));
  const { inputs: n, outputs: m } = programs;
  const graph: OnnxGraph = {
    name: programs.name,
    nodes: [choose(wantsHessian, branch(hessian, 'hessian'), without, names)],
    inputs: [
      ...flags,
      { name: 'x', element, shape: [n] },
      { name: 'λ', element, shape: [m] },
      ...arrays.inputs,
    ],
    outputs: names.map((name) => ({ name, element })),
    initializers: arrays.initializers,
  };
  const blocks = hessian.blocks.map((block, k) => ({ ...block, name: `H${k}` }));
  return { graph, y: 'y', J: 'J', blocks };
}
