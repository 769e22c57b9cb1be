import type { InputError } from '../../../core/errors.js';
import { nearest } from '../nearest.js';
import { Call, guarded, type Surroundings } from '../onnx/call.js';
import { operatorOf } from '../onnx/operators.js';
import { type Constant, isComputed, type Value } from '../onnx/value.js';
import { isObject } from '../tfjs/config.js';
import type { Weights } from '../tfjs/weights.js';
import type { GraphNode } from './attributes.js';
import { calledBy, type GraphFunction, shortName } from './functions.js';
import { type Held, isList, listRules } from './lists.js';
import { framesOf, mostSteps } from './loops.js';
import { tensorflowRules } from './operators.js';
import type { Onnx } from './rule.js';

/** What a graph is evaluated with. */
export interface Evaluation {
  readonly around: Surroundings;
  readonly weights: Weights;
  readonly fail: (problem: string) => InputError;
  readonly functionOf: (name: string) => GraphFunction;
}

type Results = readonly (Held | undefined)[];

/** Results by node, and those of the graph around a loop's body. */
export class Scope {
  readonly #own = new Map<string, Results>();
  constructor(readonly around?: Scope) {}
  get(name: string): Results | undefined {
    return this.#own.get(name) ?? this.around?.get(name);
  }
  set(name: string, results: Results): void {
    this.#own.set(name, results);
  }
  /** What a reference means. */
  at(text: string): Held | undefined {
    const [name, place] = reference(text);
    return this.get(name)?.[place];
  }
}

/** `name`, `name:1`, `name:output:1` (inside functions) or `^name` (a control input): which node, and which of its outputs. */
export function reference(text: string): [name: string, place: number] {
  const parts = text.split(':');
  return [parts[0]!, parts.length === 1 ? 0 : Number(parts.at(-1))];
}
export const isData = (input: string): boolean => !input.startsWith('^');
const namesOf = (texts: readonly string[]): string[] => texts.map((text) => reference(text)[0]);

/** What loops and branches of the first version are made of. */
const parts = ['Enter', 'Merge', 'Switch', 'NextIteration', 'LoopCond'];

/** Functions may nest this deep. */
const deepest = 32;

/** Evaluates one graph: the outermost, or a function. */
export class Evaluator {
  readonly #frames;

  constructor(
    private readonly evaluation: Evaluation,
    private readonly nodes: ReadonlyMap<string, GraphNode>,
    private readonly depth = 0,
  ) {
    if (depth > deepest) throw evaluation.fail('functions are nested too deeply');
    this.#frames = framesOf(nodes, evaluation.fail);
  }

  /** Evaluates what the references need into `scope`. */
  run(wanted: readonly string[], scope: Scope): void {
    for (const node of this.order(wanted, scope)) this.#step(node, scope);
  }

