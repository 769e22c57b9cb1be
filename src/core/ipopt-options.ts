import type { Option } from './options.js';

/**
 * Every option of Ipopt 3.14 (coin-or.github.io/Ipopt/OPTIONS.html, with the undocumented ones that it registers and
 * that of its AMPL interface), by what it takes: text, one of some words, whole or real numbers of an interval (a round
 * bracket leaves the end out).
 */
const names: Readonly<Record<string, string>> = {
  text: 'hsllib option_file_name output_file pardisolib',
  'yes | no': `
    accept_every_trial_step adaptive_mu_restore_previous_iterate check_derivatives_for_naninf
    dependency_detection_with_rhs derivative_test_print_all evaluate_orig_obj_at_resto_trial
    expect_infeasible_problem fast_step_computation file_append flexible_penalty_function grad_f_constant
    halt_on_ampl_error hessian_constant honor_original_bounds inexact_algorithm jac_c_constant jac_d_constant
    least_square_init_duals least_square_init_primal limited_memory_special_for_resto
    linear_scaling_on_demand ma27_ignore_singularity ma27_skip_inertia_check ma57_automatic_scaling
    ma97_dump_matrix ma97_solve_blas3 magic_steps mehrotra_algorithm modify_hessian_with_slacks
    mu_allow_fast_monotone_decrease neg_curv_test_reg never_use_fact_cgpen_direction
    never_use_piecewise_penalty_ls pardiso_iterative pardiso_redo_symbolic_fact_only_if_inertia_wrong
    pardiso_repeated_perturbation_means_singular pardiso_skip_inertia_check
    pardisomkl_redo_symbolic_fact_only_if_inertia_wrong pardisomkl_repeated_perturbation_means_singular
    pardisomkl_skip_inertia_check perturb_always_cd print_advanced_options print_info_string
    print_options_documentation print_timing_statistics print_user_options recalc_y replace_bounds sb
    skip_corr_if_neg_curv skip_corr_in_monotone_mode skip_finalize_solution_call spral_ignore_numa
    spral_use_gpu start_with_resto suppress_all_output timing_statistics warm_start_entire_iterate
    warm_start_init_point warm_start_same_structure wsmp_iterative wsmp_no_pivoting wsmp_skip_inertia_check`,
  'kkt-error | obj-constr-filter | never-monotone-mode': 'adaptive_mu_globalization',
  '1-norm | 2-norm-squared | max-norm | 2-norm': 'adaptive_mu_kkt_norm_type quality_function_norm_type',
  'primal | bound-mult | min | max | full | min-dual-infeas | safer-min-dual-infeas | primal-and-full | dual-and-full | acceptor': `
    alpha_for_y`,
  'constant | mu-based': 'bound_mult_init_method',
  '1-norm | 2-norm | max-norm': 'constraint_violation_norm_type',
  'none | affine | primal-dual': 'corrector_type',
  'none | mumps | wsmp | ma28': 'dependency_detector',
  'none | first-order | second-order | only-second-order': 'derivative_test',
  'probing | loqo | quality-function | average_compl': 'fixed_mu_oracle',
  'make_parameter | make_parameter_nodual | make_constraint | relax_bounds': 'fixed_variable_treatment',
  'exact | finite-difference-values': 'gradient_approximation jacobian_approximation',
  'exact | limited-memory': 'hessian_approximation',
  'nonlinear-variables | all-variables': 'hessian_approximation_space',
  'none | slack-based': 'inexact_linear_system_scaling',
  'always | adaptive | switch-once': 'inexact_step_decomposition',
  'internal | original': 'inf_pr_output',
  'sherman-morrison | extended': 'limited_memory_aug_solver',
  'scalar1 | scalar2 | scalar3 | scalar4 | constant': 'limited_memory_initialization',
  'bfgs | sr1': 'limited_memory_update_type',
  'filter | cg-penalty | penalty': 'line_search_method',
  'ma27 | ma57 | ma77 | ma86 | ma97 | mumps | pardiso | pardisomkl | spral | wsmp | custom': 'linear_solver',
  'none | mc19 | slack-based': 'linear_system_scaling',
  'amd | metis': 'ma77_order',
  'auto | amd | metis': 'ma86_order',
  'none | mc64 | mc77': 'ma86_scaling',
  'auto | best | amd | metis | matched-auto | matched-metis | matched-amd': 'ma97_order',
  'none | mc30 | mc64 | mc77 | dynamic': 'ma97_scaling',
  'none | mc30 | mc64 | mc77': 'ma97_scaling1 ma97_scaling2 ma97_scaling3',
  'never | at_start | at_start_reuse | on_demand | on_demand_reuse | high_delay | high_delay_reuse | od_hd | od_hd_reuse': `
    ma97_switch1 ma97_switch2 ma97_switch3 spral_switch_1 spral_switch_2 spral_switch_3`,
  'probing | loqo | quality-function': 'mu_oracle',
  'monotone | adaptive': 'mu_strategy',
  'none | user-scaling | gradient-based | equilibration-based': 'nlp_scaling_method',
  'complete | complete+2x2 | constraints': 'pardiso_matching_strategy pardisomkl_matching_strategy',
  'amd | one | metis | pmetis | four | five': 'pardiso_order',
  'amd | one | metis | pmetis': 'pardisomkl_order',
  'text | latex | doxygen': 'print_options_mode',
  'none | cubic': 'quality_function_balancing_term',
  'none | log | reciprocal | cubed-reciprocal': 'quality_function_centrality',
  'metis | matching': 'spral_order',
  'aggressive | block | threshold': 'spral_pivot_method',
  'none | mc64 | auction | matching | ruiz | dynamic': 'spral_scaling',
  'none | mc64 | auction | matching | ruiz': 'spral_scaling_1 spral_scaling_2 spral_scaling_3',
  'whole [0, ∞)': `
    acceptable_iter adaptive_mu_kkterror_red_iters inexact_desired_pd_residual_iter inexact_normal_max_iter
    limited_memory_max_history ma57_print_level ma77_maxstore max_filter_resets max_iter
    max_refinement_steps max_resto_iter max_soc max_soft_resto_iters min_refinement_steps mumps_mem_percent
    mumps_print_level num_linear_variables pardiso_msglvl pardisomkl_msglvl
    quality_function_max_section_steps watchdog_shortened_iter_trigger`,
  'whole [1, ∞)': `
    filter_reset_trigger inexact_regularization_ls_count_trigger limited_memory_max_skipping ma57_block_size
    ma57_node_amalgamation ma77_buffer_lpage ma77_buffer_npage ma77_file_size ma77_nemin ma86_nemin
    ma97_nemin pardiso_iter_coarse_size pardiso_iter_max_levels pardiso_iter_max_row_fill
    pardiso_max_droptol_corrections pardiso_max_iter print_frequency_iter spral_cpu_block_size spral_nemin
    watchdog_trial_iter_max wsmp_max_iter`,
  'whole (-∞, ∞)': `
    ma77_print_level ma86_print_level ma97_print_level pardiso_max_iterative_refinement_steps
    pardisomkl_max_iterative_refinement_steps spral_print_level wsmp_num_threads`,
  'whole [0, 12]': 'debug_print_level file_print_level print_level',
  'whole [-1, ∞)': 'accept_after_max_steps wsmp_write_matrix_iteration',
  'whole [0, 1]': 'ma57_small_pivot_flag soc_method',
  'whole [0, 3]': 'wsmp_ordering_option2 wsmp_scaling',
  'whole [0, 7]': 'mumps_permuting_scaling mumps_pivot_order',
  'whole [-2, 3]': 'wsmp_ordering_option',
  'whole [-2, 77]': 'mumps_scaling',
  'whole [-2, ∞)': 'derivative_test_first_index',
  'whole [0, 4]': 'ma27_print_level',
  'whole [0, 5]': 'ma57_pivot_order',
  'real (0, ∞)': `
    acceptable_compl_inf_tol acceptable_constr_viol_tol acceptable_dual_inf_tol acceptable_tol
    adaptive_mu_monotone_init_factor barrier_tol_factor bound_mult_init_val bound_push chi_cup chi_hat
    chi_tilde compl_inf_tol constr_viol_tol corrector_compl_avrg_red_fact delta delta_y_max
    derivative_test_perturbation derivative_test_tol diverging_iterates_tol dual_inf_tol epsilon_c eta_min
    expect_infeasible_problem_ytol fast_des_fact filter_max_margin findiff_perturbation
    first_hessian_perturbation gamma_hat gamma_tilde inexact_desired_pd_residual inexact_normal_tol
    kappa_sigma kappa_soc kappa_x_dis kappa_y_dis limited_memory_init_val limited_memory_init_val_max
    limited_memory_init_val_min local_inf_ac_tol max_cpu_time max_hessian_perturbation max_wall_time
    min_alpha_primal mu_init mu_max mu_max_fact mu_min mult_diverg_feasibility_tol mult_diverg_y_tol
    nlp_scaling_max_gradient nu_inc nu_init nu_low_fact nu_low_init nu_update_inf_skip_tol omega_init
    omega_max pen_des_fact pen_init_fac pen_theta_max_fact penalty_init_max penalty_init_min penalty_max
    penalty_update_compl_tol penalty_update_infeasibility_tol piecewisepenalty_gamma_infeasi
    piecewisepenalty_gamma_obj recalc_y_feas_tol residual_improvement_factor residual_ratio_max
    residual_ratio_singular resto_penalty_parameter s_max sigma_max slack_bound_push slack_scale_max
    spral_gpu_perf_coeff spral_small spral_small_subtree_threshold tcc_psi tcc_theta tcc_zeta theta_max_fact
    theta_min theta_min_fact tol tt_eps2 tt_eps3 tt_kappa1 tt_kappa2 vartheta warm_start_bound_push
    warm_start_mult_bound_push warm_start_slack_bound_push`,
  'real [0, ∞)': `
    acceptable_obj_change_tol adaptive_mu_safeguard_factor alpha_for_y_tol bound_mult_reset_threshold
    bound_relax_factor constr_mult_init_max constr_mult_reset_threshold expect_infeasible_problem_ctol
    jacobian_regularization_exponent jacobian_regularization_value kappa_d ma77_small ma77_static ma86_small
    ma86_static ma97_small min_hessian_perturbation mu_target neg_curv_test_tol
    nlp_scaling_constr_target_gradient nlp_scaling_min_value nlp_scaling_obj_target_gradient
    point_perturbation_radius print_frequency_time resto_failure_feasibility_threshold
    resto_proximity_weight sigma_min slack_move soft_resto_pderror_reduction_factor spral_min_gpu_work
    tcc_theta_mu_exponent tiny_step_tol tiny_step_y_tol wsmp_inexact_droptol wsmp_inexact_fillin_limit`,
  'real (0, 1)': `
    adaptive_mu_kkterror_red_fact alpha_min_frac alpha_red_factor filter_margin_fact gamma_phi gamma_theta
    ma27_pivtol ma27_pivtolmax ma57_pivtol ma57_pivtolmax mu_linear_decrease_factor
    pardiso_iter_dropping_factor pardiso_iter_dropping_schur pardiso_iter_relative_tol perturb_dec_fact rho
    tau_min wsmp_pivtol wsmp_pivtolmax wsmp_singularity_threshold`,
  'real (1, ∞)': `
    obj_max_inc pardiso_iter_inverse_norm_factor perturb_inc_fact perturb_inc_fact_first s_phi s_theta
    spral_max_load_inbalance`,
  'real (-∞, ∞)': `
    mumps_dep_tol nlp_lower_bound_inf nlp_upper_bound_inf obj_scaling_factor warm_start_mult_init_max
    warm_start_target_mu`,
  'real (0, 0.5]': `
    bound_frac slack_bound_frac spral_u spral_umax warm_start_bound_frac warm_start_slack_bound_frac`,
  'real [0, 0.5]': 'ma77_u ma77_umax ma86_u ma86_umax ma97_u ma97_umax',
  'real [1, ∞)': 'ma27_la_init_factor ma27_liw_init_factor ma27_meminc_factor ma57_pre_alloc',
  'real (0, 1]': 'inexact_decomposition_activate_tol inexact_decomposition_inactivate_tol ma28_pivtol',
  'real [0, 1)': `
    quality_function_section_qf_tol quality_function_section_sigma_tol required_infeasibility_reduction`,
  'real (0, 0.5)': 'eta_penalty eta_phi',
  'real [0, 1]': 'mumps_pivtol mumps_pivtolmax',
  'real (1, 2)': 'mu_superlinear_decrease_power',
};

