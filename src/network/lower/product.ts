import { sizeOf } from '../build.js';
import type { Tensor } from '../graph.js';
import { permuted } from './convolution.js';
import { broadcastShape, constant, expand, moved, swap, transpose } from './move.js';
import { type Place, range, type Shape } from './place.js';
import { sum } from './reduce.js';

/** A value that is computed, or a constant. */
export type Operand = { readonly node: number } | { readonly tensor: Tensor };

const isNode = (operand: Operand): operand is { readonly node: number } => 'node' in operand;
const shapeOf = ({ build }: Place, operand: Operand): Shape =>
  isNode(operand) ? build.shape(operand.node) : operand.tensor.shape;

/** `a b` of matrices, or stacks of them that broadcast, or vectors, as in NumPy; at least one is computed. */
export function matmul(place: Place, a: Operand, b: Operand): number {
  const { build, layer } = place;
  const [A, B] = [shapeOf(place, a), shapeOf(place, b)];
  if (A.length === 0 || B.length === 0) throw build.error(layer, 'multiplies a scalar as a matrix');
  const left = A.length === 1 ? reshaped(place, a, [1, A[0]!]) : a;
  const right = B.length === 1 ? reshaped(place, b, [B[0]!, 1]) : b;
  const v = product(place, left, right);
  if (A.length > 1 && B.length > 1) return v;
  const shape = build.shape(v);
  const kept = shape.filter(
    (_, axis) =>
      !(axis === shape.length - 2 && A.length === 1) && !(axis === shape.length - 1 && B.length === 1),
  );
  return build.reshape(layer, v, kept);
}

function product(place: Place, a: Operand, b: Operand): number {
  const { build, layer } = place;
  const [A, B] = [shapeOf(place, a), shapeOf(place, b)];
  const [k, l] = [A.at(-1)!, B.at(-2)!];
  if (k !== l) throw build.error(layer, `cannot multiply [${A}] by [${B}]`);
  if (isNode(a) && !isNode(b) && sizeOf(B) === k * B.at(-1)!) {
    const weight = { shape: B.slice(-2), data: b.tensor.data };
    const v = build.affine(layer, a.node, weight);
    const lead = broadcastShape(place, [A.slice(0, -2), B.slice(0, -2)]);
    return build.reshape(layer, v, [...lead, A.at(-2)!, B.at(-1)!]);
  }
  if (!isNode(a) && isNode(b) && sizeOf(A) === k * A.at(-2)!) {
    // (bᵀ aᵀ)ᵀ
    const turned = swap(place, b.node, -1, -2);
    const weight = permuted({ shape: A.slice(-2), data: a.tensor.data }, [1, 0]);
    const v = swap(place, build.affine(layer, turned, weight), -1, -2);
    const lead = broadcastShape(place, [A.slice(0, -2), B.slice(0, -2)]);
    return build.reshape(layer, v, [...lead, A.at(-2)!, B.at(-1)!]);
  }
  const lead = broadcastShape(place, [A.slice(0, -2), B.slice(0, -2)]);
  const like = isNode(a) ? a.node : (b as { node: number }).node;
  const stack = (operand: Operand, shape: Shape): number => {
    const node = isNode(operand) ? operand.node : constant(place, like, shape, operand.tensor.data);
    const [m, n] = shape.slice(-2) as [number, number];
    return build.reshape(layer, expand(place, node, [...lead, m, n]), [sizeOf(lead), m, n]);
  };
  const v = build.contract(layer, stack(a, A), stack(b, B));
  return build.reshape(layer, v, [...lead, A.at(-2)!, B.at(-1)!]);
}

function reshaped({ build, layer }: Place, operand: Operand, shape: Shape): Operand {
  return isNode(operand)
    ? { node: build.reshape(layer, operand.node, shape) }
    : { tensor: { shape, data: operand.tensor.data } };
}

