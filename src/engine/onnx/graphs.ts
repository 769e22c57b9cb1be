import type { Program, Programs } from '../../derive/program.js';
import type { Order, Precision } from '../contract.js';
import { programOf } from '../programs.js';
import type { Float } from '../trained.js';
import type { Arrays } from './arrays.js';
import { type EmitOptions, type Emitted, emit } from './emit.js';
import type { OnnxGraph, OnnxNode, OnnxOutput, OnnxTensor } from './model.js';
import type { HessianBlock } from './symmetric.js';

/** A graph, and the names under which results come out of it. */
export interface Answering {
  readonly graph: OnnxGraph;
  readonly y: string;
  readonly J?: string;
  readonly blocks: readonly HessianBlock[];
}

/** What `x` and `λ` are fed as, and `y` and `J` come out as. */
export const outerFloat = (precision: Precision): Float => (precision === 'f32' ? 'f32' : 'f64');

/** The graph of one program, all shapes known. */
export function singleGraph(
  name: string,
  program: Program,
  arrays: Arrays,
  options: EmitOptions,
): Answering & { readonly outputs: readonly OnnxTensor[] } {
  const { nodes, outputs, y, J, blocks } = emit(program, arrays, options);
  const inputs = [...ownInputs(program, options.precision), ...arrays.inputs];
  const graph = { name, nodes, inputs, outputs, initializers: arrays.initializers };
  return { graph, outputs, y: y.name, ...(J && { J: J.name }), blocks };
}

function ownInputs({ instructions }: Program, precision: Precision): OnnxTensor[] {
  return instructions.flatMap(({ kind, shape }) =>
    kind === 'x' || kind === 'λ' ? [{ name: kind, element: outerFloat(precision), shape }] : [],
  );
}

/** Inputs of the joint graph that say what is wanted: order 2, and order 1. */
export const wantsHessian = 'wants_hessian';
export const wantsJacobian = 'wants_jacobian';

/**
 * One graph with all three programs as branches of conditionals, so that a device holds the weights once:
 * `wants_hessian ? (y, J, H) : wants_jacobian ? (y, J, –) : (y, –, –)`, with empty arrays for what is not wanted.
 */
export function jointGraph(
  programs: Programs,
  transform: (program: Program) => Program,
  arrays: Arrays,
  options: EmitOptions,
  points = 1,
): Answering {
  const own = ([0, 1, 2] as const).map((order: Order) =>
    transform(programOf(programs, order, options.precision)),
  );
  const branches = own.map((program, order) => emit(program, arrays, options, `order${order}_`));
  const [value, jacobian, hessian] = branches as [Emitted, Emitted, Emitted];
  const outer = outerFloat(options.precision);
  const outputs: OnnxOutput[] = [
    { name: 'y', element: outer },
    { name: 'J', element: outer },
    ...hessian.blocks.map((_, k) => ({ name: `H${k}`, element: hessian.hessian })),
  ];
  const names = outputs.map(({ name }) => name);

  const branch = (emitted: Emitted, label: string): OnnxGraph => {
    const results = [emitted.y.name, emitted.J?.name, ...emitted.blocks.map(({ name }) => name)];
    const fillers: OnnxNode[] = [];
    const ends = outputs.map(({ name, element }, k): OnnxOutput => {
      const result = results[k];
      if (result !== undefined) return { name: result, element };
      const filler = `${label}_no_${name}`;
      const empty = arrays.numbers([], [0], element as Float);
      fillers.push({ op: 'Identity', inputs: [empty], outputs: [filler], attributes: {} });
      return { name: filler, element };
    });
    return {
      name: label,
      nodes: [...emitted.nodes, ...fillers],
      inputs: [],
      outputs: ends,
      initializers: [],
    };
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

  const lower = outputs.map(({ name, element }) => ({ name: `lower_${name}`, element }));
  const without: OnnxGraph = {
    name: 'lower',
    nodes: [
      choose(
        wantsJacobian,
        branch(jacobian, 'jacobian'),
        branch(value, 'value'),
        lower.map(({ name }) => name),
      ),
    ],
    inputs: [],
    outputs: lower,
    initializers: [],
  };
  const flags = [wantsHessian, wantsJacobian].map((name) => ({ name, element: 'bool' as const, shape: [] }));
  const given = (kind: 'x' | 'λ', size: number): OnnxTensor => {
    const found = own.flatMap(({ instructions }) => instructions).find((i) => i.kind === kind);
    return { name: kind, element: outer, shape: found?.shape ?? [...(points > 1 ? [points] : []), size] };
  };
  const graph: OnnxGraph = {
    name: programs.name,
    nodes: [choose(wantsHessian, branch(hessian, 'hessian'), without, names)],
    inputs: [...flags, given('x', programs.inputs), given('λ', programs.outputs), ...arrays.inputs],
    outputs,
    initializers: arrays.initializers,
  };
  const blocks = hessian.blocks.map((block, k) => ({ ...block, name: `H${k}` }));
  return { graph, y: 'y', J: 'J', blocks };
}
