import * as tf from '@tensorflow/tfjs';
import { InputError } from '../../src/core/errors.js';
import { told } from '../../src/core/given.js';
import { nearest } from '../../src/core/nearest.js';
import {
  type InitialValues,
  inputLength,
  type Parametrization,
  type QpLayerConfig,
  readConfig,
  readInitial,
  type WeightName,
  weightShapes,
} from './parametrization.js';
import { type QpTensors, solveQp } from './solve-qp.js';

/** Of the configuration in saved models; one that is read otherwise gets another number. */
const version = 1;

type LayerArgs = NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]>;

/** Sizes, input and parametrization of a {@link QpLayer}, as its configuration keeps them. */
export interface QpLayerArgs extends QpLayerConfig, LayerArgs {
  /** First values of arrays; a saved model holds the arrays themselves. */
  readonly initial?: InitialValues;
  /** Of the configuration, in a saved model. */
  readonly version?: number;
}

/**
 * A quadratic program as a layer: its input `[batch, …]` is q, −q, b or h, its output the solution `[batch, n]`; the other
 * data are trained, see {@link QpLayerConfig}. Works in `tf.sequential` and functional models, with `compile`, `fit`,
 * `save` and `tf.loadLayersModel`, once this module is imported.
 *
 *     model.add(new QpLayer({ n: 10, p: 10 }));
 */
export class QpLayer extends tf.layers.Layer {
  static className = 'QpLayer';
  readonly config: Parametrization;
  readonly #initial: Partial<Record<WeightName, Float64Array>>;
  readonly #arrays = new Map<WeightName, tf.LayerVariable>();

  /** Throws InputError, one line, for a configuration that contradicts itself or is of another version. */
  constructor(args: QpLayerArgs) {
    super(args ?? {});
    const where = `layer "${this.name}"`;
    if (args?.version !== undefined && args.version !== version)
      throw new InputError(
        `${where}: was saved in version ${told(args.version)} of QpLayer, this is version ${version}; load it with the package that wrote it`,
      );
    this.config = readConfig(args, where);
    const own = [...Object.keys(this.config), 'initial'];
    const stranger = Object.keys(args).find((name) => !own.includes(name) && !inherited.includes(name));
    if (stranger !== undefined)
      throw new InputError(`${where}: unknown option '${stranger}'; ${hint(stranger, own)}`);
    this.#initial = readInitial(args.initial, weightShapes(this.config), where);
    this.inputSpec = [{ ndim: 2, axes: { '-1': inputLength(this.config) } } as unknown as tf.InputSpec];
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const last = (Array.isArray(inputShape[0]) ? inputShape[0] : (inputShape as tf.Shape)).at(-1);
    const wanted = inputLength(this.config);
    if (last !== wanted)
      throw new InputError(
        `layer "${this.name}": its input is ${this.config.input} of ${wanted} numbers, got ${told(last)}`,
      );
    for (const [name, shape] of Object.entries(weightShapes(this.config)) as [WeightName, number[]][]) {
      const array = this.addWeight(
        name,
        shape,
        'float32',
        initializer(name, this.config.seed),
        undefined,
        name !== 'Q' && !this.config.frozen.includes(name),
        name === 's0' ? tf.constraints.nonNeg() : undefined,
      );
      const first = this.#initial[name] ?? (name === 'Q' ? identity(this.config.n) : undefined);
      if (first)
        tf.tidy(() => {
          array.write(tf.tensor(Float32Array.from(first), shape));
        });
      this.#arrays.set(name, array);
    }
    this.built = true;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch] = Array.isArray(inputShape[0]) ? inputShape[0] : (inputShape as tf.Shape);
    return [batch ?? null, this.config.n];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { onFailure, weaklyActive } = this.config;
    return tf.tidy(
      () => solveQp(this.problem(Array.isArray(inputs) ? inputs[0]! : inputs), { onFailure, weaklyActive }).z,
    );
  }

  /** The quadratic programs of a batch of inputs. */
  problem(x: tf.Tensor): QpTensors {
    const { input, m, p } = this.config;
    const of = (name: WeightName): tf.Tensor | undefined => this.#arrays.get(name)?.read();
    const [A, G, z0] = [of('A'), of('G'), of('z0')];
    const times = (matrix: tf.Tensor, vector: tf.Tensor): tf.Tensor =>
      tf.squeeze(tf.matMul(matrix as tf.Tensor2D, tf.expandDims(vector, 1)), [1]);
    const b = input === 'b' ? x : (of('b') ?? (A && z0 && times(A, z0)));
    const h = input === 'h' ? x : (of('h') ?? (G && z0 && tf.add(times(G, z0), of('s0')!)));
    return {
      Q: this.#quadratic(),
      q: input === 'q' ? x : input === '-q' ? tf.neg(x) : of('q')!,
      ...(m > 0 && { A: A!, b: b! }),
      ...(p > 0 && { G: G!, h: h! }),
    };
  }

  #quadratic(): tf.Tensor {
    const { n, epsilon } = this.config;
    const fixed = this.#arrays.get('Q');
    if (fixed) return fixed.read();
    const ridge = tf.mul(tf.eye(n), epsilon);
    const d = this.#arrays.get('d');
    if (d) return tf.add(tf.mul(tf.eye(n), tf.square(d.read())), ridge);
    // Not `bandPart`, whose gradient tfjs cannot take.
    const lower = tf.tensor2d(
      Float32Array.from({ length: n * n }, (_, k) => (k % n <= Math.floor(k / n) ? 1 : 0)),
      [n, n],
    );
    const L = tf.mul(this.#arrays.get('L')!.read(), lower) as tf.Tensor2D;
    return tf.add(tf.matMul(L, L, false, true), ridge);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { seed, frozen, ...config } = this.config;
    return {
      ...super.getConfig(),
      ...config,
      frozen: [...frozen],
      ...(seed !== undefined && { seed }),
      version,
    } as tf.serialization.ConfigDict;
  }
}

/** What else a saved model holds, or tfjs gives layers. */
const inherited = [
  ...['version', 'name', 'trainable', 'inputShape', 'batchInputShape', 'batchSize', 'dtype', 'inputDType'],
  ...['weights', 'activityRegularizer', 'customObjects', 'fastWeightInit'],
];

function hint(stranger: string, known: readonly string[]): string {
  const near = nearest(stranger, known);
  return near ? `did you mean '${near}'?` : `there are ${known.join(', ')}`;
}

const identity = (n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0));

/** L as U(0, 1), q, A and G as U(−1, 1), d and s₀ as ones, the others as zeros. */
function initializer(name: WeightName, seed: number | undefined) {
  const uniform = (minval: number, maxval: number) =>
    tf.initializers.randomUniform({
      minval,
      maxval,
      ...(seed !== undefined && { seed: seed + name.charCodeAt(0) }),
    });
  switch (name) {
    case 'L':
      return uniform(0, 1);
    case 'q':
    case 'A':
    case 'G':
      return uniform(-1, 1);
    case 'd':
    case 's0':
      return tf.initializers.ones();
    default:
      return tf.initializers.zeros();
  }
}

tf.serialization.registerClass(QpLayer);
