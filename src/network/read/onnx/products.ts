import { sizeOf } from '../../build.js';
import type { Tensor } from '../../graph.js';
import { add, affinely, line, multiply } from '../../lower/arithmetic.js';
import { permuted } from '../../lower/convolution.js';
import { slice, swap, toEnd } from '../../lower/move.js';
import { range } from '../../lower/place.js';
import { einsum, matmul, type Operand } from '../../lower/product.js';
import { namedActivation } from './activations.js';
import { type Call, computed, type Operator } from './call.js';
import { type Constant, isComputed, type Value } from './value.js';

/** The product of two constants. */
function folded(call: Call, a: Constant, b: Constant): Value {
  const k = a.shape.at(-1)!;
  if (a.shape.length !== 2 || b.shape.length !== 2 || b.shape[0] !== k)
    return computed(matmul(call, { node: call.asNode(a) }, call.operand(1)));
  const [m, n] = [a.shape[0]!, b.shape[1]!];
  const data = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let l = 0; l < k; l++)
      for (let j = 0; j < n; j++) data[i * n + j]! += a.data[i * k + l]! * b.data[l * n + j]!;
  return { shape: [m, n], data, kind: 'float' };
}

/** An operand with its last two axes exchanged. */
function turned(call: Call, operand: Operand, yes: boolean): Operand {
  if (!yes) return operand;
  if ('node' in operand) return { node: swap(call, operand.node, -1, -2) };
  const rank = operand.tensor.shape.length;
  return { tensor: permuted(operand.tensor, [...range(rank - 2), rank - 1, rank - 2]) };
}

function scaled({ tensor }: { readonly tensor: Tensor }, factor: number): Operand {
  return factor === 1
    ? { tensor }
    : { tensor: { ...tensor, data: Float64Array.from(tensor.data, (value) => factor * value) } };
}

/** `α a b + β c`. */
function gemm(call: Call): number {
  const [α, β] = [call.float('alpha', 1), call.float('beta', 1)];
  call.ignore('broadcast');
  const [A, B] = [call.value(0), call.value(1)];
  const first = !isComputed(A) && !isComputed(B) ? { node: call.node(0) } : call.operand(0);
  const a = turned(call, first, call.int('transA', 0) === 1);
  let b = turned(call, call.operand(1), call.int('transB', 0) === 1);
  if ('tensor' in b) b = scaled(b, α);
  const c = call.inputs[2];
  if ('node' in a && 'tensor' in b && c !== undefined && !isComputed(c) && b.tensor.shape.length === 2) {
    const width = b.tensor.shape[1]!;
    const rows = call.build.shape(a.node);
    if (c.data.length === width && (c.shape.at(-1) === width || rows[0] === 1 || c.data.length === 1)) {
      const shift = call.trained(c);
      const bias = {
        shape: [width],
        data: β === 1 ? shift.data : Float64Array.from(shift.data, (v) => β * v),
      };
      return call.build.affine(call.layer, a.node, b.tensor, bias);
    }
  }
  const product = matmul(call, a, b);
  const v = 'tensor' in b ? product : line(call, product, α);
  if (c === undefined) return v;
  if (isComputed(c)) return add(call, v, line(call, c.node, β));
  const shift = call.trained(c);
  return affinely(call, v, undefined, {
    ...shift,
    data: Float64Array.from(shift.data, (value) => β * value),
  });
}

function product(call: Call): Value {
  const [a, b] = [call.value(0), call.value(1)];
  if (!isComputed(a) && !isComputed(b)) return folded(call, a, b);
  return computed(matmul(call, call.operand(0), call.operand(1)));
}

/** Running sums along an axis, as a product with a triangle of ones. */
function cumulative(call: Call): number {
  const u = call.node(0);
  const shape = call.build.shape(u);
  const axis = call.axis(call.integers(1, 'axis')[0]!, shape.length);
  const [exclusive, reverse] = [call.int('exclusive', 0) === 1, call.int('reverse', 0) === 1];
  const length = shape[axis]!;
  const data = Float64Array.from({ length: length ** 2 }, (_, k) => {
    const [from, to] = [Math.floor(k / length), k % length];
    const behind = reverse ? from - to : to - from;
    return Number(exclusive ? behind > 0 : behind >= 0);
  });
  const { node, back } = toEnd(call, u, [axis]);
  return back(call.build.affine(call.layer, node, { shape: [length, length], data }));
}

/** Running products along an axis, one after the other. */
function runningProducts(call: Call): number {
  const u = call.node(0);
  const shape = call.build.shape(u);
  const axis = call.axis(call.integers(1, 'axis')[0]!, shape.length);
  const [exclusive, reverse] = [call.int('exclusive', 0) === 1, call.int('reverse', 0) === 1];
  const length = shape[axis]!;
  const order = reverse ? range(length).reverse() : range(length);
  const steps: number[] = [];
  let total: number | undefined;
  for (const at of order) {
    const own = slice(call, u, axis, at, 1);
    if (exclusive) steps[at] = total ?? line(call, own, 0, 1);
    total = total === undefined ? own : multiply(call, total, own);
    if (!exclusive) steps[at] = total;
  }
  return steps.length === 1 ? steps[0]! : call.build.concat(call.layer, steps, axis);
}

