import type { Elementwise } from '../../graph.js';
import { apply } from '../../lower/arithmetic.js';
import { type Call, computed } from '../onnx/call.js';
import type { Value } from '../onnx/value.js';
import { flagOf, type GraphNode, onnxAttributes, textOf } from './attributes.js';

/** Calls an operator of ONNX. */
export type Onnx = (
  op: string,
  inputs: readonly (Value | undefined)[],
  attributes?: ReturnType<typeof onnxAttributes>,
  outputs?: number,
) => readonly (Value | undefined)[];

export type Rule = (call: Call, node: GraphNode, onnx: Onnx) => Value | readonly (Value | undefined)[];

/** The same operator under another name; only its inputs matter. */
export const same =
  (op: string, ...values: readonly number[]): Rule =>
  (call, _, onnx) =>
    onnx(op, values.length > 0 ? values.map((k) => call.value(k)) : call.inputs);
export const elementwise =
  (fn: Elementwise): Rule =>
  (call) =>
    computed(apply(call, call.node(0), fn));

/** A reduction of ONNX over the axes of the second input. */
export const reduction =
  (op: string): Rule =>
  (call, node, onnx) =>
    onnx(op, call.inputs, onnxAttributes({ keepdims: Number(flagOf(node, 'keep_dims')) }));

/** Whether channels are the last axis. */
export const last = (node: GraphNode): boolean => textOf(node, 'data_format', 'NHWC') !== 'NCHW';
