import {
  aboveOne,
  between,
  flag,
  integer,
  nonNegative,
  type OptionValues,
  oneOf,
  positive,
} from '../../src/core/options.js';

const paper = 'Wächter & Biegler 2006';
const ipopt = 'Ipopt 3.14';

/** Every option of the interior-point method, under Ipopt's name where Ipopt has it. */
export const options = {
  tol: positive(1e-8, 'scaled optimality error E₀ at which to stop', `${paper} §2.1`),
  dual_inf_tol: positive(1, 'unscaled dual infeasibility at which to stop', ipopt),
  constr_viol_tol: positive(1e-4, 'unscaled constraint violation at which to stop', ipopt),
  compl_inf_tol: positive(1e-4, 'unscaled complementarity at which to stop', ipopt),
  acceptable_tol: positive(1e-6, 'scaled error of an acceptable point', ipopt),
  acceptable_iter: integer(15, 'stop after so many acceptable iterates in a row; 0: never', ipopt),
  acceptable_dual_inf_tol: positive(1e10, 'unscaled dual infeasibility of an acceptable point', ipopt),
  acceptable_constr_viol_tol: positive(1e-2, 'unscaled constraint violation of an acceptable point', ipopt),
  acceptable_compl_inf_tol: positive(1e-2, 'unscaled complementarity of an acceptable point', ipopt),
  acceptable_obj_change_tol: positive(1e20, 'relative change of f below which a point is acceptable', ipopt),
  s_max: positive(100, 'mean multiplier above which errors are scaled down', `${paper} (6)`),
  max_iter: integer(3000, 'iteration limit', ipopt),
  max_wall_time: positive(1e20, 'time limit in seconds', ipopt),
  diverging_iterates_tol: positive(1e20, 'size of x that counts as unbounded', ipopt),

  nlp_scaling_method: oneOf(
    ['gradient-based', 'user-scaling', 'none'],
    'gradient-based',
    'how objective and rows are scaled',
    `${paper} §3.8`,
  ),
  nlp_scaling_max_gradient: positive(
    100,
    'largest gradient entry left unscaled at the start',
    `${paper} §3.8`,
  ),
  nlp_scaling_min_value: nonNegative(1e-8, 'least scaling factor', ipopt),
  obj_scaling_factor: positive(1, 'extra factor on the objective', ipopt),

  bound_relax_factor: nonNegative(1e-8, 'relative widening of all bounds', `${paper} §3.5`),
  honor_original_bounds: flag(true, 'clip the final x into the bounds as stated'),
  nlp_infinity: positive(1e19, 'a bound of this size or more is none', ipopt),
  bound_push: positive(1e-2, 'least absolute distance of the start from its bounds', `${paper} §3.6`),
  bound_frac: between(1e-2, 1e-300, 0.5, 'least distance relative to the gap of the bounds', `${paper} §3.6`),
  slack_bound_push: positive(1e-2, 'bound_push of the slacks', ipopt),
  slack_bound_frac: between(1e-2, 1e-300, 0.5, 'bound_frac of the slacks', ipopt),
  bound_mult_init_val: positive(1, 'first bound multipliers', `${paper} §3.6`),
  bound_mult_init_method: oneOf(
    ['constant', 'mu-based'],
    'constant',
    'first bound multipliers: value or μ/slack',
    ipopt,
  ),
  constr_mult_init_max: nonNegative(
    1e3,
    'largest least-square multiplier kept at the start',
    `${paper} §3.6`,
  ),
  slack_move: nonNegative(2 ** -39, 'how far a bound moves when its slack vanishes (ε^¾)', `${paper} §3.5`),
  start_recovery: flag(true, 'try nearby points where a function is undefined at the start'),

  warm_start_bound_push: positive(1e-3, 'bound_push of a warm start', ipopt),
  warm_start_bound_frac: between(1e-3, 1e-300, 0.5, 'bound_frac of a warm start', ipopt),
  warm_start_mult_bound_push: positive(1e-3, 'least bound multiplier of a warm start', ipopt),
  warm_start_mult_init_max: positive(1e6, 'largest multiplier taken from a warm start', ipopt),

  mu_strategy: oneOf(['monotone', 'adaptive'], 'monotone', 'how the barrier parameter μ falls', ipopt),
  mu_init: positive(0.1, 'first μ', `${paper} §4`),
  mu_min: positive(1e-11, 'least μ of the adaptive strategy', ipopt),
  mu_max_fact: positive(1e3, 'largest adaptive μ relative to the first mean complementarity', ipopt),
  mu_max: positive(1e5, 'largest adaptive μ', ipopt),
  barrier_tol_factor: positive(10, 'κ_ε: a barrier problem is solved when E_μ ≤ κ_ε μ', `${paper} §4`),
  mu_linear_decrease_factor: between(0.2, 1e-12, 1 - 1e-12, 'κ_μ', `${paper} §4`),
  mu_superlinear_decrease_power: between(1.5, 1 + 1e-12, 2 - 1e-12, 'θ_μ', `${paper} §4`),
  mu_allow_fast_monotone_decrease: flag(true, 'several decreases of μ in one iteration', ipopt),
  tau_min: between(0.99, 1e-12, 1 - 1e-12, 'least fraction to the boundary', `${paper} §4`),
  mu_oracle: oneOf(
    ['quality-function', 'probing', 'loqo'],
    'quality-function',
    'how the adaptive strategy chooses μ',
    'Nocedal, Wächter & Waltz 2009',
  ),
  sigma_max: positive(100, 'largest centering parameter', ipopt),
  sigma_min: positive(1e-6, 'least centering parameter', ipopt),
  quality_function_max_section_steps: integer(8, 'golden-section steps of the quality function', ipopt),
  quality_function_section_sigma_tol: positive(1e-2, 'width in σ at which the section search ends', ipopt),
  adaptive_mu_globalization: oneOf(
    ['obj-constr-filter', 'kkt-error', 'never-monotone-mode'],
    'obj-constr-filter',
    'what makes the adaptive strategy fall back to monotone',
    ipopt,
  ),
  adaptive_mu_kkterror_red_iters: integer(4, 'iterations over which the KKT error must fall', ipopt, 1),
  adaptive_mu_kkterror_red_fact: between(0.9999, 1e-12, 1 - 1e-12, 'factor by which it must fall', ipopt),
  adaptive_mu_monotone_init_factor: positive(
    0.8,
    'μ on falling back, relative to mean complementarity',
    ipopt,
  ),
  filter_margin_fact: between(1e-5, 1e-300, 1 - 1e-12, 'margin of the adaptive filter', ipopt),
  filter_max_margin: positive(1, 'largest margin of the adaptive filter', ipopt),
  mehrotra_algorithm: flag(
    false,
    "Mehrotra's predictor–corrector, for linear and convex quadratic programs",
    ipopt,
  ),

  kappa_d: nonNegative(1e-5, 'damping of slacks with one bound', `${paper} §3.7`),
  kappa_sigma: positive(1e10, 'how far z may leave μ/slack', `${paper} (16)`),
  alpha_for_y: oneOf(
    ['primal', 'bound-mult', 'min', 'max', 'full', 'primal-and-full', 'dual-and-full'],
    'primal',
    'step size of the row multipliers',
    ipopt,
  ),
  alpha_for_y_tol: nonNegative(10, 'largest primal step that still allows the full multiplier step', ipopt),
  recalc_y: oneOf(
    ['auto', 'yes', 'no'],
    'auto',
    'least-square multipliers near feasibility; auto: with limited memory',
    ipopt,
  ),
  recalc_y_feas_tol: positive(1e-6, 'constraint violation below which recalc_y acts', ipopt),
  tiny_step_tol: nonNegative(
    10 * 2 ** -52,
    'relative step below which a step is accepted untested',
    `${paper} §3.9`,
  ),
  tiny_step_y_tol: nonNegative(1e-2, 'multiplier step below which tiny steps force a smaller μ', ipopt),

  first_hessian_perturbation: positive(1e-4, 'first δ_w', `${paper} §3.1`),
  min_hessian_perturbation: positive(1e-20, 'least δ_w', `${paper} §3.1`),
  max_hessian_perturbation: positive(1e20, 'largest δ_w', `${paper} §3.1`),
  perturb_inc_fact_first: aboveOne(100, 'growth of the first δ_w', `${paper} §3.1`),
  perturb_inc_fact: aboveOne(8, 'growth of δ_w', `${paper} §3.1`),
  perturb_dec_fact: between(1 / 3, 1e-12, 1 - 1e-12, 'decay of δ_w between iterations', `${paper} §3.1`),
  neg_curv_test_tol: nonNegative(
    0,
    'curvature dᵀ(W + Σ)d/dᵀd at which a step d is taken whatever the inertia; 0: the inertia decides',
    'Chiang & Zavala 2016',
  ),
  neg_curv_test_reg: flag(true, 'count δ_w in that curvature', ipopt),
  jacobian_regularization_value: positive(1e-8, 'δ_c at μ = 1', `${paper} §3.1`),
  jacobian_regularization_exponent: nonNegative(0.25, 'exponent of μ in δ_c', `${paper} §3.1`),
  perturb_always_cd: flag(false, 'regularize the rows in every iteration', ipopt),
  min_refinement_steps: integer(
    0,
    'least steps of refinement of the whole system; the linear solver refines its own',
  ),
  max_refinement_steps: integer(10, 'most steps of iterative refinement', ipopt),
  residual_ratio_max: positive(1e-10, 'relative residual to refine to', ipopt),
  residual_ratio_singular: positive(
    1e-5,
    'relative residual above which the matrix counts as singular',
    ipopt,
  ),

  theta_max_fact: positive(1e4, 'θ_max relative to max(1, θ(x₀))', `${paper} §4`),
  theta_min_fact: positive(1e-4, 'θ_min relative to max(1, θ(x₀))', `${paper} §4`),
  gamma_theta: between(1e-5, 1e-300, 1 - 1e-12, 'sufficient decrease of θ', `${paper} (18)`),
  gamma_phi: between(1e-8, 1e-300, 1 - 1e-12, 'sufficient decrease of φ', `${paper} (18)`),
  delta: positive(1, 'factor of the switching condition', `${paper} (19)`),
  s_theta: positive(1.1, 'exponent of θ in the switching condition', `${paper} (19)`),
  s_phi: positive(2.3, 'exponent of ∇φᵀd in the switching condition', `${paper} (19)`),
  eta_phi: between(1e-8, 1e-300, 0.5, 'Armijo factor', `${paper} (20)`),
  obj_max_inc: positive(5, 'largest growth of φ in orders of magnitude', ipopt),
  alpha_min_frac: between(0.05, 1e-300, 1 - 1e-12, 'safety factor of the least step', `${paper} (23)`),
  alpha_red_factor: between(0.5, 1e-12, 1 - 1e-12, 'backtracking factor', `${paper} §2.3`),
  max_soc: integer(4, 'second-order corrections per iteration', `${paper} §2.4`),
  kappa_soc: positive(0.99, 'decrease of θ asked of a correction', `${paper} §2.4`),
  max_filter_resets: integer(5, 'how often the filter may be emptied', `${paper} §3.2`),
  filter_reset_trigger: integer(5, 'rejections by the filter that empty it', `${paper} §3.2`, 1),
  watchdog_shortened_iter_trigger: integer(
    10,
    'shortened steps that start the watchdog; 0: never',
    `${paper} §3.2`,
  ),
  watchdog_trial_iter_max: integer(3, 'untested steps of the watchdog', `${paper} §3.2`, 1),

  soft_resto_pderror_reduction_factor: nonNegative(
    0.9999,
    'decrease of the primal-dual error asked of a soft restoration step; 0: none',
    `${paper} §3.3`,
  ),
  max_soft_resto_iters: integer(10, 'soft restoration steps in a row', ipopt),
  resto_penalty_parameter: positive(
    1e3,
    'ρ: weight of the violation in the restoration problem',
    `${paper} (29)`,
  ),
  resto_proximity_weight: nonNegative(
    1,
    'ζ/√μ: weight of the distance from the restoration start',
    `${paper} (29)`,
  ),
  required_infeasibility_reduction: between(
    0.9,
    0,
    1 - 1e-12,
    'decrease of the violation asked of restoration',
    `${paper} §3.3`,
  ),
  resto_theta_max_fact: positive(1e8, 'theta_max_fact inside restoration', ipopt),
  bound_mult_reset_threshold: nonNegative(
    1e3,
    'bound multipliers above this are set to 1 after restoration',
    ipopt,
  ),
  constr_mult_reset_threshold: nonNegative(
    0,
    'largest least-square multiplier kept after restoration',
    ipopt,
  ),
  max_resto_iter: integer(3_000_000, 'restoration iterations in a row', ipopt),

  hessian_approximation: oneOf(['exact', 'limited-memory'], 'exact', 'second derivatives or L-BFGS', ipopt),
  limited_memory_max_history: integer(6, 'pairs kept by L-BFGS', ipopt, 1),
  limited_memory_max_skipping: integer(2, 'pairs skipped in a row before L-BFGS starts afresh', ipopt, 1),
  kkt: oneOf(
    ['auto', 'augmented', 'bordered', 'schur', 'dense'],
    'auto',
    'form in which KKT systems are factored: whole, with blocks of networks bordered, with blocks of the partition eliminated first, as one full matrix; auto: by their structure',
  ),
  kkt_device: oneOf(
    ['auto', 'cpu', 'cuda'],
    'auto',
    "cpu: KKT systems of one large dense block are factored by one call of the system's LAPACK on all cores; cuda: by cuSOLVER on the first card",
  ),
  linear_solver_options: {
    default: {} as Readonly<Record<string, unknown>>,
    meaning: 'passed on to the linear solver',
    source: '',
    range: 'an object',
    accepts: (given: unknown): given is Readonly<Record<string, unknown>> =>
      typeof given === 'object' && given !== null && !Array.isArray(given),
    parse: (text: string): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        return undefined;
      }
    },
  },
} as const;

export type InteriorPointOptions = OptionValues<typeof options>;
