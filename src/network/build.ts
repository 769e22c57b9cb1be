import { Budget, countOf } from '../core/budget.js';
import { InputError } from '../core/errors.js';
import type { Elementwise, Network, Node, Op, Tensor } from './graph.js';
import { plain } from './stored.js';
import type { OpOf } from './traits.js';

export { countOf as sizeOf } from '../core/budget.js';

type Shape = readonly number[];

import { asPrimitive } from '../core/primitive.js';

/** Index of the first NaN or infinity, -1 if there is none. */
export function firstNotFinite(data: Float32Array | Float64Array): number {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i]!)) return i;
  return -1;
}

/** Characters of a layer's name in messages; of longer ones the end, which tells them apart. */
const longest = 28;

/** A shape in messages: `[28, 28]`. */
export const show = (shape: Shape): string => `[${shape.join(', ')}]`;
const same = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((length, k) => length === b[k]);

/**
 * Builds a {@link Network} node by node and checks every shape; nodes are named by their index. A mistake is an
 * InputError that names the file and the layer. All shapes are without the batch dimension.
 */
export class NetworkBuilder {
  readonly #nodes: Node[] = [];
  #inputSize = 0;
  #parameters = 0;
  #fresh = 0;
  readonly #notes: string[] = [];

  /** `file` names the source in messages; `name` is the network's own. */
  constructor(
    readonly file: string,
    readonly name: string,
    readonly budget: Budget = new Budget(),
  ) {}

  /** An error about `layer`, one line. */
  error(layer: string, problem: string): InputError {
    return new InputError(`${this.#where(layer)}: ${problem}`);
  }

