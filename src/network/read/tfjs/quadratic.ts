import type { Tensor } from '../../graph.js';
import { type Call, lastOf, one, type Rule } from './call.js';

/** The version of the configuration that is read; {@link file://../../../../layers/tfjs/layer.ts} writes it. */
const version = 1;

/**
 * `QpLayer` of `graybox-nlp/tfjs`: Q = LLᵀ + εI, diag(d²) + εI or fixed; b = Az₀ and h = Gz₀ + s₀, or of their own; the input
 * is q, −q, b or h.
 */
const quadraticProgram: Rule = (call) => {
  const { build, layer, config } = call;
  config.only('version', version, `this reads version ${version} of QpLayer; save it with this package`);
  const n = whole(call, 'n', 1);
  const [m, p] = [whole(call, 'm', 0), whole(call, 'p', 0)];
  const input = word(call, 'input', ['q', '-q', 'b', 'h']);
  const quadratic = word(call, 'quadratic', ['factor', 'diagonal', 'fixed']);
  const [epsilon, feasible] = [config.number('epsilon', 1e-4), config.flag('feasible', true)];
  const into = input === '-q' ? 'q' : input;
  const length = { q: n, b: m, h: p }[into];
  if (lastOf(call) !== length)
    throw build.error(layer, `its input is ${input} of ${length} numbers, it is called on ${lastOf(call)}`);
  build.reserve(layer, n * n + m + p);
  const weight = (name: string, shape: number[]): Tensor => call.weight(name, shape);
  const Q = quadraticTerm(n, epsilon, () =>
    quadratic === 'factor'
      ? ['factor', weight('L', [n, n])]
      : quadratic === 'diagonal'
        ? ['diagonal', weight('d', [n])]
        : ['fixed', weight('Q', [n, n])],
  );
  const q = into === 'q' ? undefined : weight('q', [n]);
  const A = m > 0 ? weight('A', [m, n]) : undefined;
  const G = p > 0 ? weight('G', [p, n]) : undefined;
  const point = feasible && ((A && into !== 'b') || (G && into !== 'h')) ? weight('z0', [n]) : undefined;
  const b = A && into !== 'b' ? (point ? times(A, point) : weight('b', [m])) : undefined;
  const h = G && into !== 'h' ? (point ? times(G, point, weight('s0', [p])) : weight('h', [p])) : undefined;
  const u = input === '-q' ? build.scaleBy(layer, one(call), -1) : one(call);
  return build.quadraticProgram(layer, u, {
    into,
    Q,
    ...(q && { q }),
    ...(A && { A }),
    ...(b && { b }),
    ...(G && { G }),
    ...(h && { h }),
  });
};

function whole({ build, layer, config }: Call, key: string, least: number): number {
  const value = config.number(key, key === 'n' ? undefined : 0);
  if (!Number.isSafeInteger(value) || value < least)
    throw build.error(layer, `"${key}" is ${value}, expected a whole number ≥ ${least}`);
  build.allow(layer, [value, value]);
  return value;
}

function word<W extends string>({ build, layer, config }: Call, key: string, words: readonly W[]): W {
  const value = config.text(key, words[0]);
  if (!words.includes(value as W))
    throw build.error(layer, `"${key}" is "${value.slice(0, 40)}", expected ${words.join(', ')}`);
  return value as W;
}

function quadraticTerm(
  n: number,
  epsilon: number,
  given: () => ['factor' | 'diagonal' | 'fixed', Tensor],
): Tensor {
  const [how, { data }] = given();
  const Q = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = i === j && how !== 'fixed' ? epsilon : 0;
      if (how === 'factor') for (let k = 0; k <= j; k++) sum += data[i * n + k]! * data[j * n + k]!;
      else if (how === 'diagonal') sum += i === j ? data[i]! * data[i]! : 0;
      else sum = (data[i * n + j]! + data[j * n + i]!) / 2;
      Q[i * n + j] = sum;
      Q[j * n + i] = sum;
    }
  return { shape: [n, n], data: Q };
}

/** `M z + s`. */
function times({ shape, data }: Tensor, z: Tensor, s?: Tensor): Tensor {
  const [rows, n] = shape as [number, number];
  const out = Float64Array.from({ length: rows }, (_, i) => {
    let sum = s?.data[i] ?? 0;
    for (let j = 0; j < n; j++) sum += data[i * n + j]! * z.data[j]!;
    return sum;
  });
  return { shape: [rows], data: out };
}

/** Layers of this package. */
export const quadraticRules: Readonly<Record<string, Rule>> = { QpLayer: quadraticProgram };

/** What does not change their answer where there is one. */
export const quadraticKeys: Readonly<Record<string, readonly string[]>> = {
  QpLayer: ['frozen', 'on_failure', 'weakly_active'],
};