/** What an option takes. */
export type Taken = Pick<Option<unknown>, 'range' | 'accepts' | 'parse'>;

/** Ipopt's options by name. */
export const ipoptOptions: Readonly<Record<string, Taken>> = Object.fromEntries(
  Object.entries(names).flatMap(([range, text]) => {
    const taken = takenBy(range);
    return text
      .trim()
      .split(/\s+/)
      .map((name) => [name, taken]);
  }),
);

function takenBy(range: string): Taken {
  if (range === 'text')
    return { range, accepts: (value): value is string => typeof value === 'string', parse: (text) => text };
  if (range === 'yes | no')
    return {
      range,
      accepts: (value): value is unknown => ['yes', 'no', true, false].includes(value as string),
      parse: (text) => text,
    };
  const interval = /^(whole|real) ([[(])(.*), (.*)([\])])$/.exec(range);
  if (interval) return inInterval(interval);
  const words = range.split(' | ');
  return {
    range,
    accepts: (value): value is string => words.includes(value as string),
    parse: (text) => text,
  };
}

function inInterval([range, kind, open, low, high, close]: RegExpExecArray): Taken {
  const [least, most] = [limit(low!), limit(high!)];
  return {
    range: `a ${kind} number in ${range.slice(kind!.length + 1)}`,
    accepts: (value): value is number =>
      typeof value === 'number' &&
      Number.isFinite(value) &&
      (kind === 'real' || Number.isInteger(value)) &&
      (value > least || (open === '[' && value === least)) &&
      (value < most || (close === ']' && value === most)),
    // Fortran's way to write an exponent is Ipopt's too.
    parse: (text) => (text.trim() === '' ? undefined : Number(text.replace(/(?<=\d\.?)d/i, 'e'))),
  };
}

function limit(text: string): number {
  return Number(text.replace('∞', 'Infinity'));
}

/** The names of Ipopt's whole-number options: its C interface does not convert. */
export const ipoptIntegers: ReadonlySet<string> = new Set(
  Object.keys(ipoptOptions).filter((name) => ipoptOptions[name]!.range.startsWith('a whole')),
);
