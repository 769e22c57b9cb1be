import type { InteriorPointOptions } from './options.js';

type Finding = 'unknown' | 'regular' | 'degenerate';
/** Which perturbation is being tried in order to learn where the matrix is degenerate. */
type Trial = 'none' | 'unperturbed' | 'rows' | 'hessian' | 'both';

/** δ_d of rows with slacks is tried from this share of δ_c on, … */
const LEAST_SHARE = 1e-6;
/** … in steps of this factor up to this share. */
const SHARE_GROWTH = 100;
const MOST_SHARE = 1e-2;

/** A curvature below this share of the δ_w in the matrix that it was estimated from may be negative. */
const RESOLVED = 0.2;
/** δ_w begins at no less than so many times the negative curvature of the matrix before, which the next one may exceed. */
const MARGIN = 2;

/** Iterations that must agree before the problem counts as structurally degenerate. */
const DEGENERATE_AFTER = 3;

/**
 * Chooses the perturbations δ_w of the Hessian and δ_c of the rows (Wächter & Biegler §3.1, Algorithm IC), and
 * remembers when the Jacobian or the Hessian turned out to be singular in several iterations, so that later ones start
 * with the perturbation that helped.
 *
 * A row with slacks stands in the matrix with −Σ slack/z, which vanishes near the boundary but is never 0: dependent rows of
 * this kind make the matrix singular in rounding alone. δ_d is as little as mends that, and only helps to solve the system
 * without it: a step moves multipliers by residual/δ at most, so that δ_c would hold them where they are, thousands of
 * iterations from those of a feasible set without interior.
 */
export class Regularization {
  δw = 0;
  δc = 0;
  δd = 0;
  private lastδw = 0;
  private lastδd = 0;
  private hessian: Finding = 'unknown';
  private jacobian: Finding = 'unknown';
  private trial: Trial = 'none';
  private degenerateIterations = 0;
  /** Whether the latest matrix is known to have the wrong inertia without δ_w. */
  private indefinite = false;
  /** The negative curvature that it has then as far as it is known, or that of the one before while it is not; else 0. */
  private curvature = 0;

  constructor(
    private readonly options: InteriorPointOptions,
    private readonly hasSlacks = false,
  ) {
    if (options.perturb_always_cd) this.jacobian = 'regular';
  }

  /**
   * Starts a new matrix, its rows perturbed in any case where `rows` says so; where `follows`, and the one before it was indefinite
   * without δ_w, without a try of none. False when no perturbation in range remains.
   */
  begin(μ: number, rows = false, follows = false): boolean {
    this.concludeTrial();
    if (this.δw > 0) this.lastδw = this.δw;
    const always = this.options.perturb_always_cd || rows;
    this.trial = !always && this.undecided ? 'unperturbed' : 'none';
    this.δc = always || this.jacobian === 'degenerate' ? this.rowPerturbation(μ) : 0;
    this.δd = always ? this.δc : this.δc * MOST_SHARE;
    this.δw = 0;
    const skips = follows && this.indefinite;
    this.indefinite = false;
    if (skips) this.trial = 'none';
    if (!skips && this.hessian !== 'degenerate') return true;
    if (!this.growHessian()) return false;
    // Less would be too little unless the curvature has risen.
    if (skips) this.raise(-MARGIN * this.curvature);
    return true;
  }

  /** The matrix was singular. */
  afterSingular(μ: number): boolean {
    if (this.δw === 0 && this.growSlackRows(μ)) return true;
    if (!this.undecided) return this.growRows(μ);
    switch (this.trial) {
      case 'unperturbed':
        if (this.jacobian === 'unknown') {
          this.δc = this.rowPerturbation(μ);
          this.trial = 'rows';
          if (this.δc > 0) return true;
        }
        this.trial = 'hessian';
        return this.growHessian();
      case 'rows':
        this.δc = this.jacobian === 'degenerate' ? this.rowPerturbation(μ) : 0;
        this.trial = 'hessian';
        return this.growHessian();
      case 'hessian':
        this.δc = this.rowPerturbation(μ);
        this.trial = 'both';
        return this.growHessian();
      case 'both':
        return this.growHessian();
      case 'none':
        return this.growRows(μ);
    }
  }

