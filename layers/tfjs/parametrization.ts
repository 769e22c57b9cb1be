import { Budget, countOf } from '../../src/core/budget.js';
import { InputError } from '../../src/core/errors.js';
import { numberOf, optionsOf, wholeOf } from '../../src/core/given.js';
import { flag, oneOf, readOptions } from '../../src/core/options.js';
import { arrayOf, type NestedNumbers } from '../array.js';
import { qpLayerOptions } from '../options.js';

/** Which of a layer's arrays are there, with their shapes; by the names they have in a saved model. */
export type WeightName = 'L' | 'd' | 'Q' | 'q' | 'A' | 'b' | 'z0' | 'G' | 's0' | 'h';

/** What a {@link QpLayer} computes; plain data, which a saved model holds. */
export interface QpLayerConfig {
  /** Variables: the length of the output. */
  readonly n: number;
  /** Equalities and inequalities; default 0. */
  readonly m?: number;
  readonly p?: number;
  /** What the layer's input is: q, −q (a projection of the input, where Q is the identity), b or h. Default `'q'`. */
  readonly input?: 'q' | '-q' | 'b' | 'h';
  /** `factor`: Q = LLᵀ + εI, L lower triangular; `diagonal`: Q = diag(d²) + εI; `fixed`: not trained. Default `'factor'`. */
  readonly quadratic?: 'factor' | 'diagonal' | 'fixed';
  /** ε of Q that is trained. Default 1e-4. */
  readonly epsilon?: number;
  /** b = Az₀ and h = Gz₀ + s₀ with s₀ ≥ 0, where they are not the input: there is always a solution. Default true. */
  readonly feasible?: boolean;
  /** Arrays that are not trained, by name: L, d, q, A, b, z0, G, s0, h. */
  readonly frozen?: readonly WeightName[];
  readonly onFailure?: 'throw' | 'zero' | 'nan';
  readonly weaklyActive?: 'exclude' | 'include' | 'refuse';
  /** Of the random first values of L, A and G. Default: another one each time. */
  readonly seed?: number;
}

/** First values of arrays by name; Q of `fixed` is the identity by default. */
export type InitialValues = { readonly [Name in WeightName]?: NestedNumbers };

/** The configuration of a layer, defaults filled in. */
export type Parametrization = Required<Omit<QpLayerConfig, 'seed' | 'frozen'>> & {
  readonly seed: number | undefined;
  readonly frozen: readonly WeightName[];
};

const EPSILON = 1e-4;

const words = {
  input: oneOf(['q', '-q', 'b', 'h'], 'q', 'what the input is'),
  quadratic: oneOf(['factor', 'diagonal', 'fixed'], 'factor', 'how Q is made'),
  feasible: flag(true, 'b = Az₀, h = Gz₀ + s₀'),
  onFailure: qpLayerOptions.onFailure,
  weaklyActive: qpLayerOptions.weaklyActive,
};

/** The configuration with its defaults; InputError for what is wrong in it, `where` names the layer. */
export function readConfig(given: QpLayerConfig, where: string): Parametrization {
  const config = optionsOf(given, where);
  const { n, m = 0, p = 0, epsilon = EPSILON, seed, frozen = [] } = config;
  const chosen = Object.fromEntries(
    Object.keys(words).map((name) => [name, config[name as keyof typeof words]]),
  );
  const read = {
    ...readOptions(words, chosen, where),
    n: wholeOf(n, `${where}: n`, 1),
    m: wholeOf(m, `${where}: m`),
    p: wholeOf(p, `${where}: p`),
    epsilon: numberOf(epsilon, `${where}: epsilon`),
    seed: seed === undefined ? undefined : wholeOf(seed, `${where}: seed`),
    frozen: Array.isArray(frozen) ? frozen : [frozen as unknown as WeightName],
  };
  const [numbers, most] = [countOf([read.n + read.m + read.p, read.n]), new Budget().limit('matrix')];
  if (numbers > most)
    throw new InputError(
      `${where}: matrices of ${numbers} numbers, where at most ${most} are taken; give smaller n, m or p`,
    );
  // Saved models hold the default.
  if (read.quadratic === 'fixed' && read.epsilon !== EPSILON)
    throw new InputError(
      `${where}: epsilon is added to Q that is trained, not to one that is fixed; add it to initial.Q, or leave it out`,
    );
  if (read.epsilon < 0) throw new InputError(`${where}: epsilon is ${read.epsilon}, expected ≥ 0`);
  if (read.input === 'b' && read.m === 0)
    throw new InputError(`${where}: the input is b, but there are no equalities; give m`);
  if (read.input === 'h' && read.p === 0)
    throw new InputError(`${where}: the input is h, but there are no inequalities; give p`);
  const known = Object.keys(weightShapes(read));
  const stranger = read.frozen.find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw new InputError(`${where}: it has no array '${stranger}' to freeze; it has ${known.join(', ')}`);
  return read;
}

/** The length of the layer's input. */
export const inputLength = ({ input, n, m, p }: Parametrization): number =>
  input === 'b' ? m : input === 'h' ? p : n;

/** The arrays of a layer, in the order a saved model holds them. */
export function weightShapes(config: Omit<Parametrization, 'seed'>): Partial<Record<WeightName, number[]>> {
  const { n, m, p, input, quadratic, feasible } = config;
  const needsPoint = feasible && ((m > 0 && input !== 'b') || (p > 0 && input !== 'h'));
  return {
    ...(quadratic === 'factor' && { L: [n, n] }),
    ...(quadratic === 'diagonal' && { d: [n] }),
    ...(quadratic === 'fixed' && { Q: [n, n] }),
    ...(input !== 'q' && input !== '-q' && { q: [n] }),
    ...(m > 0 && { A: [m, n] }),
    ...(m > 0 && input !== 'b' && !feasible && { b: [m] }),
    ...(p > 0 && { G: [p, n] }),
    ...(needsPoint && { z0: [n] }),
    ...(p > 0 && input !== 'h' && (feasible ? { s0: [p] } : { h: [p] })),
  };
}

/** First values that a caller gave, flat; InputError for arrays that the layer does not have, or of other shapes. */
export function readInitial(
  given: InitialValues | undefined,
  shapes: Partial<Record<WeightName, number[]>>,
  where: string,
): Partial<Record<WeightName, Float64Array>> {
  const read = Object.entries(optionsOf(given, `${where}: initial`)).map(([name, value]) => {
    const shape = shapes[name as WeightName];
    if (shape === undefined)
      throw new InputError(
        `${where}: it has no array '${name}' to begin with; it has ${Object.keys(shapes).join(', ')}`,
      );
    const array = arrayOf(value, `${where}: initial.${name}`);
    if (array.shape.join() !== shape.join())
      throw new InputError(
        `${where}: initial.${name} has the shape [${array.shape.join(', ')}], expected [${shape.join(', ')}]`,
      );
    return [name, array.data];
  });
  return Object.fromEntries(read);
}
