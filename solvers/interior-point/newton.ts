import type { KktSystem } from '../kkt/contract.js';
import { conjugateResiduals } from './conjugate-residuals.js';
import { Regularization } from './inertia.js';
import { type Iterate, maxNorm, PrimalDual } from './iterate.js';
import { LowestCurvature } from './lowest-curvature.js';
import type { InteriorPointOptions } from './options.js';
import type { StandardForm } from './standard-form.js';

/** How well a step solves the Newton system: to `residual_ratio_max`, less well, or beyond `residual_ratio_singular`. */
type Quality = 'refined' | 'poor' | 'singular';

/**
 * Operations of a factorization for each number of its factor from which it costs more than what {@link LowestCurvature} takes
 * to save some.
 */
const DEAR = 100;
/**
 * Steps towards the lowest curvature after a factorization that was right, after one with too many negative eigenvalues, and towards
 * that of the Hessian after the first such one.
 */
const STEPS = { right: 1, wrong: 2, first: 8 };
/** Where nothing else is known, rows are taken to leave this share of the Hessian's own negative curvature; without any it is all there. */
const LEFT = { rows: 0.3, none: 1.5 };

/**
 * The Newton system of the barrier problem at one iterate, for any right-hand side:
 *
 *     (H + δ_w)Δw + AᵀΔλ − ΔzL + ΔzU = r_w
 *      A Δw − δ Δλ                   = r_λ,     δ = δ_c, or for a row with attached variables 0 (δ_d where 0 fails)
 *      zL∘Δw + (w − l)∘ΔzL           = r_L
 *     −zU∘Δw + (u − w)∘ΔzU           = r_U
 *
 * ΔzL, ΔzU are eliminated; the solution is refined on the whole system (Wächter & Biegler §3.10).
 */
export class NewtonSystem {
  readonly regularization: Regularization;
  private readonly Σ: Float64Array;
  /** 1 for a row without an attached variable. */
  private readonly bare: Uint8Array;
  private readonly reduced: Float64Array;
  private readonly residual: PrimalDual;
  private readonly correction: PrimalDual;
  /** Perturbations of the latest factorization. */
  δw = 0;
  δc = 0;
  δd = 0;
  /** Null where factorizations are cheap. */
  private readonly lowest: LowestCurvature | null;
  /** Whether the Hessian of the current iterate stands in the matrix, and whether that is factored. */
  hasHessian = false;
  isFactored = false;
  /** Whether the latest factorization solves the system without δ_d. */
  private exact = false;

  constructor(
    private readonly form: StandardForm,
    readonly kkt: KktSystem,
    private readonly options: InteriorPointOptions,
  ) {
    const { n, m, attachedRow } = form;
    this.regularization = new Regularization(options, attachedRow.length > 0);
    const { flops, factorNonzeros } = kkt.statistics;
    this.lowest = flops >= DEAR * factorNonzeros ? new LowestCurvature(kkt) : null;
    this.Σ = new Float64Array(n);
    this.bare = new Uint8Array(m).fill(1);
    for (const r of attachedRow) this.bare[r] = 0;
    this.reduced = new Float64Array(n + m);
    this.residual = new PrimalDual(n, m);
    this.correction = new PrimalDual(n, m);
  }

  /** The iterate has changed: neither the Hessian nor the factorization is its own. */
  forget(): void {
    this.hasHessian = false;
    this.isFactored = false;
  }

