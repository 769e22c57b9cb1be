import { InputError } from '../../src/core/errors.js';
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
  ];
  if (warmStart?.multipliers) options.push(['warm_start_init_point', 'yes']);
  if (warmStart?.barrier !== undefined) options.push(['mu_init', warmStart.barrier]);
  if (!exactHessian) options.push(['hessian_approximation', 'limited-memory']);
  let secondsAllowed = Number.POSITIVE_INFINITY;
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === undefined) continue;
    if (typeof value === 'number' && Number.isNaN(value))
      throw new InputError(`option ${name}: NaN is no value`);
    if (typeof value === 'object')
      throw new InputError(`option ${name}: give a text, a number or yes and no`);
    if (name === 'max_wall_time') secondsAllowed = Number(value);
    else options.push([name, typeof value === 'boolean' ? (value ? 'yes' : 'no') : value]);
  }
  return { options, secondsAllowed };
}

/** Options of type integer in Ipopt; every other number is a real one (its C interface does not convert). */
export const INTEGER_OPTIONS: ReadonlySet<string> = new Set(
  `print_level file_print_level print_frequency_iter max_iter acceptable_iter max_soc watchdog_shortened_iter_trigger
  watchdog_trial_iter_max filter_reset_trigger max_filter_resets accept_after_max_steps soft_resto_pderror_reduction_iter
  max_soft_resto_iters max_resto_iter min_refinement_steps max_refinement_steps limited_memory_max_history
  limited_memory_max_skipping num_linear_variables quality_function_max_section_steps adaptive_mu_kkterror_red_iters
  mumps_mem_percent mumps_permuting_scaling mumps_pivot_order mumps_scaling mumps_print_level ma57_block_size
  ma57_node_amalgamation ma57_pivot_order ma57_small_pivot_flag indefinite_iterations
  derivative_test_first_index recalc_y_iters`.split(/\s+/),
);

export const unknownOption = (name: string, value: unknown, solver: string): InputError =>
  new InputError(
    `option ${name}=${value}: this ${solver} does not take it: see its list of options for name, type and range`,
  );
