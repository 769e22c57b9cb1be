import { sizeOf } from '../../build.js';
import type { Tensor } from '../../graph.js';
import { add, affinely, apply, line, multiply } from '../../lower/arithmetic.js';
import { expand } from '../../lower/move.js';
import { largest, softmax, sum } from '../../lower/reduce.js';
import { type Call, computed, type Operator } from './call.js';

/** A list of numbers as a row. */
const row = (list: readonly number[]): Tensor => ({ shape: [list.length], data: Float64Array.from(list) });

/** The last axis' length. */
const width = (call: Call, u: number): number => call.build.shape(u).at(-1)!;

/** What stands behind the scores. ONNX Runtime leaves a single score as it is. */
function transformed(call: Call, u: number): number {
  const name = call.text('post_transform', 'NONE');
  if (name === 'NONE' || (width(call, u) === 1 && name !== 'PROBIT')) return u;
  // SOFTMAX_ZERO leaves out scores that are exactly 0.
  if (name === 'SOFTMAX' || name === 'SOFTMAX_ZERO') return softmax(call, u, call.build.shape(u).length - 1);
  if (name === 'LOGISTIC') return apply(call, u, { name: 'sigmoid' });
  throw call.error(`post_transform ${name} cannot be read; nearest is SOFTMAX`);
}

/** `u W + b` with `count` rows of coefficients. */
function scores(call: Call, u: number, count: number): number {
  const coefficients = call.floats('coefficients') ?? [];
  const inner = width(call, u);
  if (coefficients.length !== inner * count)
    throw call.error(`has ${coefficients.length} coefficients for ${inner} inputs and ${count} outputs`);
  const data = Float64Array.from(
    coefficients,
    (_, k) => coefficients[(k % count) * inner + Math.floor(k / count)]!,
  );
  const shift = call.floats('intercepts');
  call.build.count(coefficients.length + (shift?.length ?? 0));
  return call.build.affine(call.layer, u, { shape: [inner, count], data }, shift && row(shift));
}

/** `Σ αₖ κ(xₖ, u) + ρ` over support vectors `xₖ`. */
function supportVectors(call: Call): number {
  const u = call.node(0);
  const inner = width(call, u);
  const [α, vectors, ρ] = [
    call.floats('coefficients') ?? [],
    call.floats('support_vectors') ?? [],
    call.floats('rho') ?? [0],
  ];
  const [γ, shift, degree] = call.floats('kernel_params') ?? [1, 0, 3];
  const kernel = call.text('kernel_type', 'LINEAR');
  call.ignore('n_supports');
  call.only('one_class', 0, 'one-class machines cannot be read');
  const { build, layer } = call;
  build.count(α.length + vectors.length + ρ.length);
  if (
    vectors.length === 0 ||
    (kernel === 'LINEAR' && α.length === inner && vectors.length !== inner * α.length)
  )
    return build.affine(layer, u, { shape: [inner, 1], data: Float64Array.from(α) }, row(ρ));
  const count = α.length;
  const turned = (factor: number): Tensor => ({
    shape: [inner, count],
    data: Float64Array.from(
      { length: inner * count },
      (_, k) => factor * vectors[(k % count) * inner + Math.floor(k / count)]!,
    ),
  });
  let κ: number;
  if (kernel === 'RBF') {
    // ‖u − x‖² = ‖u‖² − 2 uᵀx + ‖x‖²
    const lengths = Float64Array.from({ length: count }, (_, k) =>
      vectors.slice(k * inner, (k + 1) * inner).reduce((total, value) => total + value * value, 0),
    );
    const crossed = build.affine(layer, u, turned(-2), { shape: [count], data: lengths });
    const own = sum(call, multiply(call, u, u), [build.shape(u).length - 1]);
    κ = apply(call, line(call, add(call, crossed, own), -γ!), { name: 'exp' });
  } else {
    const inside = line(
      call,
      build.affine(layer, u, turned(1)),
      kernel === 'LINEAR' ? 1 : γ!,
      kernel === 'LINEAR' ? 0 : shift!,
    );
    if (kernel === 'LINEAR') κ = inside;
    else if (kernel === 'POLY') κ = apply(call, inside, { name: 'power', exponent: degree! });
    else if (kernel === 'SIGMOID') κ = apply(call, inside, { name: 'tanh' });
    else throw call.error(`kernel ${kernel} cannot be read; nearest is RBF`);
  }
  return build.affine(layer, κ, { shape: [count, 1], data: Float64Array.from(α) }, row(ρ));
}

