import { InvalidArgumentError, Option } from 'commander';
import {
  type AdoptedOptions,
  adoptIpoptOptions,
  type BudgetLimit,
  type BudgetLimits,
  budgetTable,
  type Device,
  type EngineName,
  engineNames,
  type Formulation,
  InputError,
  type Precision,
  parseInteriorPointOption,
} from '../index.js';
import { remark } from './output.js';

/** A whole number in a range, as a command-line value. */
export const whole =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < low || value > high)
      throw new InvalidArgumentError(`give a whole number from ${low} to ${high}.`);
    return value;
  };

/** Whole numbers and ranges of them from 0 on, as `1,4,10-19`, as a command-line value: each once, in the order given. */
export const numbers = (text: string): readonly number[] => {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part.trim()) ?? [];
    const [from, to] = [Number(first), Number(last ?? first)];
    if (first === undefined || from > to)
      throw new InvalidArgumentError("give whole numbers and ranges, for example '0-99' or '1,4,10-19'.");
    for (let k = from; k <= to; k++) found.add(k);
  }
  return [...found];
};

/** A finite positive number, as a command-line value. */
export const positive = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('give a positive number.');
  return value;
};

/** `key=value` pairs for the solver, collected as text; the solver's option table reads them. */
export const keyValue = (text: string, before: Record<string, string> = {}): Record<string, string> => {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError("give key=value, for example 'mu_strategy=adaptive'.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
};

/** `--limit name=number`, collected by name. */
const limit = (text: string, before: Record<string, number> = {}): Record<string, number> => {
  const [name = '', value = ''] = text.split('=');
  if (!Object.hasOwn(budgetTable, name))
    throw new InvalidArgumentError(`give name=number; limits are ${Object.keys(budgetTable).join(', ')}.`);
  const { parse, accepts, range } = budgetTable[name as BudgetLimit];
  const number = parse(value);
  if (!accepts(number)) throw new InvalidArgumentError(`${name} must be a ${range}.`);
  return { ...before, [name]: number };
};

/** What files may ask for. */
export const limitOption = (): Option =>
  new Option('--limit <name=number>', 'what a file may ask for; may be repeated').argParser(limit);

export interface LimitFlags {
  readonly limit?: BudgetLimits;
}

/** Where derivatives are computed. */
export const engineOptions = (): Option[] => [
  new Option('--engine <name>', 'who computes the network').choices(['auto', ...engineNames]).default('auto'),
  new Option('--device <name>', 'where the engine runs (default: cpu; for engine cuda, the card)').choices([
    'cpu',
    'cuda',
    'webgpu',
  ]),
  new Option(
    '--precision <name>',
    'numbers of the engine; mixed: values and Jacobians in f64, Hessians in f32 (default: f64, mixed where that pays)',
  ).choices(['f64', 'f32', 'tf32', 'mixed']),
  new Option('--threads <n>', 'threads the engine may use (default: all cores)').argParser(whole(1, 1024)),
];

/** How the problem is solved. */
export const solverOptions = (): Option[] => [
  new Option('--solver <name>', 'which solver')
    .choices(['interior-point', 'ipopt', 'ipopt-wasm'])
    .default('interior-point'),
  new Option('--tol <number>', 'scaled KKT error to reach (default: 1e-8)').argParser(positive),
  new Option('--max-iter <n>', 'iteration limit (default: 3000)').argParser(whole(0, 1e9)),
  new Option('--max-time <seconds>', 'wall-clock limit').argParser(positive),
  new Option('--dense-kernels <name>', 'who updates large dense blocks (interior-point)').choices([
    'auto',
    'wasm',
    'blas',
  ]),
  new Option(
    '--kkt-device <name>',
    'where KKT systems of one large dense block are factored (interior-point)',
  ).choices(['auto', 'cpu', 'cuda']),
  new Option('--option <key=value>', 'any other option of the solver; may be repeated').argParser(keyValue),
];

export interface EngineFlags {
  readonly engine: 'auto' | EngineName;
  readonly device?: Device;
  readonly precision?: Precision;
  readonly threads?: number;
}

export interface SolverFlags {
  readonly solver: 'interior-point' | 'ipopt' | 'ipopt-wasm';
  readonly tol?: number;
  readonly maxIter?: number;
  readonly maxTime?: number;
  readonly denseKernels?: 'auto' | 'wasm' | 'blas';
  readonly kktDevice?: 'auto' | 'cpu' | 'cuda';
  readonly option?: Record<string, string>;
}

/** Flags that every problem understands. */
export interface SolveFlags extends EngineFlags, SolverFlags, LimitFlags {
  readonly formulation: Formulation;
  readonly polish: boolean;
  readonly relax: boolean;
  readonly out?: string;
  readonly json: boolean;
}

/**
 * The flags under the solver's own option names. What the interior-point method takes of Ipopt's options without a use
 * for it is said on standard error.
 */
export function solverSettings(
  flags: SolverFlags,
  adopt: (given: Record<string, unknown>) => AdoptedOptions = adoptIpoptOptions,
): Record<string, unknown> {
  const ours = flags.solver === 'interior-point';
  const { denseKernels, kktDevice } = flags;
  for (const [name, given] of Object.entries({ 'dense-kernels': denseKernels, 'kkt-device': kktDevice }))
    if (given !== undefined && !ours)
      throw new InputError(
        `--${name}: ${flags.solver} has linear algebra of its own; use --solver interior-point`,
      );
  const given = {
    ...(flags.tol !== undefined && { tol: flags.tol }),
    ...(flags.maxIter !== undefined && { max_iter: flags.maxIter }),
    ...(flags.maxTime !== undefined && { max_wall_time: flags.maxTime }),
    ...(denseKernels !== undefined && { linear_solver_options: { denseKernels } }),
    ...(kktDevice !== undefined && { kkt_device: kktDevice }),
  };
  const read = ours ? parseInteriorPointOption : (_: string, text: string) => numberOrText(text);
  const extra = Object.entries(flags.option ?? {}).map(([name, text]) => [name, read(name, text)]);
  const all = { ...given, ...Object.fromEntries(extra) };
  if (!ours) return all;
  const { options, remark: said } = adopt(all);
  if (said !== undefined) remark(`graybox: ${said}`);
  return options;
}

/** Ipopt's options have types of their own, which only Ipopt knows. */
const numberOrText = (text: string): string | number =>
  text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