/** Einstein's summation of values, at least one computed: `'bij,bjk->bik'`; of more than two pair by pair, the first pair first. */
export function einsum(place: Place, equation: string, operands: readonly Operand[]): number {
  const { build, layer } = place;
  const [left, right] = equation.replaceAll(' ', '').split('->');
  const inputs = left!.split(',');
  if (inputs.length !== operands.length)
    throw build.error(layer, `sums "${equation}" over ${operands.length} inputs`);
  const shapes = operands.map((operand) => shapeOf(place, operand));
  // An ellipsis stands for as many axes as are left, under names of their own.
  const hidden = Math.max(...inputs.map((own, k) => shapes[k]!.length - own.replace('...', '').length), 0);
  const dots = range(hidden).map((k) => String.fromCharCode(0x100 + k));
  const labels = inputs.map((own, k) => {
    const [before, after] = own.split('...');
    const count = shapes[k]!.length - own.replace('...', '').length;
    return after === undefined ? [...own] : [...before!, ...dots.slice(hidden - count), ...after];
  });
  const counts = new Map<string, number>();
  for (const label of labels.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
  const implied = [...counts]
    .filter(([label, count]) => count === 1 && !dots.includes(label))
    .map(([label]) => label);
  const output =
    right === undefined ? [...dots, ...implied.sort()] : [...right.replace('...', dots.join(''))];
  const lengths = new Map<string, number>();
  labels.forEach((own, k) => {
    if (own.length !== shapes[k]!.length)
      throw build.error(layer, `sums "${equation}" over an input of ${shapes[k]!.length} axes`);
    own.forEach((label, axis) => {
      const length = shapes[k]![axis]!;
      if ((lengths.get(label) ?? 1) === 1) lengths.set(label, length);
      else if (length !== 1 && length !== lengths.get(label))
        throw build.error(layer, `sums "${equation}" over axes of ${lengths.get(label)} and ${length}`);
    });
  });
  if (operands.length > 2) {
    // A computed one first, so that the rest is computed too.
    const order = range(operands.length).sort(
      (p, q) => Number(isNode(operands[q]!)) - Number(isNode(operands[p]!)),
    );
    const [a, b, ...rest] = order.map((k) => labels[k]!);
    const later = new Set([...output, ...rest.flat()]);
    const kept = [...new Set([...a!, ...b!])].filter((label) => later.has(label));
    const written = (own: readonly (readonly string[])[], to: readonly string[]): string =>
      `${own.map((names) => names.join('')).join(',')}->${to.join('')}`;
    const pair = einsum(place, written([a!, b!], kept), [operands[order[0]!]!, operands[order[1]!]!]);
    const others = order.slice(2).map((k) => operands[k]!);
    return einsum(place, written([kept, ...rest], output), [{ node: pair }, ...others]);
  }
  const size = (names: readonly string[]): number => sizeOf(names.map((label) => lengths.get(label)!));
  const like = operands.find(isNode)!.node;
  const nodes = operands.map((operand, k) => {
    const node = isNode(operand) ? operand.node : constant(place, like, shapes[k]!, operand.tensor.data);
    return alone(place, node, labels[k]!, lengths, [...output, ...labels.filter((_, j) => j !== k).flat()]);
  });
  const [first, second] = nodes;
  if (second === undefined)
    return transpose(
      place,
      first!.node,
      output.map((label) => first!.labels.indexOf(label)),
    );
  const [a, b] = [first!, second];
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => output.includes(label));
  const inner = shared.filter((label) => !output.includes(label));
  const onlyA = a.labels.filter((label) => !shared.includes(label));
  const onlyB = b.labels.filter((label) => !shared.includes(label));
  const arranged = ({ node, labels: own }: typeof a, order: readonly string[], to: Shape): number =>
    build.reshape(
      layer,
      transpose(
        place,
        node,
        order.map((label) => own.indexOf(label)),
      ),
      to,
    );
  const v = build.contract(
    layer,
    arranged(a, [...batch, ...onlyA, ...inner], [size(batch), size(onlyA), size(inner)]),
    arranged(b, [...batch, ...inner, ...onlyB], [size(batch), size(inner), size(onlyB)]),
  );
  const order = [...batch, ...onlyA, ...onlyB];
  const full = build.reshape(
    layer,
    v,
    order.map((label) => lengths.get(label)!),
  );
  return transpose(
    place,
    full,
    output.map((label) => order.indexOf(label)),
  );
}

/** One operand with its diagonals taken and the axes summed that nobody else has. */
function alone(
  place: Place,
  node: number,
  labels: readonly string[],
  lengths: ReadonlyMap<string, number>,
  wanted: readonly string[],
): { node: number; labels: string[] } {
  const distinct = [...new Set(labels)];
  const to = distinct.map((label) => lengths.get(label)!);
  const from = place.build.shape(node);
  place.build.allow(place.layer, to);
  const spread = moved(
    place,
    node,
    to,
    labels.map((label, axis) => {
      const at = distinct.indexOf(label);
      return { of: [at], at: from[axis] === 1 ? new Int32Array(to[at]!) : range(to[at]!) };
    }),
  );
  const kept = distinct.filter((label) => wanted.includes(label));
  const summed = sum(
    place,
    spread,
    range(distinct.length).filter((k) => !kept.includes(distinct[k]!)),
  );
  return {
    node: place.build.reshape(
      place.layer,
      summed,
      kept.map((label) => lengths.get(label)!),
    ),
    labels: kept,
  };
}
