/** A trained array: row-major; f32 as trained, f64 where a format holds doubles. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/**
 * Elementwise functions `φ: R → R`, or of the part of R where they are defined. Those with a kink carry no second
 * derivative and need a treatment.
 * `hardSigmoid(u) = min(max(u/5 + 1/2, 0), 1)`; `thresholdedRelu(u) = u` where `u > θ`, else 0; `step(u) = 1` where `u > 0`,
 * else 0, what comparisons become; `gelu` is exact (erf),
 * `geluTanh` its tanh approximation; `swish(u) = u·sigmoid(u)`; `mish(u) = u·tanh(softplus(u))`.
 */
export type Elementwise =
  | {
      readonly name:
        | 'tanh'
        | 'sigmoid'
        | 'softplus'
        | 'softsign'
        | 'exp'
        | 'swish'
        | 'mish'
        | 'gelu'
        | 'geluTanh'
        | 'reciprocal'
        | 'sqrt'
        | 'log'
        | 'erf'
        | 'sin'
        | 'cos'
        | 'tan'
        | 'asin'
        | 'acos'
        | 'atan'
        | 'sinh'
        | 'cosh'
        | 'asinh'
        | 'acosh'
        | 'atanh';
    }
  | { readonly name: 'power'; readonly exponent: number }
  | { readonly name: 'elu'; readonly alpha: number }
  | { readonly name: 'selu' }
  | { readonly name: 'relu' | 'relu6' | 'hardSigmoid' | 'abs' | 'step' }
  | { readonly name: 'leakyRelu'; readonly alpha: number }
  | { readonly name: 'thresholdedRelu'; readonly theta: number };

/**
 * The closed set of operations. Shapes are without the batch dimension; "last axis" is the fastest one.
 * - `input`: takes `size` numbers of the flattened network input, from `offset`.
 * - `affine`: `v = u W + b` along the last axis, `W: [in, out]`, `b: [out]`; leading axes are rows.
 * - `scale`: `v = s ∘ u + t`, `s` and `t` of the last axis' length.
 * - `elementwise`: `vᵢ = φ(uᵢ)`.
 * - `softmax`: along the last axis.
 * - `add`: sum of ≥ 2 inputs of equal shape; `multiply`: elementwise product of two.
 * - `concat`: along `axis` (of the batchless shape). `reshape`: same numbers, other shape.
 * - `gather`: `vᵢ = u[indexᵢ]` of the flattened input, 0 where `indexᵢ` is −1, in any shape.
 * - `contract`: the products `v[p] = a[p] b[p]` of two stacks of matrices, `[s, m, k]` and `[s, k, n]`.
 * - `maximum`: along the last axis, which stays with length 1.
 * - `quadraticProgram`: `v = argmin ½zᵀQz + qᵀz  s.t.  Az = b, Gz ≤ h`, Q `[n, n]`, A `[m, n]`, G `[p, n]`; the input is the
 *   one of q, b and h that `into` names and the op does not hold. A and b, G and h may be absent.
 */
export type Op =
  | { readonly kind: 'input'; readonly offset: number }
  | { readonly kind: 'affine'; readonly weight: Tensor; readonly bias?: Tensor }
  | { readonly kind: 'scale'; readonly scale: Tensor; readonly shift: Tensor }
  | { readonly kind: 'elementwise'; readonly fn: Elementwise }
  | { readonly kind: 'softmax' }
  | { readonly kind: 'add' }
  | { readonly kind: 'multiply' }
  | { readonly kind: 'concat'; readonly axis: number }
  | { readonly kind: 'reshape' }
  | { readonly kind: 'gather'; readonly index: Int32Array }
  | { readonly kind: 'contract' }
  | { readonly kind: 'maximum' }
  | {
      readonly kind: 'quadraticProgram';
      readonly into: 'q' | 'b' | 'h';
      readonly Q: Tensor;
      readonly q?: Tensor;
      readonly A?: Tensor;
      readonly b?: Tensor;
      readonly G?: Tensor;
      readonly h?: Tensor;
    };

/** One operation of a network. */
export interface Node {
  /** Name of the layer it came from, for messages. */
  readonly layer: string;
  readonly op: Op;
  /** Indices of earlier nodes. */
  readonly inputs: readonly number[];
  /** Shape without the batch dimension. */
  readonly shape: readonly number[];
  /** Trained numbers this node is the first to use (a shared layer counts once); for tables only. */
  readonly parameters?: number;
}

/**
 * A trained network as a graph: `nodes` in topological order, `y` = the outputs flattened and concatenated, in the
 * order of `outputs` (indices of nodes); `x` = the inputs likewise.
 */
export interface Network {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly inputSize: number;
  readonly outputs: readonly number[];
  readonly outputSize: number;
  /** Number of trained parameters. */
  readonly parameters: number;
  /** What the reader left out or took for granted, one line each. */
  readonly notes?: readonly string[];
}

/** The op of a kind. */
export type OpOf<K extends Op['kind']> = Extract<Op, { readonly kind: K }>;