  #step(node: GraphNode, scope: Scope): void {
    if (scope.get(node.name) !== undefined) return;
    if (node.op === 'Exit') this.#loop(node, scope);
    else if (node.op === 'Const') scope.set(node.name, [this.#constant(node)]);
    else scope.set(node.name, this.#evaluate(node, scope));
  }

  /** What the references need and `scope` does not have, in order of evaluation. */
  order(wanted: readonly string[], scope: Scope): GraphNode[] {
    const { fail } = this.evaluation;
    const state = new Map<string, 'open' | 'done'>();
    const order: GraphNode[] = [];
    const stack = namesOf(wanted).reverse();
    while (stack.length > 0) {
      const name = stack.at(-1)!;
      if (state.get(name) === 'done' || scope.get(name) !== undefined) {
        stack.pop();
        continue;
      }
      const node = this.nodes.get(name);
      if (!node) throw fail(`is connected to "${shortName(name)}", which the graph does not have`);
      const frame = node.op === 'Exit' ? this.#frames.get(name) : undefined;
      const needs = frame
        ? frame.enters.flatMap(({ input }) => input.slice(0, 1))
        : node.input.filter(isData);
      const missing = namesOf(needs).filter(
        (own) => state.get(own) !== 'done' && scope.get(own) === undefined,
      );
      if (missing.length === 0) {
        state.set(name, 'done');
        order.push(node);
        stack.pop();
      } else {
        if (state.get(name) === 'open') throw fail(`node "${shortName(name)}" depends on its own output`);
        state.set(name, 'open');
        stack.push(...missing);
      }
    }
    return order;
  }

  /** A loop of the first version: its body once for each step, as long as its condition, which must be known, holds. */
  #loop(exit: GraphNode, scope: Scope): void {
    const { fail } = this.evaluation;
    const frame = this.#frames.get(exit.name);
    if (!frame) throw fail(`node "${shortName(exit.name)}": leaves no loop`);
    const { enters, merges, switches, exits, condition } = frame;
    const outer = new Scope(scope);
    for (const { name, input } of enters) outer.set(name, [scope.at(input[0]!)]);
    let state = merges.map(({ begin }) => outer.at(begin));
    let orders: [condition: GraphNode[], body: GraphNode[]] | undefined;
    for (let t = 0; ; t++) {
      const inner = new Scope(outer);
      merges.forEach(({ name }, k) => {
        inner.set(name, [state[k]]);
      });
      const first: GraphNode[] = orders?.[0] ?? this.order(condition.input.slice(0, 1), inner);
      for (const node of first) this.#step(node, inner);
      const go = this.#known(inner.at(condition.input[0]!), exit.name);
      for (const { name, input } of switches) {
        const value = inner.at(input[0]!);
        inner.set(name, [value, value]);
      }
      if (!go) {
        for (const { name, input } of exits) scope.set(name, [inner.at(input[0]!)]);
        return;
      }
      this.#counted(t, exit.name);
      const second: GraphNode[] =
        orders?.[1] ??
        this.order(
          merges.map(({ next }) => next),
          inner,
        );
      for (const node of second) this.#step(node, inner);
      orders ??= [first, second];
      state = merges.map(({ next }) => inner.at(next));
    }
  }

  #known(value: Held | undefined, loop: string): boolean {
    if (value === undefined || isList(value) || isComputed(value))
      throw this.evaluation.fail(
        `node "${shortName(loop)}": how often it runs depends on the inputs; save recurrent layers with unroll=True`,
      );
    return value.data[0] !== 0;
  }
  #counted(t: number, loop: string): void {
    if (t >= mostSteps)
      throw this.evaluation.fail(
        `node "${shortName(loop)}": runs more than ${mostSteps} steps; write a shorter one`,
      );
  }

  #call(name: string, given: Results): Results {
    const { inputs, nodes, results } = this.evaluation.functionOf(name);
    const scope = new Scope();
    inputs.forEach((input, k) => {
      scope.set(input, [given[k]]);
    });
    new Evaluator(this.evaluation, nodes, this.depth + 1).run(results, scope);
    return results.map((text) => scope.at(text));
  }

  /** Loops and branches of the second version; undefined for other nodes. */
  #functional(node: GraphNode, held: Results): Results | undefined {
    switch (node.op) {
      case 'While':
      case 'StatelessWhile': {
        let state = held;
        for (let t = 0; this.#known(this.#call(calledBy(node, 'cond'), state)[0], node.name); t++) {
          this.#counted(t, node.name);
          state = this.#call(calledBy(node, 'body'), state);
        }
        return state;
      }
      case 'If':
      case 'StatelessIf': {
        const [condition, ...rest] = held;
        if (condition === undefined || isList(condition) || isComputed(condition))
          throw this.evaluation.fail(
            `node "${shortName(node.name)}": its condition depends on the inputs; only constant ones can be read`,
          );
        return this.#call(calledBy(node, condition.data[0] !== 0 ? 'then_branch' : 'else_branch'), rest);
      }
      case 'PartitionedCall':
      case 'StatefulPartitionedCall':
        return this.#call(calledBy(node, 'f'), held);
      default:
        return undefined;
    }
  }

  #evaluate(node: GraphNode, scope: Scope): Results {
    const { around } = this.evaluation;
    const layer = shortName(node.name);
    const held = node.input.filter(isData).map((text) => scope.at(text));
    if (parts.includes(node.op))
      throw this.evaluation.fail(
        `node "${layer}": ${node.op} outside of whole loops cannot be read; save recurrent layers with unroll=True`,
      );
    const functional = this.#functional(node, held);
    if (functional) return functional;
    const plain = held.map((own) => (isList(own) ? undefined : own));
    const call = new Call(around, node.op, '', layer, plain, new Map(), [true]);
    const listRule = Object.hasOwn(listRules, node.op) ? listRules[node.op] : undefined;
    if (listRule) return guarded(call, () => listRule(call, held, node));
    if (held.some(isList)) {
      if (node.op === 'Identity') return held.slice(0, 1);
      throw call.error('takes a list of tensors; nearest is TensorListStack');
    }
    const rule = Object.hasOwn(tensorflowRules, node.op) ? tensorflowRules[node.op] : undefined;
    if (!rule && /random|multinomial|truncatednormal/i.test(node.op))
      throw call.error('is random; save for inference');
    if (!rule)
      throw call.error(`cannot be read; nearest is ${nearest(node.op, Object.keys(tensorflowRules))}`);
    const onnx: Onnx = (op, own, attributes = new Map(), outputs = 1) => {
      const operator = operatorOf('', op);
      const all = new Array<boolean>(outputs).fill(true);
      const inner = new Call(around, node.op, '', layer, own, attributes, all);
      if (typeof operator === 'string') throw inner.error(operator);
      const result = operator(inner);
      return Array.isArray(result) ? result : [result as Value];
    };
    const result = guarded(call, () => rule(call, node, onnx));
    return Array.isArray(result) ? result : [result as Value];
  }

  #constant(node: GraphNode): Constant {
    const { weights, fail } = this.evaluation;
    const found = weights.byName(node.name);
    if (!found) throw fail(`constant "${node.name}" is missing from the manifest`);
    const dtype = isObject(node.attr['dtype']) ? node.attr['dtype']['type'] : undefined;
    const float = dtype === 'DT_FLOAT' || dtype === 'DT_DOUBLE' || dtype === 'DT_HALF';
    const kind = float ? 'float' : dtype === 'DT_BOOL' ? 'flag' : 'integer';
    return { shape: found.shape, data: found.data, kind };
  }
}