  /**
   * Factors the matrix at `at`, perturbing it until its inertia is right and its solution accurate, and solves.
   * False when no perturbation in range does. `dependent`: rows may be dependent, and are perturbed from the start.
   */
  factorAndSolve(at: Iterate, μ: number, rhs: PrimalDual, out: PrimalDual, dependent = false): boolean {
    const { regularization } = this;
    this.barrierTerms(at);
    this.kkt.values.J.set(at.J);
    const { lowest } = this;
    let raisedQuality = false;
    if (!regularization.begin(μ, dependent, lowest !== null)) return false;
    for (;;) {
      this.δw = regularization.δw;
      this.δc = regularization.δc;
      this.δd = regularization.δd;
      const complete = lowest !== null || this.options.neg_curv_test_tol > 0;
      const found = this.kkt.factor(this.Σ, this.δw, this.δc, this.δd, complete);
      let go: boolean;
      if (found === 'right') {
        this.exact = this.δd > 0;
        if (this.exact && this.solveExactly(at, rhs, out)) return true;
        this.exact = false;
        const quality = this.refine(at, rhs, out);
        if (quality === 'refined') {
          if (this.δw > 0 && lowest) regularization.noteCurvature(lowest.estimate(this.δw, STEPS.right));
          return true;
        }
        if (!raisedQuality && this.kkt.increaseQuality()) {
          raisedQuality = true;
          continue;
        }
        if (quality === 'poor') return true;
        go = this.form.m > 0 ? regularization.afterSingular(μ) : regularization.afterWrongInertia(μ);
      } else if (found === 'too-many-negative' || this.form.m === 0) {
        if (found === 'too-many-negative' && this.curvesUpwards(at, rhs, out)) return true;
        go = regularization.afterWrongInertia(μ);
        if (go && lowest) {
          const left = this.form.m > 0 ? LEFT.rows : LEFT.none;
          if (regularization.isFirst) regularization.raise(-left * lowest.ofHessian(STEPS.first));
          else go = regularization.passOver(lowest.estimate(this.δw, STEPS.wrong));
        }
      } else {
        go = regularization.afterSingular(μ);
      }
      if (!go) return false;
    }
  }

  /**
   * Whether the step solves the system and has curvature enough whatever the inertia is, where the options ask for that test instead:
   * `dᵀ(W + Σ + δ_w)d ≥ κ dᵀd` (Chiang & Zavala 2016), with or without δ_w.
   */
  private curvesUpwards(at: Iterate, rhs: PrimalDual, out: PrimalDual): boolean {
    const { neg_curv_test_tol: κ, neg_curv_test_reg: regularized } = this.options;
    if (κ === 0 || this.refine(at, rhs, out) !== 'refined') return false;
    const { n, m } = this.form;
    const d = new Float64Array(n + m);
    const Wd = new Float64Array(n + m);
    d.set(out.w);
    this.kkt.addProduct(d, 1, Wd);
    const δ = regularized ? this.δw : 0;
    let [curvature, size] = [0, 0];
    for (let j = 0; j < n; j++) {
      curvature += d[j]! * (Wd[j]! + (this.Σ[j]! + δ) * d[j]!);
      size += d[j]! ** 2;
    }
    return curvature >= κ * size;
  }

  /** Solves with the latest factorization; false where the residual stays so large that the matrix counts as singular. */
  solve(at: Iterate, rhs: PrimalDual, out: PrimalDual): boolean {
    if (this.exact && this.solveExactly(at, rhs, out)) return true;
    return this.refine(at, rhs, out) !== 'singular';
  }

  /** Solves without δ_d, the matrix with it as a preconditioner. False where rows stay unsolved. */
  private solveExactly(at: Iterate, rhs: PrimalDual, out: PrimalDual): boolean {
    const { options, residual } = this;
    const system = {
      solve: (r: PrimalDual, to: PrimalDual) => this.reduceAndSolve(at, r, to),
      subtractProduct: (v: PrimalDual, r: PrimalDual) => this.subtractProduct(at, v, r, false),
    };
    const rows = 1e-2 * Math.max(maxNorm(rhs.λ), 1e-3 * options.tol);
    const solved = (): boolean =>
      this.ratio(rhs, out) <= options.residual_ratio_max && maxNorm(residual.λ) <= rows;
    return conjugateResiduals(system, rhs, out, residual, options.max_refinement_steps + 1, solved);
  }

