import type { StandardForm } from './standard-form.js';

/** `out ← out + factor · Aᵀλ`, with `A = [J, attached]` m × n. */
export function addTransposed(
  form: StandardForm,
  J: Float64Array,
  λ: Float64Array,
  factor: number,
  out: Float64Array,
): void {
  const { row, column } = form.jacobian;
  for (let k = 0; k < row.length; k++) out[column[k]!] = out[column[k]!]! + factor * J[k]! * λ[row[k]!]!;
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
  const { row, column } = form.jacobian;
  for (let k = 0; k < row.length; k++) out[row[k]!] = out[row[k]!]! + factor * J[k]! * w[column[k]!]!;
  const { core, attachedRow, attachedSign } = form;
  for (let k = 0; k < attachedRow.length; k++) {
    out[attachedRow[k]!] = out[attachedRow[k]!]! + factor * attachedSign[k]! * w[core + k]!;
  }
}
