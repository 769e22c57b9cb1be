import { InputError } from '../core/errors.js';
import type { Column, Expression, Variable } from '../model/expression.js';
import { add, divide, exp, linear, log, multiply, power, sqrt, subtract, sum } from '../model/functions.js';
import type { Model } from '../model/model.js';
import type { VariableArray } from '../model/variables.js';
import type { Hinges } from '../network/activation/activation.js';
import { activationOf } from '../network/activation/table.js';
import type { Intervals } from '../network/bounds/interval.js';
import type { Network, Node, Tensor } from '../network/graph.js';
import { expressed } from './algebra.js';
import { concatenation, lastExtent } from './forward.js';
import type { Hinge } from './hinge.js';
import type { PieceRows, PieceUse } from './kinks.js';
import { addOptimality } from './optimality.js';
import { isRelu } from './outputs.js';

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
  /** Bounds of every node, where they are to be used. */
  readonly bounds?: readonly Intervals[] | undefined;
  /** Takes note of rows by complementarity, of the use that they belong to. */
  readonly pieces?: PieceRows[];
  readonly use: PieceUse;
  /** Whether softmax is stated by logarithms. */
  readonly logarithms: boolean;
  /** The variable that is 0 wherever numbers are padded; made when one is first needed. */
  padding?: Variable;
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
  const known = full.bounds?.[k];
  const entering = full.bounds?.[node.inputs[0] ?? -1];
  const make = (): Variable[] => {
    const share = op.kind === 'softmax' && full.logarithms;
    const least = share || (isRelu(node) && 'complementarity' in hinge) ? 0 : Number.NEGATIVE_INFINITY;
    const bounds = known
      ? { lower: known.lower.map((low) => Math.max(low, least)), upper: known.upper }
      : { lower: least };
    return own.get(k) ?? [...model.variables(label, values[k]!.length, { start: values[k]!, ...bounds })];
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
    case 'gather':
      return Array.from(op.index, (i) => (i < 0 ? paddingOf(full) : u[i]!));
    case 'contract':
      return addContract(full, label, node, sources, make());
    case 'maximum':
      return addMaximum(full, label, u, make(), node.inputs[0]!, entering);
    case 'quadraticProgram':
      return addOptimality({ model, hinge, label }, op, u, make(), values[node.inputs[0]!]!);
    case 'affine':
      return addAffine(full, label, u, make(), op.weight, op.bias);
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
      return addSoftmax(full, label, u, make(), lastExtent(shape));
    case 'elementwise': {
      const φ = activationOf(op.fn);
      if (φ.kind === 'smooth')
        return equate(model, label, make(), (v, i) => subtract(v, expressed(φ, u[i]!)));
      if (φ.kind === 'kinked') return addKinked(full, label, u, make(), φ.hinges, node.inputs[0]!, entering);
      throw new InputError(
        `layer '${node.layer}' of network '${full.net.name}' has the activation ${op.fn.name}, which jumps, and full space states no jumps; leave the formulation to 'auto', or use 'piecewise'`,
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

function paddingOf(full: FullSpace): Variable {
  full.padding ??= full.model.variables(`${full.name} padding`, 1, { lower: 0, upper: 0 }).at(0);
  return full.padding;
}

/** `v = a b` for each of a stack of matrices. */
function addContract(
  { model, net }: FullSpace,
  label: string,
  { inputs }: Node,
  [a, b]: readonly (readonly Column[])[],
  variables: Variable[],
): Variable[] {
  const [, m, k] = net.nodes[inputs[0]!]!.shape as [number, number, number];
  const n = net.nodes[inputs[1]!]!.shape[2]!;
  return equate(model, label, variables, (v, i) => {
    const [row, j] = [Math.floor(i / n), i % n];
    const from = Math.floor(row / m) * k * n + j;
    const products = Array.from({ length: k }, (_, l) => multiply(-1, a![row * k + l]!, b![from + l * n]!));
    return sum([v, ...products]);
  });
}

/**
 * `v = max u` for each row of u. By complementarity: shares `s ≥ 0`, `Σ s = 1`, of the entries with `v − u ≥ 0` and
 * `s·(v − u) ≤ ε`. Smoothed: entry by entry `max(a, b) = (a + b + √((a − b)² + ε²))/2`.
 */
function addMaximum(
  { model, hinge, pieces, use, values }: FullSpace,
  label: string,
  u: readonly Column[],
  variables: Variable[],
  node: number,
  bounds: Intervals | undefined,
): Variable[] {
  const start = values[node]!;
  const width = u.length / variables.length;
  // Entries that can be the greatest.
  const places = variables.map((_, i) => {
    const all = Array.from({ length: width }, (_, l) => i * width + l);
    if (!bounds) return all;
    const floor = all.reduce((most, k) => Math.max(most, bounds.lower[k]!), Number.NEGATIVE_INFINITY);
    return all.filter((k) => bounds.upper[k]! >= floor);
  });
  const row = (i: number): readonly Column[] => places[i]!.map((k) => u[k]!);
  if (width === 1) return equate(model, label, variables, (v, i) => linear([1, -1], [v, u[i]!]));
  if ('smooth' in hinge) {
    const ε = hinge.smooth;
    const larger = (a: Expression, b: Expression): Expression =>
      multiply(0.5, add(a, b, sqrt(add(power(subtract(a, b), 2), ε * ε))));
    return equate(model, label, variables, (v, i) =>
      subtract(
        v,
        row(i).reduce<Expression>((most, own, l) => (l === 0 ? own : larger(most, own)), row(i)[0]!),
      ),
    );
  }
  variables.forEach((v, i) => {
    if (row(i).length === 1) {
      equate(model, v.name, [v], () => linear([1, -1], [v, row(i)[0]!]));
      return;
    }
    const own = Float64Array.from(places[i]!, (k) => start[k]!);
    const most = own.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const count = own.filter((value) => value === most).length;
    const shares = model.variables(`${label}[${i}] share`, own.length, {
      lower: 0,
      start: own.map((value) => (value === most ? 1 / count : 0)),
    });
    model.constrain(linear(new Float64Array(own.length).fill(1), [...shares]), {
      equals: 1,
      name: `${label}[${i}] shares`,
    });
    const parts = row(i).map((entry, l) => {
      const gap = model.constrain(linear([1, -1], [v, entry]), { lower: 0, name: `${v.name} above ${l}` });
      const product = model.constrain(multiply(shares.at(l), subtract(v, entry)), {
        upper: hinge.complementarity,
        name: `${v.name} complementary ${l}`,
      });
      return { part: shares.at(l).index, gap: gap.index, product: product.index };
    });
    pieces?.push({ parts, one: true, of: { node, entries: places[i]!, a: 1, b: 0 }, use });
  });
  return variables;
}

/** `v − u W = b`, W in × out, for each row of u; padding has no terms. */
function addAffine(
  { model, padding }: FullSpace,
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
    const coefficients = [1];
    const terms: Column[] = [v];
    for (let i = 0; i < width; i++) {
      const term = u[from + i]!;
      if (term === padding) continue;
      coefficients.push(-weight.data[i * outputs + j]!);
      terms.push(term);
    }
    return linear(coefficients, terms, -(bias?.data[j] ?? 0));
  });
}

/** `d = Σ exp(uᵢ)`, `vᵢ = exp(uᵢ)/d`, for each row of the last axis. */
function addSoftmax(
  { model, logarithms }: FullSpace,
  label: string,
  u: readonly Column[],
  variables: Variable[],
  width: number,
): Variable[] {
  const rows = Array.from({ length: u.length / width }, (_, r) => u.slice(r * width, (r + 1) * width));
  if (logarithms) return addShares(model, label, rows, variables);
  const totals = rows.map((row) => row.reduce((total, v) => total + Math.exp(model.start(v)), 0));
  const denominators = model.variables(`${label} denominator`, rows.length, { start: totals });
  equate(model, `${label} denominator`, [...denominators], (d, r) => subtract(d, sum(rows[r]!.map(exp))));
  return equate(model, label, variables, (v, i) =>
    subtract(v, divide(exp(u[i]!), denominators.at(Math.floor(i / width)))),
  );
}

/**
 * The same by logarithms: `uᵢ − log vᵢ = l`, `Σ v = 1`. Where a share is near 0 or 1 the slopes of the other form vanish, and a step
 * that wants another share is far too long.
 */
function addShares(
  model: Model,
  label: string,
  rows: readonly (readonly Column[])[],
  variables: Variable[],
): Variable[] {
  const totals = rows.map((row) => {
    const most = row.reduce((own, v) => Math.max(own, model.start(v)), Number.NEGATIVE_INFINITY);
    return most + Math.log(row.reduce((total, v) => total + Math.exp(model.start(v) - most), 0));
  });
  const logarithms = model.variables(`${label} log denominator`, rows.length, { start: totals });
  const width = rows[0]!.length;
  equate(model, `${label} log denominator`, [...logarithms], (_, r) =>
    linear(new Float64Array(width).fill(1), variables.slice(r * width, (r + 1) * width), -1),
  );
  return equate(model, label, variables, (v, i) => {
    const r = Math.floor(i / width);
    return subtract(linear([1, -1], [rows[r]![i % width]!, logarithms.at(r)]), log(v));
  });
}

/**
 * `v = slope·u + Σ factor·max(a·u + b, 0)`. By complementarity each hinge is a variable r with `r ≥ 0`,
 * `r ≥ a·u + b`, `r·(r − a·u − b) ≤ ε`; v itself where v is one hinge and nothing else.
 */
function addKinked(
  { model, hinge, pieces, use, values }: FullSpace,
  label: string,
  u: readonly Column[],
  variables: Variable[],
  { slope, hinges }: Hinges,
  node: number,
  bounds: Intervals | undefined,
): Variable[] {
  const start = values[node]!;
  /** The hinges of a number that its bounds leave open, and the line that the others make. */
  const settle = (i: number) => {
    const open: Hinges['hinges'][number][] = [];
    let [scale, shift] = [slope, 0];
    for (const own of hinges) {
      const { factor, a, b } = own;
      const ends = bounds ? [a * bounds.lower[i]! + b, a * bounds.upper[i]! + b] : undefined;
      if (ends && Math.max(...ends) <= 0) continue;
      if (ends && Math.min(...ends) >= 0) {
        scale += factor * a;
        shift += factor * b;
      } else open.push(own);
    }
    return { open, scale, shift };
  };
  if ('smooth' in hinge) {
    const ε = hinge.smooth;
    return equate(model, label, variables, (v, i) => {
      const { open, scale, shift } = settle(i);
      const bent = open.map(({ factor, a, b }) => {
        const argument = add(multiply(a, u[i]!), b);
        return multiply(factor / 2, add(argument, sqrt(add(power(argument, 2), ε * ε))));
      });
      return subtract(v, sum([multiply(scale, u[i]!), shift, ...bent]));
    });
  }
  const ε = hinge.complementarity;
  const complement = (r: Variable, i: number, a: number, b: number): void => {
    const gap = model.constrain(linear([1, -a], [r, u[i]!], -b), { lower: 0, name: `${r.name} above` });
    const product = model.constrain(sum([power(r, 2), multiply(-a, r, u[i]!), multiply(-b, r)]), {
      upper: ε,
      name: `${r.name} complementary`,
    });
    const parts = [{ part: r.index, gap: gap.index, product: product.index }];
    pieces?.push({ parts, one: false, of: { node, entries: [i], a, b }, use });
  };
  const plain =
    slope === 0 && hinges.length === 1 && hinges[0]!.factor === 1 && hinges[0]!.b === 0 && hinges[0]!.a === 1;
  const settled = variables.map((_, i) => settle(i));
  const parts = hinges.map((own, h) => {
    const at = settled.flatMap(({ open }, i) => (open.includes(own) ? [i] : []));
    if (plain || at.length === 0) return new Map<number, Variable>();
    const { a, b } = own;
    const r = model.variables(`${label} hinge ${h}`, at.length, {
      lower: 0,
      start: at.map((i) => Math.max(a * start[i]! + b, 0)),
    });
    r.elements.forEach((variable, k) => {
      complement(variable, at[k]!, a, b);
    });
    return new Map(at.map((i, k) => [i, r.at(k)]));
  });
  variables.forEach((v, i) => {
    const { open, scale, shift } = settled[i]!;
    if (plain && open.length > 0) {
      complement(v, i, 1, 0);
      return;
    }
    const bent = open.map((own) => [own.factor, parts[hinges.indexOf(own)]!.get(i)!] as const);
    const line = scale === 0 ? [] : [[scale, u[i]!] as const];
    const terms = [...line, ...bent];
    equate(model, v.name, [v], () =>
      linear([1, ...terms.map(([factor]) => -factor)], [v, ...terms.map(([, term]) => term)], -shift),
    );
  });
  return variables;
}