  /**
   * Solves and refines on the whole system. A small backward error of the linear solver would not do instead: next to a
   * singular matrix the solution is so large that a small error relative to it still leaves rows unsolved.
   */
  private refine(at: Iterate, rhs: PrimalDual, out: PrimalDual): Quality {
    const { options, residual, correction } = this;
    this.reduceAndSolve(at, rhs, out);
    let ratio = this.residualRatio(at, rhs, out);
    for (let step = 0; step < options.max_refinement_steps; step++) {
      if (step >= options.min_refinement_steps && ratio <= options.residual_ratio_max) break;
      this.reduceAndSolve(at, residual, correction);
      out.add(correction);
      const before = ratio;
      ratio = this.residualRatio(at, rhs, out);
      if (Number.isNaN(ratio)) return 'singular';
      if (
        ratio > options.residual_ratio_max &&
        step >= options.min_refinement_steps &&
        ratio > 0.999999999 * before
      )
        break;
    }
    if (ratio <= options.residual_ratio_max) return 'refined';
    return ratio <= options.residual_ratio_singular ? 'poor' : 'singular';
  }

  private barrierTerms(at: Iterate): void {
    const { Σ, form } = this;
    const { slackL, slackU, zL, zU } = at;
    Σ.fill(0);
    for (let k = 0; k < form.withLower.length; k++) {
      const j = form.withLower[k]!;
      Σ[j] = zL[j]! / slackL[j]!;
    }
    for (let k = 0; k < form.withUpper.length; k++) {
      const j = form.withUpper[k]!;
      Σ[j] = Σ[j]! + zU[j]! / slackU[j]!;
    }
  }

  private reduceAndSolve(at: Iterate, rhs: PrimalDual, out: PrimalDual): void {
    const { form, reduced: rw } = this;
    const { slackL, slackU, zL, zU } = at;
    rw.set(rhs.system);
    for (let k = 0; k < form.withLower.length; k++) {
      const j = form.withLower[k]!;
      rw[j] = rw[j]! + rhs.zL[j]! / slackL[j]!;
    }
    for (let k = 0; k < form.withUpper.length; k++) {
      const j = form.withUpper[k]!;
      rw[j] = rw[j]! - rhs.zU[j]! / slackU[j]!;
    }
    this.kkt.solve(rw, out.system);
    for (let k = 0; k < form.withLower.length; k++) {
      const j = form.withLower[k]!;
      out.zL[j] = (rhs.zL[j]! - zL[j]! * out.w[j]!) / slackL[j]!;
    }
    for (let k = 0; k < form.withUpper.length; k++) {
      const j = form.withUpper[k]!;
      out.zU[j] = (rhs.zU[j]! + zU[j]! * out.w[j]!) / slackU[j]!;
    }
  }

  /** Sets `residual = rhs − K out` and returns its size relative to right-hand side and solution. */
  private residualRatio(at: Iterate, rhs: PrimalDual, out: PrimalDual): number {
    this.residual.copy(rhs);
    this.subtractProduct(at, out, this.residual, true);
    return this.ratio(rhs, out);
  }

  private ratio(rhs: PrimalDual, out: PrimalDual): number {
    const size = largest(rhs);
    const error = largest(this.residual);
    return error === 0 ? 0 : error / (Math.min(largest(out), 1e6 * size) + size);
  }

  /** `r ← r − K v`; δ_d belongs to K where `perturbed`. */
  private subtractProduct(at: Iterate, v: PrimalDual, r: PrimalDual, perturbed: boolean): void {
    const { form, δw, δc, δd } = this;
    const { slackL, slackU, zL, zU } = at;
    for (let j = 0; j < form.n; j++) r.w[j] = r.w[j]! - δw * v.w[j]! + v.zL[j]! - v.zU[j]!;
    for (let i = 0; i < form.m; i++) {
      const δ = this.bare[i] ? δc : perturbed ? δd : 0;
      r.λ[i] = r.λ[i]! + δ * v.λ[i]!;
    }
    this.kkt.addProduct(v.system, -1, r.system);
    for (let k = 0; k < form.withLower.length; k++) {
      const j = form.withLower[k]!;
      r.zL[j] = r.zL[j]! - zL[j]! * v.w[j]! - slackL[j]! * v.zL[j]!;
    }
    for (let k = 0; k < form.withUpper.length; k++) {
      const j = form.withUpper[k]!;
      r.zU[j] = r.zU[j]! + zU[j]! * v.w[j]! - slackU[j]! * v.zU[j]!;
    }
  }
}

const largest = (v: PrimalDual): number => Math.max(maxNorm(v.w), maxNorm(v.λ), maxNorm(v.zL), maxNorm(v.zU));
