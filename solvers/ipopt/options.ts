import { InputError } from '../../src/core/errors.js';
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

/** Other options that people set, to suggest a name for a misspelt one. */
const COMMON =
  `tol acceptable_tol dual_inf_tol constr_viol_tol compl_inf_tol acceptable_dual_inf_tol acceptable_constr_viol_tol
  acceptable_compl_inf_tol acceptable_obj_change_tol diverging_iterates_tol max_cpu_time max_wall_time mu_strategy mu_init mu_max mu_min
  mu_target mu_oracle mu_linear_decrease_factor mu_superlinear_decrease_power barrier_tol_factor adaptive_mu_globalization
  hessian_approximation hessian_constant jac_c_constant jac_d_constant linear_solver nlp_scaling_method nlp_scaling_max_gradient
  obj_scaling_factor bound_push bound_frac bound_relax_factor honor_original_bounds fixed_variable_treatment
  warm_start_init_point warm_start_bound_push warm_start_mult_bound_push start_with_resto expect_infeasible_problem
  required_infeasibility_reduction line_search_method alpha_for_y recalc_y check_derivatives_for_naninf derivative_test
  nlp_lower_bound_inf nlp_upper_bound_inf output_file option_file_name print_user_options print_timing_statistics sb tau_min
  fast_step_computation mehrotra_algorithm least_square_init_primal least_square_init_duals`.split(/\s+/);

/** A refused option: an unknown name, or a value of the wrong type or range. */
export function refusedOption(name: string, value: unknown, solver: string): InputError {
  const known = [...INTEGER_OPTIONS, ...COMMON];
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
    const whole = INTEGER_OPTIONS.has(name);
    const taken =
      typeof value === 'string'
        ? set.text(name, value)
        : whole
          ? Number.isInteger(value) && set.integer(name, value)
          : set.real(name, value);
    if (!taken) throw refusedOption(name, value, solver);
  }
}
