import { addScaled, dot, maxNorm } from './iterate.js';
import { addProduct, addSizes, addTransposed } from './products.js';
import type { State } from './state.js';

/** Iterates this much larger than the first one are tested for a ray, … */
const LARGE = 1e6;
/** … and again whenever they have grown by this factor. */
const GROWTH = 10;
/** How far a ray is followed: farther out, rounding in quadratic terms hides the slope. */
const FAR = [1e9, 1e12];
/** Parts of a direction and changes of rows below this, relative to the largest, are taken for 0. */
const NEGLIGIBLE = 1e-6;
/** A variable this much larger than where the ray begins has grown. */
const GROWN = 1e3;
/** What a row may leave its bounds by, relative to what adds up to its change along the ray. */
const ROUNDING = 1e-12;
/** Least slope relative to what adds up to it, and what must be left of it far out. */
const STEEP = 1e-6;
const LASTING = 0.9;
/** Steps of the projection onto directions along which rows do not change. */
const PROJECTION_STEPS = 20;

/**
 * Whether the iterates have become large along a ray on which all bounds and rows hold and the objective falls on as
 * steeply as at its beginning, up to size 1e12: there is no minimum then. Directions tried are the latest step and the way
 * from 0.
 */
export function followsRay(s: State): boolean {
  const { current, form, divergence } = s;
  const size = maxNorm(current.w.subarray(0, form.core));
  if (s.first) divergence.first = Math.max(1, size);
  const large = size >= LARGE * divergence.first;
  if (s.residuals.unscaled.primal <= s.options.constr_viol_tol) {
    if (!divergence.base) divergence.base = current.w.slice();
    else if (!large) divergence.base.set(current.w);
  }
  if (!large || size < GROWTH * divergence.tested) return false;
  divergence.tested = size;
  const { base } = divergence;
  return base !== null && [s.step.w, current.w].some((from) => isRay(s, base, direction(s, from, base)));
}

/** `from`, of largest entry 1, without what is rounding: length n, 0 for attached variables. Null where a bound ends it. */
function direction(s: State, from: Float64Array, base: Float64Array): Float64Array | null {
  const { form, current } = s;
  const { core, m } = form;
  const d = new Float64Array(form.n);
  const size = maxNorm(from.subarray(0, core));
  for (let j = 0; j < core; j++) {
    const part = from[j]! / size;
    // A small part that grew all the same belongs to the ray: its variable has a large unit.
    if (Math.abs(part) <= NEGLIGIBLE && Math.abs(from[j]!) <= GROWN * (1 + Math.abs(base[j]!))) continue;
    if (part < 0 ? form.lower[j]! > -Infinity : form.upper[j]! < Infinity) return null;
    d[j] = part;
  }
  const change = new Float64Array(m);
  addProduct(form, current.J, d, 1, change);
  const sizes = rowSizes(s, current.J, d);
  const still = change.map((value, i) => (Math.abs(value) <= NEGLIGIBLE * sizes[i]! ? 1 : 0));
  project(s, d, still);
  return d;
}

/** Takes from d, entry by entry that is not 0, what changes the rows marked `still`: conjugate gradients on `‖J Δ − J d‖`. */
function project(s: State, d: Float64Array, still: Float64Array): void {
  const { form, current } = s;
  const mask = d.map((value) => (value === 0 ? 0 : 1));
  const product = (v: Float64Array): Float64Array => {
    const out = new Float64Array(form.m);
    addProduct(form, current.J, v, 1, out);
    return out.map((value, i) => value * still[i]!);
  };
  const transposed = (λ: Float64Array): Float64Array => {
    const out = new Float64Array(form.n);
    addTransposed(form, current.J, λ, 1, out);
    return out.map((value, j) => value * mask[j]!);
  };
  const r = product(d);
  let g = transposed(r);
  const p = g.slice();
  let gg = dot(g, g);
  for (let k = 0; k < PROJECTION_STEPS && gg > 0; k++) {
    const q = product(p);
    const qq = dot(q, q);
    if (qq === 0) return;
    addScaled(d, -gg / qq, p);
    addScaled(r, -gg / qq, q);
    g = transposed(r);
    const before = gg;
    gg = dot(g, g);
    for (let j = 0; j < p.length; j++) p[j] = g[j]! + (gg / before) * p[j]!;
  }
}

function isRay(s: State, base: Float64Array, d: Float64Array | null): boolean {
  const { form, μ } = s;
  const gradient = new Float64Array(form.n);
  if (!d || !form.gradient(base, μ, gradient)) return false;
  const slope = dot(gradient, d);
  const parts = gradient.reduce((sum, value, j) => sum + Math.abs(value * d[j]!), 0);
  const f = form.objective(base, μ);
  if (!(slope < -STEEP * parts)) return false;
  const w = new Float64Array(form.n);
  return FAR.every((t) => {
    w.set(base);
    addScaled(w, t, d);
    return (
      rowsHold(s, w, d, t) &&
      form.objective(w, μ) - f <= 0.5 * slope * t &&
      form.gradient(w, μ, gradient) &&
      dot(gradient, d) <= LASTING * slope
    );
  });
}

/** Whether the rows at `w`, t along d, are within their bounds but for rounding. */
function rowsHold(s: State, w: Float64Array, d: Float64Array, t: number): boolean {
  const { form, options } = s;
  const { core, m, attachedRow, lower, upper } = form;
  const c = new Float64Array(m);
  const J = new Float64Array(s.current.J.length);
  if (!form.constraints(w, c) || !form.jacobianValues(w, J)) return false;
  const sizes = rowSizes(s, J, d);
  const slack = new Int32Array(m).fill(-1);
  attachedRow.forEach((i, k) => {
    slack[i] = core + k;
  });
  return c.every((value, i) => {
    const room = options.constr_viol_tol + ROUNDING * t * sizes[i]!;
    const k = slack[i]!;
    if (k < 0) return Math.abs(value) <= room;
    const row = value + w[k]!;
    return row >= lower[k]! - room && row <= upper[k]! + room;
  });
}

/** `Σⱼ |J_ij d_j|` by row, or a bound. */
function rowSizes(s: State, J: Float64Array, d: Float64Array): Float64Array {
  const sizes = new Float64Array(s.form.m);
  addSizes(s.form, J, d, sizes);
  return sizes;
}
