import { InputError } from '../../src/core/errors.js';
import { ipoptIntegers, ipoptOptions } from '../../src/core/ipopt-options.js';
import { nearest } from '../../src/core/options.js';
import type { WarmStart } from '../../src/nlp/solver.js';

/** Any option of Ipopt by its own name; `max_wall_time` (seconds) is kept here, for every version. */
export type IpoptOptions = Record<string, string | number | boolean>;

/** Options that are Ipopt's own, and the wall-clock limit taken out. */
export function splitOptions(
  given: Partial<IpoptOptions> | undefined,
  warmStart: WarmStart | undefined,
  exactHessian: boolean,
): { options: [string, string | number][]; secondsAllowed: number } {
  const options: [string, string | number][] = [
    ['print_level', 0],
    ['sb', 'yes'],
    // Clipping moves the rows of a solution that was accepted before it; the default of newer versions.
    ['honor_original_bounds', 'no'],
    // Else Ipopt reads ./ipopt.opt, whoever put it there: it can name libraries to load and files to overwrite.
    ['option_file_name', ''],
  ];
  if (warmStart?.multipliers) options.push(['warm_start_init_point', 'yes']);
  if (warmStart?.barrier !== undefined) options.push(['mu_init', warmStart.barrier]);
  if (!exactHessian) options.push(['hessian_approximation', 'limited-memory']);
  let secondsAllowed = Number.POSITIVE_INFINITY;
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === undefined) continue;
    if (typeof value === 'number' && Number.isNaN(value))
      throw new InputError(`option ${name}: NaN is no value`);
    if (!['string', 'number', 'boolean'].includes(typeof value))
      throw new InputError(`option ${name}: give a text, a number or yes and no`);
    if (name === 'max_wall_time') secondsAllowed = wallTime(value);
    else options.push([name, inIpopt(value)]);
  }
  return { options, secondsAllowed };
}

function wallTime(value: string | number | boolean): number {
  const seconds = typeof value === 'boolean' ? Number.NaN : Number(value);
  if (seconds > 0) return seconds;
  throw new InputError(`option max_wall_time=${value}: give a number of seconds above 0`);
}

/** No option of Ipopt takes a number as a word, so text that reads as a number is one. */
function inIpopt(value: string | number | boolean): string | number {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))
    ? Number(value)
    : value;
}

/** A refused option: an unknown name, or a value of the wrong type or range. */
export function refusedOption(name: string, value: unknown, solver: string): InputError {
  const known = Object.keys(ipoptOptions);
  const suggestion = known.includes(name) ? undefined : nearest(name, known);
  const advice = suggestion
    ? `did you mean '${suggestion}'?`
    : 'see its list of options for name, type and range';
  return new InputError(`option ${name}=${value}: this ${solver} does not take it: ${advice}`);
}

/** What Ipopt's setters answer, by type. */
export interface OptionSetters {
  text(name: string, value: string): boolean;
  real(name: string, value: number): boolean;
  integer(name: string, value: number): boolean;
}

/** Sets every option; throws {@link InputError} naming the first that is refused. */
export function setOptions(
  set: OptionSetters,
  options: readonly [string, string | number][],
  solver: string,
): void {
  for (const [name, value] of options) {
    const whole = ipoptIntegers.has(name.replace(/^resto\./, '')); // its C interface does not convert
    const taken =
      typeof value === 'string'
        ? set.text(name, value)
        : whole
          ? Number.isInteger(value) && set.integer(name, value)
          : set.real(name, value);
    if (!taken) throw refusedOption(name, value, solver);
  }
}