  /** The matrix had the wrong numbers of positive and negative eigenvalues. */
  afterWrongInertia(μ: number): boolean {
    this.indefinite = true;
    this.concludeTrial();
    if (this.growHessian()) return true;
    if (this.δc > 0) return false;
    this.δc = this.rowPerturbation(μ);
    this.δd = this.δc;
    this.δw = 0;
    this.trial = 'none';
    if (this.hessian === 'degenerate') this.hessian = 'unknown';
    return this.growHessian();
  }

  /** How far from enough the latest δ_w may have been: the least curvature on the null space of the rows without it, from above. */
  noteCurvature(curvature: number): void {
    this.curvature = curvature < 0 ? curvature : 0;
    // An estimate is the less sharp the larger δ_w is beside what it estimates.
    this.indefinite ||= curvature < RESOLVED * this.δw;
  }

  /** Whether a perturbation has to be found from nothing. */
  get isFirst(): boolean {
    return this.lastδw === 0 && this.δw === this.options.first_hessian_perturbation;
  }

  /** Begins with no less than so much. */
  raise(least: number): void {
    if (least > this.δw) this.δw = Math.min(least, this.options.max_hessian_perturbation);
  }

  /** Passes over perturbations too small for such a curvature; false when none remains. */
  passOver(curvature: number): boolean {
    this.noteCurvature(curvature);
    while (this.δw <= -curvature) if (!this.growHessian()) return false;
    return true;
  }

  private get undecided(): boolean {
    return this.hessian === 'unknown' || this.jacobian === 'unknown';
  }

  private rowPerturbation(μ: number): number {
    const { jacobian_regularization_value: value, jacobian_regularization_exponent: exponent } = this.options;
    return value * μ ** exponent;
  }

  private growRows(μ: number): boolean {
    if (this.δc > 0) return this.growHessian();
    this.δc = this.rowPerturbation(μ);
    return this.δc > 0 || this.growHessian();
  }

  private growSlackRows(μ: number): boolean {
    const full = this.rowPerturbation(μ);
    const next =
      this.δd === 0 ? Math.max(LEAST_SHARE * full, this.lastδd / SHARE_GROWTH) : SHARE_GROWTH * this.δd;
    // Without the first test, a δ_c that underflows would be tried for ever.
    if (next === 0 || !this.hasSlacks || next > 1.01 * MOST_SHARE * full) return false;
    this.δd = next;
    this.lastδd = next;
    return true;
  }

  private growHessian(): boolean {
    const o = this.options;
    if (this.δw === 0) {
      this.δw =
        this.lastδw === 0
          ? o.first_hessian_perturbation
          : Math.max(o.min_hessian_perturbation, this.lastδw * o.perturb_dec_fact);
    } else {
      const first = this.lastδw === 0 || 1e5 * this.lastδw < this.δw;
      this.δw *= first ? o.perturb_inc_fact_first : o.perturb_inc_fact;
    }
    if (this.δw <= o.max_hessian_perturbation) return true;
    this.lastδw = 0;
    this.δw = 0;
    return false;
  }

  /** What the perturbation that made the latest matrix regular says about the problem's structure. */
  private concludeTrial(): void {
    const { trial } = this;
    this.trial = 'none';
    if (trial === 'none') return;
    if (trial === 'unperturbed' || trial === 'rows') if (this.hessian === 'unknown') this.hessian = 'regular';
    if (trial === 'unperturbed' || trial === 'hessian')
      if (this.jacobian === 'unknown') this.jacobian = 'regular';
    if (trial === 'unperturbed') return;
    if (trial !== 'both' && this[trial === 'rows' ? 'jacobian' : 'hessian'] !== 'unknown') return;
    if (++this.degenerateIterations < DEGENERATE_AFTER) return;
    if (trial !== 'hessian') this.jacobian = 'degenerate';
    if (trial !== 'rows') this.hessian = 'degenerate';
  }
}