const refused =
  (why: string): Operator =>
  (call) => {
    throw call.error(why);
  };

/** Operators of ai.onnx.ml. */
export const learning: Readonly<Record<string, Operator>> = {
  Scaler: (call) => {
    const [offset, scale] = [call.floats('offset') ?? [0], call.floats('scale') ?? [1]];
    call.build.count(offset.length + scale.length);
    const shifted = affinely(call, call.node(0), undefined, row(offset.map((value) => -value)));
    return computed(affinely(call, shifted, row(scale)));
  },
  LinearRegressor: (call) => {
    const u = call.node(0);
    return computed(transformed(call, scores(call, u, call.int('targets', 1))));
  },
  LinearClassifier: (call) => {
    const u = call.node(0);
    const names = call.texts('classlabels_strings', []);
    const numbers = call.ints('classlabels_ints') ?? [];
    call.ignore('multi_class');
    const classes = Math.max(names.length, numbers.length);
    const count = (call.floats('coefficients') ?? []).length / width(call, u);
    const raw = scores(call, u, count);
    // One score for two classes: that of the first is the other's complement, whatever else ONNX Runtime is told to do.
    if (count === 1 && classes === 2) {
      const logistic = call.text('post_transform', 'NONE') === 'LOGISTIC';
      const p = logistic ? apply(call, raw, { name: 'sigmoid' }) : transformed(call, raw);
      const other = line(call, p, -1, 1);
      return [undefined, computed(call.build.concat(call.layer, [other, p], call.build.shape(p).length - 1))];
    }
    return [undefined, computed(transformed(call, raw))];
  },
  Normalizer: (call) => {
    const u = call.node(0);
    const axis = call.build.shape(u).length - 1;
    const kind = call.text('norm', 'MAX');
    let size: number;
    if (kind === 'L1') size = sum(call, apply(call, u, { name: 'abs' }), [axis]);
    else if (kind === 'L2') size = apply(call, sum(call, multiply(call, u, u), [axis]), { name: 'sqrt' });
    else if (kind === 'MAX') size = largest(call, u, [axis]);
    else throw call.error(`norm ${kind} cannot be read; nearest is L2`);
    const inverse = apply(call, size, { name: 'reciprocal' });
    return computed(multiply(call, u, expand(call, inverse, call.build.shape(u))));
  },
  SVMRegressor: (call) => computed(transformed(call, supportVectors(call))),
  ArrayFeatureExtractor: (call) => {
    const value = call.value(0);
    const from = call.shapeOf(value);
    const at = call.integers(1, 'places');
    const last = from.at(-1)!;
    if (at.some((k) => !(k >= 0 && k < last))) throw call.error(`takes entries [${at}] of ${last}`);
    const rows = sizeOf(from) / last;
    const index = Int32Array.from(
      { length: rows * at.length },
      (_, k) => Math.floor(k / at.length) * last + at[k % at.length]!,
    );
    return call.move(value, index, [...(from.length > 1 ? from.slice(0, -1) : [1]), at.length]);
  },
  FeatureVectorizer: (call) => {
    call.ignore('inputdimensions');
    const nodes = call.inputs.map((_, k) => call.node(k));
    if (nodes.length === 1) return computed(nodes[0]!);
    return computed(call.build.concat(call.layer, nodes, call.build.shape(nodes[0]!).length - 1));
  },
  /** What is computed is a number: only where it were the value to replace would something else stand. */
  Imputer: (call) => {
    call.ignore('imputed_value_floats', 'imputed_value_int64s', 'replaced_value_int64');
    const replaced = call.anyFloat('replaced_value_float', 0);
    if (!Number.isNaN(replaced))
      throw call.error(`replaces ${replaced}, where it would jump; only NaN can be read`);
    return call.value(0);
  },
  ZipMap: refused('makes dictionaries; export with options={"zipmap": False}'),
  TreeEnsembleRegressor: refused('trees have no derivatives; train a smooth model'),
  TreeEnsembleClassifier: refused('trees have no derivatives; train a smooth model'),
  TreeEnsemble: refused('trees have no derivatives; train a smooth model'),
  SVMClassifier: refused('lets pairs of classes vote; nearest is LinearClassifier'),
  Binarizer: refused('is constant between its jumps, so that no derivative sees it; leave it out'),
};
