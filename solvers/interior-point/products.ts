import type { StandardForm } from './standard-form.js';

/** `out ← out + factor · Aᵀλ`, with `A = [J, attached]` m × n. */
export function addTransposed(
  form: StandardForm,
  J: Float64Array,
  λ: Float64Array,
  factor: number,
  out: Float64Array,
): void {
  form.jacobian.addTransposed(J, λ, factor, out);
  const { core, attachedRow, attachedSign } = form;
  for (let k = 0; k < attachedRow.length; k++) {
    out[core + k] = out[core + k]! + factor * attachedSign[k]! * λ[attachedRow[k]!]!;
  }
}

/** `out ← out + factor · A w`. */
export function addProduct(
  form: StandardForm,
  J: Float64Array,
  w: Float64Array,
  factor: number,
  out: Float64Array,
): void {
  form.jacobian.addProduct(J, w, factor, out);
  const { core, attachedRow, attachedSign } = form;
  for (let k = 0; k < attachedRow.length; k++) {
    out[attachedRow[k]!] = out[attachedRow[k]!]! + factor * attachedSign[k]! * w[core + k]!;
  }
}

/**
 * `out ← out + |A| |w|`: what adds up in `A w`, against which it is rounding; a bound for rows with a block known through a
 * factor.
 */
export function addSizes(form: StandardForm, J: Float64Array, w: Float64Array, out: Float64Array): void {
  form.jacobian.addSizes(J, w, out);
  const { core, attachedRow, attachedSign } = form;
  for (let k = 0; k < attachedRow.length; k++)
    out[attachedRow[k]!]! += Math.abs(attachedSign[k]! * w[core + k]!);
}
