import {
  add,
  type Formulation,
  type HingeTreatment,
  InputError,
  Model,
  type Network,
  network,
  type QuadraticTreatment,
  subtract,
  sum,
  type VariableArray,
} from '../../index.js';

export interface AdversarialImage {
  /** A network 784 → 10 whose outputs are class probabilities. */
  readonly network: Network;
  /** Reference image `x_ref`, 28 × 28 row-major, in [0, 1]. */
  readonly image: Float64Array;
  /** Class that the changed image shall be taken for, 0–9. */
  readonly target: number;
  /** Probability that the target must reach. Default 0.6. */
  readonly probability?: number;
  readonly formulation?: Formulation;
  /** What becomes of quadratic programs inside the network, in reduced space. */
  readonly quadratic?: QuadraticTreatment;
  /** Layers that the partial formulation exposes. */
  readonly layers?: readonly string[];
  /** What becomes of kinks in full space. */
  readonly relu?: HingeTreatment;
}

/** Pixels of an image and classes of a digit. */
export const PIXELS = 784;
export const CLASSES = 10;

/**
 * The smallest change of an image, in the sum of absolute pixel changes, after which a network takes it for `target`:
 *
 *     minimize    Σ (s⁺ + s⁻)
 *     subject to  x − x_ref = s⁺ − s⁻,   y = NN(x),   0 ≤ y ≤ 1 (rows),   y[target] ≥ 0.6,
 *                 0 ≤ x ≤ 1,   s⁺, s⁻ ≥ 0
 *
 * started at `x = x_ref`, `y = 0.5` (arXiv 2509.22462, section 4).
 */
export function adversarialImage(options: AdversarialImage): {
  model: Model;
  x: VariableArray;
  y: VariableArray;
} {
  const { image, target, probability = 0.6, formulation = 'auto', layers } = options;
  if (options.network.inputSize !== PIXELS || options.network.outputSize !== CLASSES)
    throw new InputError(
      `network ${options.network.name} maps ${options.network.inputSize} numbers to ${options.network.outputSize}; the mnist problem needs ${PIXELS} pixels to ${CLASSES} classes`,
    );
  if (!(image instanceof Float64Array) || image.length !== PIXELS)
    throw new InputError(`the image is no Float64Array of 28 × 28 = ${PIXELS} pixels`);
  const odd = image.findIndex((pixel) => !(pixel >= 0 && pixel <= 1));
  if (odd >= 0) throw new InputError(`pixel ${odd} of the image is ${image[odd]}, not between 0 and 1`);
  if (!Number.isInteger(target) || target < 0 || target >= CLASSES)
    throw new InputError(`target ${target} is not a digit: give a whole number from 0 to 9`);
  if (typeof probability !== 'number' || !(probability > 0 && probability < 1))
    throw new InputError(`probability ${probability} is not between 0 and 1 (both excluded)`);

  const model = new Model('mnist');
  const x = model.variables('x', PIXELS, { lower: 0, upper: 1, start: image });
  const plus = model.variables('s⁺', PIXELS, { lower: 0 });
  const minus = model.variables('s⁻', PIXELS, { lower: 0 });
  model.minimize(add(sum(plus), sum(minus)));
  for (let i = 0; i < PIXELS; i++)
    model.constrain(subtract(x.at(i), subtract(plus.at(i), minus.at(i))), {
      equals: image[i]!,
      name: `change[${i}]`,
    });
  const { quadratic, relu } = options;
  const y = network(options.network, x, {
    formulation,
    name: 'y',
    start: 0.5,
    ...(layers && { layers }),
    ...(relu !== undefined && { relu }),
    ...(quadratic !== undefined && { quadratic }),
  });
  for (let k = 0; k < CLASSES; k++)
    model.constrain(y.at(k), { lower: 0, upper: 1, name: `probability[${k}]` });
  model.constrain(y.at(target), { lower: probability, name: 'target' });
  return { model, x, y };
}
