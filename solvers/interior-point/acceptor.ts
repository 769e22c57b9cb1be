import { Filter } from './filter.js';
import type { InteriorPointOptions } from './options.js';

/** The filter line search's judgement of trial points (Wächter & Biegler §2.3, Algorithm A-5). */
export class Acceptor {
  readonly filter = new Filter();
  private θmax = -1;
  private θmin = -1;
  /** At the iterate the line search starts from: violation, barrier function, its slope along the step. */
  θ = Number.NaN;
  φ = Number.NaN;
  slope = Number.NaN;
  private rejectedByFilter = false;
  private rejections = 0;
  private resets = 0;
  /** Relative rounding error allowed in comparisons. */
  private readonly rounding: number;

  constructor(
    private readonly options: InteriorPointOptions,
    accuracy: number,
    private readonly θmaxFactor: number,
  ) {
    this.rounding = 10 * accuracy;
  }

  begin(θ: number, φ: number, slope: number): void {
    if (this.θmax < 0) {
      this.θmax = this.θmaxFactor * Math.max(1, θ);
      this.θmin = this.options.theta_min_fact * Math.max(1, θ);
    }
    this.θ = θ;
    this.φ = φ;
    // A slope that is positive only in rounding at a feasible point counts as descent.
    this.slope = θ === 0 && slope > 0 && slope < 100 * 2 ** -52 ? -(2 ** -52) : slope;
  }

  /** Empties the filter (μ has changed). */
  clear(): void {
    this.rejectedByFilter = false;
    this.rejections = 0;
    this.filter.clear();
  }

  /** Whether the point (θ, φ) reached with step α may be the next iterate. */
  accepts(α: number, θ: number, φ: number): boolean {
    if (θ > this.θmax) return false;
    const enough =
      α > 0 && this.switches(α) && this.θ <= this.θmin ? this.armijo(α, φ) : this.improves(θ, φ, false);
    if (!enough) {
      this.rejectedByFilter = false;
      return false;
    }
    if (!this.filter.accepts(θ, φ)) {
      this.rejectedByFilter = true;
      return false;
    }
    this.countRejections();
    return true;
  }

  /** The filter is emptied where it alone rejects steps in several iterations in a row (§3.2, case II). */
  private countRejections(): void {
    const { max_filter_resets: most, filter_reset_trigger: trigger } = this.options;
    if (this.resets < most) {
      this.rejections = this.rejectedByFilter ? this.rejections + 1 : 0;
      if (this.rejections >= trigger) {
        this.resets++;
        this.clear();
      }
    }
    this.rejectedByFilter = false;
  }

  /** Switching condition (19): the predicted decrease of φ outweighs the violation. */
  private switches(α: number): boolean {
    const { s_phi, s_theta, delta } = this.options;
    return this.slope < 0 && α * (-this.slope) ** s_phi > delta * this.θ ** s_theta;
  }

  /** Armijo condition (20). */
  private armijo(α: number, φ: number): boolean {
    return this.atMost(φ - this.φ, this.options.eta_phi * α * this.slope, this.φ);
  }

  /** Sufficient decrease (18) in θ or φ. */
  improves(θ: number, φ: number, fromRestoration: boolean): boolean {
    const { gamma_theta, gamma_phi, obj_max_inc } = this.options;
    if (!fromRestoration && φ > this.φ) {
      const size = Math.abs(this.φ) > 10 ? Math.log10(Math.abs(this.φ)) : 1;
      if (Math.log10(φ - this.φ) > obj_max_inc + size) return false;
    }
    return (
      this.atMost(θ, (1 - gamma_theta) * this.θ, this.θ) ||
      this.atMost(φ - this.φ, -gamma_phi * this.θ, this.φ)
    );
  }

  private atMost(left: number, right: number, size: number): boolean {
    return left - right <= this.rounding * Math.abs(size);
  }

  /** After a step α was accepted at barrier value φ: augments the filter unless it was an Armijo step (22). */
  conclude(α: number, φ: number): void {
    if (!this.switches(α) || !this.armijo(α, φ)) this.augment();
  }

  augment(): void {
    const { gamma_theta, gamma_phi } = this.options;
    this.filter.add((1 - gamma_theta) * this.θ, this.φ - gamma_phi * this.θ);
  }

  /** Least step size tried before restoration (23). */
  leastStep(): number {
    const { gamma_theta, gamma_phi, delta, s_phi, s_theta, alpha_min_frac } = this.options;
    let α = gamma_theta;
    if (this.slope < 0) {
      α = Math.min(α, (gamma_phi * this.θ) / -this.slope);
      if (this.θ <= this.θmin) α = Math.min(α, (delta * this.θ ** s_theta) / (-this.slope) ** s_phi);
    }
    return alpha_min_frac * α;
  }
}