  /** Refuses to make `count` constants for `layer` where they and those before are too many; to be asked before they are made. */
  reserve(layer: string, count: number): void {
    this.budget.take('trained', count, this.#where(layer));
  }

  /** Refuses a value of this shape where it is larger than all values may be; to be asked before it is laid out. */
  allow(layer: string, shape: Shape): void {
    if (!shape.every((length) => length >= 0 && Number.isInteger(length)))
      throw this.error(layer, `would give an array of shape [${shape}]`);
    this.budget.check('values', countOf(shape), this.#where(layer));
  }

  #where(layer: string): string {
    return `${this.file}: layer "${layer.length > longest ? `…${layer.slice(1 - longest)}` : layer}"`;
  }

  /** Counts trained numbers; they are booked on the next node added. */
  count(parameters: number): void {
    this.#parameters += parameters;
    this.#fresh += parameters;
  }

  node(node: number): Node {
    const found = this.#nodes[node];
    if (!found) throw new RangeError(`node ${node} does not exist yet`);
    return found;
  }
  shape(node: number): Shape {
    return this.node(node).shape;
  }

  /** The next `size(shape)` numbers of the flattened network input. */
  input(layer: string, shape: Shape): number {
    const offset = this.#inputSize;
    const node = this.#add(layer, { kind: 'input', offset }, [], shape);
    this.#inputSize += countOf(shape);
    return node;
  }

  affine(layer: string, u: number, weight: Tensor, bias?: Tensor): number {
    const shape = this.shape(u);
    const [inputs, outputs] = weight.shape;
    this.#tensor(layer, 'weight', weight);
    if (inputs === undefined || outputs === undefined || weight.shape.length !== 2) {
      throw this.error(layer, `the weight has shape ${show(weight.shape)}, expected two axes [in, out]`);
    }
    if (shape.at(-1) !== inputs) {
      throw this.error(
        layer,
        `the weight takes ${inputs} numbers, the input's last axis has ${shape.at(-1) ?? 'none'}`,
      );
    }
    if (bias) this.#vector(layer, 'bias', bias, outputs);
    const own = { kind: 'affine', weight: plain(weight) } as const;
    const op: Op = bias ? { ...own, bias: plain(bias) } : own;
    return this.#add(layer, op, [u], [...shape.slice(0, -1), outputs]);
  }

  scale(layer: string, u: number, scale: Tensor, shift: Tensor): number {
    const shape = this.shape(u);
    const last = this.#last(layer, shape);
    this.#vector(layer, 'scale', scale, last);
    this.#vector(layer, 'shift', shift, last);
    return this.#add(layer, { kind: 'scale', scale: plain(scale), shift: plain(shift) }, [u], shape);
  }

  /** `scale` with one number for the whole last axis. */
  scaleBy(layer: string, u: number, scale: number, shift = 0): number {
    const last = this.#last(layer, this.shape(u));
    this.reserve(layer, 2 * last);
    const constant = (value: number): Tensor => ({
      shape: [last],
      data: new Float64Array(last).fill(value),
    });
    return this.scale(layer, u, constant(scale), constant(shift));
  }

  elementwise(layer: string, u: number, fn: Elementwise): number {
    for (const [parameter, value] of Object.entries(fn)) {
      if (typeof value === 'number' && !Number.isFinite(value)) {
        throw this.error(layer, `${fn.name} has ${parameter} = ${value}, expected a finite number`);
      }
    }
    return this.#add(layer, { kind: 'elementwise', fn }, [u], this.shape(u));
  }

  softmax(layer: string, u: number): number {
    this.#last(layer, this.shape(u));
    return this.#add(layer, { kind: 'softmax' }, [u], this.shape(u));
  }

  add(layer: string, inputs: readonly number[]): number {
    if (inputs.length < 2) throw this.error(layer, `adds ${inputs.length} inputs, expected at least 2`);
    return this.#add(layer, { kind: 'add' }, inputs, this.#equal(layer, inputs));
  }

  multiply(layer: string, a: number, b: number): number {
    return this.#add(layer, { kind: 'multiply' }, [a, b], this.#equal(layer, [a, b]));
  }

  /** Joins along `axis` of the batchless shape, counted from 0. */
  concat(layer: string, inputs: readonly number[], axis: number): number {
    const shapes = inputs.map((u) => this.shape(u));
    const first = shapes[0];
    if (!first) throw this.error(layer, 'joins no inputs');
    if (!Number.isInteger(axis) || axis < 0 || axis >= first.length) {
      throw this.error(layer, `joins along axis ${axis} of ${show(first)}, which has none such`);
    }
    const odd = shapes.find((shape) => !same(shape.with(axis, 0), first.with(axis, 0)));
    if (odd) {
      throw this.error(layer, `cannot join ${show(first)} and ${show(odd)}: only axis ${axis} may differ`);
    }
    const length = shapes.reduce((sum, shape) => sum + shape[axis]!, 0);
    return this.#add(layer, { kind: 'concat', axis }, inputs, first.with(axis, length));
  }

  reshape(layer: string, u: number, shape: Shape): number {
    const from = this.shape(u);
    if (same(from, shape)) return u;
    if (countOf(from) !== countOf(shape)) {
      throw this.error(
        layer,
        `cannot reshape ${show(from)} (${countOf(from)}) to ${show(shape)} (${countOf(shape)})`,
      );
    }
    return this.#add(layer, { kind: 'reshape' }, [u], shape);
  }

  /**
   * `vᵢ = u[indexᵢ]` of the flattened `u`, 0 where `indexᵢ` is −1. A gather of what was gathered becomes one; one that
   * moves nothing a reshape.
   */
  gather(layer: string, u: number, index: Int32Array, shape: Shape): number {
    if (index.length !== countOf(shape))
      throw this.error(layer, `moves ${index.length} numbers into a shape ${show(shape)}`);
    let [from, composed] = [u, index];
    for (let node = this.#nodes[from]!; ; node = this.#nodes[from]!) {
      const { op } = node;
      if (op.kind === 'gather') {
        const outer = composed;
        composed = outer.map((i) => (i < 0 ? -1 : op.index[i]!));
      } else if (op.kind !== 'reshape') break;
      from = node.inputs[0]!;
    }
    const size = countOf(this.shape(from));
    if (composed.some((i) => i < -1 || i >= size))
      throw this.error(layer, 'takes numbers that are not there');
    if (composed.length === size && composed.every((i, k) => i === k))
      return this.reshape(layer, from, shape);
    return this.#add(layer, { kind: 'gather', index: composed }, [from], shape);
  }

  /** The products of two stacks of matrices, `[s, m, k]` and `[s, k, n]`. */
  contract(layer: string, a: number, b: number): number {
    const [A, B] = [this.shape(a), this.shape(b)];
    if (A.length !== 3 || B.length !== 3 || A[0] !== B[0] || A[2] !== B[1])
      throw this.error(layer, `cannot multiply matrices ${show(A)} and ${show(B)}`);
    return this.#add(layer, { kind: 'contract' }, [a, b], [A[0]!, A[1]!, B[2]!]);
  }

  /** The largest number of each row of the last axis, which stays with length 1. */
  maximum(layer: string, u: number): number {
    const shape = this.shape(u);
    this.#last(layer, shape);
    return this.#add(layer, { kind: 'maximum' }, [u], shape.with(shape.length - 1, 1));
  }

  /** The solution of a quadratic program into whose q, b or h the vector `u` goes. */
  quadraticProgram(layer: string, u: number, op: Omit<OpOf<'quadraticProgram'>, 'kind'>): number {
    const { into, Q, A, G } = op;
    const n = Q.shape[0]!;
    const [m, p] = [A?.shape[0] ?? 0, G?.shape[0] ?? 0];
    const shapes = { Q: [n, n], q: [n], A: [m, n], b: [m], G: [p, n], h: [p] };
    for (const [name, shape] of Object.entries(shapes) as [keyof typeof shapes, number[]][]) {
      const tensor = op[name];
      if (tensor) this.#tensor(layer, name, tensor);
      const wanted = name !== into && (countOf(shape) > 0 || name === 'Q');
      if (tensor ? !wanted || !same(tensor.shape, shape) : wanted)
        throw this.error(
          layer,
          `${name} has the shape ${tensor ? show(tensor.shape) : 'of nothing'}, expected ${wanted ? show(shape) : `none: the input is ${into}`}`,
        );
    }
    if (!same(this.shape(u), shapes[into]))
      throw this.error(
        layer,
        `takes ${into} of shape ${show(shapes[into])}, its input has ${show(this.shape(u))}`,
      );
    return this.#add(layer, { kind: 'quadraticProgram', ...op }, [u], [n]);
  }

  /** Something the user should know of how the file was read, one line. */
  note(text: string): void {
    if (!this.#notes.includes(text)) this.#notes.push(text);
  }

  /** Closes the graph with its outputs, in order; what no output needs is left out, but for inputs. */
  finish(outputs: readonly number[]): Network {
    if (this.#inputSize === 0) throw new InputError(`${this.file}: the network has no inputs`);
    if (outputs.length === 0) throw new InputError(`${this.file}: the network has no outputs`);
    const { nodes, place } = this.#needed(outputs);
    return {
      name: this.name,
      nodes,
      inputSize: this.#inputSize,
      outputs: outputs.map((node) => place[node]!),
      outputSize: outputs.reduce((sum, node) => sum + countOf(this.shape(node)), 0),
      parameters: this.#parameters,
      ...(this.#notes.length > 0 && { notes: [...this.#notes] }),
      ...operatorsOfNetworks,
    };
  }

  /** The nodes that `outputs` depend on, and inputs; where each node is among them. Parameters stay booked in order. */
  #needed(outputs: readonly number[]): { nodes: Node[]; place: number[] } {
    const needed = this.#nodes.map(({ op }) => op.kind === 'input');
    for (const output of outputs) needed[output] = true;
    for (let k = this.#nodes.length - 1; k >= 0; k--)
      if (needed[k]) for (const input of this.#nodes[k]!.inputs) needed[input] = true;
    const place: number[] = [];
    const nodes: Node[] = [];
    let booked = 0;
    this.#nodes.forEach((node, k) => {
      booked += node.parameters ?? 0;
      if (!needed[k]) return;
      place[k] = nodes.length;
      nodes.push({ ...node, inputs: node.inputs.map((input) => place[input]!), parameters: booked });
      booked = 0;
    });
    const last = nodes.at(-1);
    if (booked > 0 && last) nodes[nodes.length - 1] = { ...last, parameters: last.parameters! + booked };
    return { nodes, place };
  }

  #add(layer: string, op: Op, inputs: readonly number[], shape: Shape): number {
    this.budget.check('depth', shape.length, this.#where(layer));
    if (shape.some((length) => !Number.isSafeInteger(length) || length < 1)) {
      throw this.error(layer, `the shape ${show(shape)} must have positive whole lengths`);
    }
    this.budget.take('nodes', Math.max(1, inputs.length), this.#where(layer));
    this.budget.take('values', countOf(shape), this.#where(layer));
    this.#nodes.push({ layer, op, inputs: [...inputs], shape: [...shape], parameters: this.#fresh });
    this.#fresh = 0;
    return this.#nodes.length - 1;
  }

  #last(layer: string, shape: Shape): number {
    const last = shape.at(-1);
    if (last === undefined)
      throw this.error(layer, 'needs an input with at least one axis besides the batch');
    return last;
  }

  #equal(layer: string, inputs: readonly number[]): Shape {
    const [first, ...rest] = inputs.map((u) => this.shape(u));
    const odd = rest.find((shape) => !same(shape, first!));
    if (odd) {
      throw this.error(layer, `cannot combine ${show(first!)} with ${show(odd)}: shapes must be equal`);
    }
    return first!;
  }

  #vector(layer: string, what: string, tensor: Tensor, length: number): void {
    this.#tensor(layer, what, tensor);
    if (!same(tensor.shape, [length])) {
      throw this.error(layer, `the ${what} has shape ${show(tensor.shape)}, expected [${length}]`);
    }
  }

  #tensor(layer: string, what: string, tensor: Tensor): void {
    if (tensor.data.length !== countOf(tensor.shape)) {
      throw this.error(
        layer,
        `the ${what} has ${tensor.data.length} numbers, its shape ${show(tensor.shape)} needs ${countOf(tensor.shape)}`,
      );
    }
    const bad = firstNotFinite(tensor.data);
    if (bad >= 0) {
      throw this.error(
        layer,
        `the ${what} has ${tensor.data[bad]} at index ${bad}; train it again or repair it`,
      );
    }
  }
}

/** JavaScript's own operators on a network, `net + 1`, are never meant. One function for all networks, so that equal ones stay so. */
const operatorsOfNetworks: object = {
  [Symbol.toPrimitive](this: Network, hint: string): string {
    return asPrimitive(
      hint,
      `network '${this.name}'`,
      'network(net, x) uses it in a model, evaluate(net, x) computes it',
    );
  },
};