/** Determinants of small matrices, by their first rows (Laplace). */
function determinant(call: Call): number {
  const u = call.node(0);
  const shape = call.build.shape(u);
  const size = shape.at(-1)!;
  if (shape.at(-2) !== size || size > 4)
    throw call.error(`takes determinants of [${shape}]; square matrices of up to 4 rows can be read`);
  const lead = shape.slice(0, -2);
  const count = sizeOf(lead);
  const entry = (i: number, j: number): number =>
    call.build.gather(
      call.layer,
      u,
      Int32Array.from({ length: count }, (_, k) => (k * size + i) * size + j),
      [count],
    );
  const minor = (row: number, columns: readonly number[]): number => {
    if (columns.length === 1) return entry(row, columns[0]!);
    return columns
      .map((column, k) => {
        const rest = columns.filter((own) => own !== column);
        const part = multiply(call, entry(row, column), minor(row + 1, rest));
        return k % 2 === 0 ? part : line(call, part, -1);
      })
      .reduce((sum, part) => add(call, sum, part));
  };
  return call.build.reshape(call.layer, minor(0, range(size)), lead);
}

/** com.microsoft: a weight `[N, blocks, bytes]` of few bits, each block with its scale and its zero, as `[K, N]`. */
function packedWeight(call: Call): Tensor {
  const [K, N, bits, size] = ['K', 'N', 'bits', 'block_size'].map((name) => call.int(name)) as [
    number,
    number,
    number,
    number,
  ];
  if (bits !== 4 && bits !== 8) throw call.error(`bits is ${bits}; 4 and 8 can be read`);
  call.ignore('accuracy_level', 'weight_prepacked');
  if (call.has(4) || call.has(5))
    throw call.error('inputs 4 and 5 cannot be read; nearest are B, scales and zero_points');
  const [B, scales] = [call.constant(1, 'weight'), call.constant(2, 'scales')];
  const zeros = call.optional(3, 'zero points');
  const blocks = Math.ceil(K / size);
  const per = 8 / bits;
  const bytes = (blocks * size) / per;
  if (B.data.length !== N * bytes || scales.data.length !== N * blocks)
    throw call.error(`has ${B.data.length} bytes and ${scales.data.length} scales for [${K}, ${N}]`);
  call.build.reserve(call.layer, K * N);
  call.build.count(K * N);
  const part = (data: ArrayLike<number>, row: number, at: number): number =>
    (data[row + Math.floor(at / per)]! >> (bits * (at % per))) & (2 ** bits - 1);
  const plainZeros = zeros?.data.length === N * blocks;
  const zero = (n: number, block: number): number => {
    if (!zeros) return 2 ** (bits - 1);
    return plainZeros && (bits === 8 || zeros.kind === 'float')
      ? zeros.data[n * blocks + block]!
      : part(zeros.data, n * Math.ceil(blocks / per), block);
  };
  const data = new Float32Array(K * N);
  for (let n = 0; n < N; n++)
    for (let k = 0; k < K; k++) {
      const block = Math.floor(k / size);
      data[k * N + n] = (part(B.data, n * bytes, k) - zero(n, block)) * scales.data[n * blocks + block]!;
    }
  return { shape: [K, N], data };
}

export const products: Readonly<Record<string, Operator>> = {
  Gemm: (call) => computed(gemm(call)),
  FusedGemm: (call) => {
    const name = call.text('activation', '');
    const [α, β] = ['activation_alpha', 'activation_beta'].map((own) =>
      call.given(own) ? call.float(own) : undefined,
    );
    call.ignore('activation_gamma');
    const v = gemm(call);
    return computed(name === '' ? v : namedActivation(call, name, α, β)(v));
  },
  MatMul: product,
  /** The older name of FusedMatMul. */
  TransposeMatMul: (call) => products['FusedMatMul']!(call),
  MatMulNBits: (call) => computed(matmul(call, { node: call.node(0) }, { tensor: packedWeight(call) })),
  FusedMatMul: (call) => {
    if (call.int('transBatchA', 0) || call.int('transBatchB', 0))
      throw call.error('transBatchA and transBatchB cannot be read; nearest are transA and transB');
    const a = turned(call, call.operand(0), call.int('transA', 0) === 1);
    const b = turned(call, call.operand(1), call.int('transB', 0) === 1);
    return computed(line(call, matmul(call, a, b), call.float('alpha', 1)));
  },
  Einsum: (call) =>
    computed(
      einsum(
        call,
        call.text('equation', ''),
        call.inputs.map((_, k) =>
          k === 0 && !call.inputs.some((own) => own && isComputed(own))
            ? { node: call.node(0) }
            : call.operand(k),
        ),
      ),
    ),
  CumProd: (call) => computed(runningProducts(call)),
  Det: (call) => computed(determinant(call)),
  CumSum: (call) => {
    const value = call.value(0);
    if (isComputed(value)) return computed(cumulative(call));
    const axis = call.axis(call.integers(1, 'axis')[0]!, value.shape.length);
    const [exclusive, reverse] = [call.int('exclusive', 0) === 1, call.int('reverse', 0) === 1];
    const [length, inner] = [value.shape[axis]!, sizeOf(value.shape.slice(axis + 1))];
    const data = Float64Array.from(value.data, (_, k) => {
      const at = Math.floor(k / inner) % length;
      const base = k - at * inner;
      const reached = range(length).filter((l) => (reverse ? l > at : l < at) || (!exclusive && l === at));
      return reached.reduce((sum, l) => sum + value.data[base + l * inner]!, 0);
    });
    return { ...value, data };
  },
};
