import { InputError } from '../core/errors.js';
import type { Column, Expression, Variable } from '../model/expression.js';
import { add, divide, exp, linear, multiply, power, sqrt, subtract, sum } from '../model/functions.js';
import type { Model } from '../model/model.js';
import type { VariableArray } from '../model/variables.js';
import type { Hinges } from '../network/activation/activation.js';
import { activationOf } from '../network/activation/table.js';
import type { Network, Node, Tensor } from '../network/graph.js';
import { expressed } from './algebra.js';
import { concatenation, lastExtent } from './forward.js';
import { isRelu } from './outputs.js';

export type Hinge = { readonly complementarity: number } | { readonly smooth: number };

export interface FullSpace {
  readonly model: Model;
  readonly net: Network;
  readonly inputs: readonly Column[];
  /** Start values of every node. */
  readonly values: readonly Float64Array[];
  readonly name: string;
  readonly hinge: Hinge;
  /** Variables that nodes have already: outputs. */
  readonly own: ReadonlyMap<number, Variable[]>;
  readonly outputs: VariableArray;
}

/** Variables and equality rows for every layer. */
export function addFullSpace(full: FullSpace): void {
  const { net, model, outputs } = full;
  const nodes: Column[][] = [];
  const first = model.variableCount;
  net.nodes.forEach((node, k) => {
    nodes.push(addNode(full, node, k, nodes));
  });
  model.block(first, model.variableCount - 1);
  let at = 0;
  for (const output of net.outputs)
    for (const variable of nodes[output]!) {
      const y = outputs.elements[at++]!;
      if (y !== variable)
        model.constrain(linear([1, -1], [y, variable]), { equals: 0, name: `${y.name} = ${variable.name}` });
    }
}

function addNode(full: FullSpace, node: Node, k: number, nodes: readonly Column[][]): Column[] {
  const { model, values, own, inputs, hinge } = full;
  const { op, shape } = node;
  const label = `${full.name}/${k}:${node.layer}`;
  const sources = node.inputs.map((input) => nodes[input]!);
  const u = sources[0] ?? [];
  const make = (): Variable[] => {
    const lower = isRelu(node) && 'complementarity' in hinge ? 0 : Number.NEGATIVE_INFINITY;
    return own.get(k) ?? [...model.variables(label, values[k]!.length, { start: values[k]!, lower })];
  };
  switch (op.kind) {
    case 'input':
      return inputs.slice(op.offset, op.offset + values[k]!.length);
    case 'reshape':
      return u;
    case 'concat':
      return concatenation(
        node.inputs.map((input) => full.net.nodes[input]!.shape),
        op.axis,
      ).map(([input, index]) => sources[input]![index]!);
    case 'affine':
      return addAffine(model, label, u, make(), op.weight, op.bias);
    case 'scale': {
      const width = op.scale.data.length;
      return equate(model, label, make(), (v, i) =>
        linear([1, -op.scale.data[i % width]!], [v, u[i]!], -op.shift.data[i % width]!),
      );
    }
    case 'add':
      return equate(model, label, make(), (v, i) =>
        linear([1, ...sources.map(() => -1)], [v, ...sources.map((source) => source[i]!)]),
      );
    case 'multiply':
      return equate(model, label, make(), (v, i) => subtract(v, multiply(u[i]!, sources[1]![i]!)));
    case 'softmax':
      return addSoftmax(model, label, u, make(), lastExtent(shape));
    case 'elementwise': {
      const φ = activationOf(op.fn);
      if (φ.kind === 'smooth')
        return equate(model, label, make(), (v, i) => subtract(v, expressed(φ, u[i]!)));
      if (φ.kind === 'kinked') return addKinked(full, label, u, make(), φ.hinges, values[node.inputs[0]!]!);
      throw new InputError(
        `layer '${node.layer}' of network '${full.net.name}' has the activation ${op.fn.name}, which jumps; no formulation states it, train with relu or a smooth activation instead`,
      );
    }
  }
}

