import type { Nlp } from './contract.js';

/**
 * The largest disagreement of one kind of derivative, relative to `max(1, |difference quotient|)`, beyond what rounding
 * of the two differenced values explains.
 */
export interface Disagreement {
  readonly error: number;
  /** Where: names of the row (`objective` for the objective) and the columns. */
  readonly where: string;
  readonly stated: number;
  readonly measured: number;
}

export interface DerivativeCheck {
  readonly gradient: Disagreement;
  readonly jacobian: Disagreement;
  readonly hessian: Disagreement;
}

export interface DerivativeCheckOptions {
  /** Step relative to `max(1, |xⱼ|)`; default the cube root of the accuracy of the functions. */
  readonly step?: number;
  /** Multipliers for the Hessian; default 1 for the objective and 1, −1/2, 1/3, … for the rows. */
  readonly σ?: number;
  readonly λ?: Float64Array;
  /** Columns to check; default all. */
  readonly columns?: Iterable<number>;
}

/**
 * Compares gradient and Jacobian with central differences of the values, and the Hessian of the Lagrangian with
 * central differences of gradient and Jacobian. Entries outside the stated structure must measure as 0. A
 * problem without second derivatives reports 0 for them.
 */
export function checkDerivatives(
  nlp: Nlp,
  x: Float64Array,
  options: DerivativeCheckOptions = {},
): DerivativeCheck {
  const n = nlp.variables.lower.length;
  const m = nlp.constraints.lower.length;
  const accuracy = nlp.accuracy ?? Number.EPSILON;
  const relativeStep = options.step ?? Math.cbrt(accuracy);
  const σ = options.σ ?? 1;
  const λ = options.λ ?? Float64Array.from({ length: m }, (_, i) => (i % 2 === 0 ? 1 : -1) / (i + 1));
  const second = nlp.secondDerivatives !== false;
  const variable = (j: number): string => nlp.variables.names?.[j] ?? String(j);
  const row = (i: number): string => nlp.constraints.names?.[i] ?? String(i);

  const stated = evaluate(nlp, x, σ, λ, second);
  const gradient = new Worst();
  const jacobian = new Worst();
  const hessian = new Worst();
  const jacobianRow = nlp.jacobian.triplets().row;
  const byColumn = groupByColumn(nlp.jacobian.triplets().column, n);
  const rowsOfHessian = symmetricColumns(nlp, n);
  const dense = new Float64Array(m);
  const denseSecond = new Float64Array(n);

  for (const j of options.columns ?? Array(n).keys()) {
    const step = relativeStep * Math.max(1, Math.abs(x[j]!));
    const up = evaluate(nlp, shifted(x, j, step), σ, λ, false);
    const down = evaluate(nlp, shifted(x, j, -step), σ, λ, false);
    const width = x[j]! + step - (x[j]! - step);
    const quotient = (a: number, b: number): Quotient => ({
      value: (a - b) / width,
      noise: (4 * accuracy * (Math.abs(a) + Math.abs(b))) / width,
    });
    gradient.compare(stated.gradient[j]!, quotient(up.f, down.f), () => `objective, ${variable(j)}`);
    dense.fill(0);
    for (const k of byColumn[j]!) dense[jacobianRow[k]!]! += stated.jacobian[k]!;
    for (let i = 0; i < m; i++)
      jacobian.compare(dense[i]!, quotient(up.g[i]!, down.g[i]!), () => `${row(i)}, ${variable(j)}`);
    if (!second) continue;
    denseSecond.fill(0);
    for (const { other, k } of rowsOfHessian[j]!) denseSecond[other]! += stated.hessian[k]!;
    for (let i = 0; i < n; i++)
      hessian.compare(
        denseSecond[i]!,
        quotient(up.lagrangian[i]!, down.lagrangian[i]!),
        () => `${variable(i)}, ${variable(j)}`,
      );
  }
  return { gradient: gradient.result(), jacobian: jacobian.result(), hessian: hessian.result() };
}

interface Quotient {
  readonly value: number;
  /** What rounding of the two values can do to it. */
  readonly noise: number;
}

class Worst {
  #worst: Disagreement = { error: 0, where: '', stated: 0, measured: 0 };

  compare(stated: number, { value: measured, noise }: Quotient, where: () => string): void {
    const beyond = Math.max(Math.abs(stated - measured) - noise, 0);
    const distance = beyond / Math.max(1, Math.abs(measured));
    const error = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
    if (error > this.#worst.error) this.#worst = { error, where: where(), stated, measured };
  }

  result(): Disagreement {
    return this.#worst;
  }
}

/** Values and derivatives (as triplets) at one point; `lagrangian` is `σ∇f + Jᵀλ`. */
function evaluate(nlp: Nlp, x: Float64Array, σ: number, λ: Float64Array, second: boolean) {
  const n = nlp.variables.lower.length;
  const g = new Float64Array(λ.length);
  const gradient = new Float64Array(n);
  const jacobian = new Float64Array(nlp.jacobian.length);
  const hessian = new Float64Array(second ? nlp.hessian.length : 0);
  const f = nlp.objective(x);
  nlp.gradient(x, gradient);
  nlp.constraintValues(x, g);
  nlp.jacobianValues(x, jacobian);
  if (second) nlp.hessianValues(x, σ, λ, hessian);
  const lagrangian = gradient.map((value) => σ * value);
  nlp.jacobian.addTransposed(jacobian, λ, 1, lagrangian);
  const triplets = nlp.jacobian.triplets().expand(jacobian);
  return {
    f,
    g,
    gradient,
    jacobian: triplets.slice(),
    hessian: second ? nlp.hessian.triplets().expand(hessian) : hessian,
    lagrangian,
  };
}

function shifted(x: Float64Array, j: number, by: number): Float64Array {
  const moved = x.slice();
  moved[j]! += by;
  return moved;
}

function groupByColumn(column: Int32Array, n: number): number[][] {
  const groups: number[][] = Array.from({ length: n }, () => []);
  column.forEach((j, k) => {
    groups[j]!.push(k);
  });
  return groups;
}

/** Both triangles of the Hessian: for each column its other indices and nonzeros. */
function symmetricColumns({ hessian }: Nlp, n: number): { other: number; k: number }[][] {
  const columns: { other: number; k: number }[][] = Array.from({ length: n }, () => []);
  const { length, row, column } = hessian.triplets();
  for (let k = 0; k < length; k++) {
    const [i, j] = [row[k]!, column[k]!];
    columns[j]!.push({ other: i, k });
    if (i !== j) columns[i]!.push({ other: j, k });
  }
  return columns;
}