/** Rows `row(v, i) = 0`, one per variable; returns the variables. */
function equate(
  model: Model,
  label: string,
  variables: Variable[],
  row: (v: Variable, i: number) => Expression,
): Variable[] {
  variables.forEach((v, i) => {
    model.constrain(row(v, i), { equals: 0, name: `${label}[${i}]` });
  });
  return variables;
}

/** `v − u W = b`, W in × out, for each row of u. */
function addAffine(
  model: Model,
  label: string,
  u: readonly Column[],
  variables: Variable[],
  weight: Tensor,
  bias: Tensor | undefined,
): Variable[] {
  const [width, outputs] = weight.shape as [number, number];
  return equate(model, label, variables, (v, k) => {
    const j = k % outputs;
    const from = Math.floor(k / outputs) * width;
    const coefficients = new Float64Array(width + 1);
    coefficients[0] = 1;
    for (let i = 0; i < width; i++) coefficients[i + 1] = -weight.data[i * outputs + j]!;
    return linear(coefficients, [v, ...u.slice(from, from + width)], -(bias?.data[j] ?? 0));
  });
}

/** `d = Σ exp(uᵢ)`, `vᵢ = exp(uᵢ)/d`, for each row of the last axis. */
function addSoftmax(
  model: Model,
  label: string,
  u: readonly Column[],
  variables: Variable[],
  width: number,
): Variable[] {
  const rows = u.length / width;
  const totals = Float64Array.from({ length: rows }, (_, r) =>
    u.slice(r * width, (r + 1) * width).reduce((total, v) => total + Math.exp(model.start(v)), 0),
  );
  const denominators = model.variables(`${label} denominator`, rows, { start: totals });
  equate(model, `${label} denominator`, [...denominators], (d, r) =>
    subtract(d, sum(u.slice(r * width, (r + 1) * width).map(exp))),
  );
  return equate(model, label, variables, (v, i) =>
    subtract(v, divide(exp(u[i]!), denominators.at(Math.floor(i / width)))),
  );
}

/**
 * `v = slope·u + Σ factor·max(a·u + b, 0)`. By complementarity each hinge is a variable r with `r ≥ 0`,
 * `r ≥ a·u + b`, `r·(r − a·u − b) ≤ ε`; v itself where v is one hinge and nothing else.
 */
function addKinked(
  { model, hinge }: FullSpace,
  label: string,
  u: readonly Column[],
  variables: Variable[],
  { slope, hinges }: Hinges,
  start: Float64Array,
): Variable[] {
  if ('smooth' in hinge) {
    const ε = hinge.smooth;
    return equate(model, label, variables, (v, i) =>
      subtract(
        v,
        sum([
          multiply(slope, u[i]!),
          ...hinges.map(({ factor, a, b }) => {
            const argument = add(multiply(a, u[i]!), b);
            return multiply(factor / 2, add(argument, sqrt(add(power(argument, 2), ε * ε))));
          }),
        ]),
      ),
    );
  }
  const ε = hinge.complementarity;
  const complement = (r: Variable, i: number, a: number, b: number): void => {
    const gap = linear([1, -a], [r, u[i]!], -b);
    model.constrain(gap, { lower: 0, name: `${r.name} above` });
    model.constrain(sum([power(r, 2), multiply(-a, r, u[i]!), multiply(-b, r)]), {
      upper: ε,
      name: `${r.name} complementary`,
    });
  };
  const plain =
    slope === 0 && hinges.length === 1 && hinges[0]!.factor === 1 && hinges[0]!.b === 0 && hinges[0]!.a === 1;
  if (plain) {
    variables.forEach((v, i) => {
      complement(v, i, 1, 0);
    });
    return variables;
  }
  const parts = hinges.map(({ a, b }, h) => {
    const r = model.variables(`${label} hinge ${h}`, u.length, {
      lower: 0,
      start: start.map((value) => Math.max(a * value + b, 0)),
    });
    r.elements.forEach((variable, i) => {
      complement(variable, i, a, b);
    });
    return r;
  });
  return equate(model, label, variables, (v, i) =>
    linear([1, -slope, ...hinges.map(({ factor }) => -factor)], [v, u[i]!, ...parts.map((r) => r.at(i))]),
  );
}
