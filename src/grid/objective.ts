import { linear, type Model, multiply, power, type Variable } from '../model/index.js';
import { unitName } from './grid.js';
import type { PerUnitCost, UnitInNetwork } from './per-unit.js';

interface Priced {
  readonly cost: PerUnitCost;
  readonly output: Variable;
  readonly name: string;
}

/**
 * Minimizes the cost of output, $/h. Polynomials as they are; curves by weights λ of their points: `λ ∈ [0, 1]`, `Σλ = 1`,
 * `Σ p·λ = output`, cost `Σ c·λ`. `more` is added: coefficients of variables.
 */
export function addCosts(
  model: Model,
  units: readonly UnitInNetwork[],
  p: readonly Variable[],
  q: readonly Variable[],
  more: { readonly variables: readonly Variable[]; readonly coefficients: readonly number[] },
): void {
  const priced = units.flatMap(({ cost, reactiveCost, unit }, k): Priced[] => [
    ...(cost ? [{ cost, output: p[k]!, name: unitName(unit) }] : []),
    ...(reactiveCost ? [{ cost: reactiveCost, output: q[k]!, name: `${unitName(unit)} Q` }] : []),
  ]);
  const variables = [...more.variables];
  const coefficients = [...more.coefficients];
  let constant = 0;
  const powers = new Map<number, { columns: Variable[]; constants: number[] }>();
  for (const { cost, output, name } of priced) {
    if (cost.kind === 'piecewise') {
      const weights = addCurve(model, cost.points, output, name);
      variables.push(...weights);
      coefficients.push(...cost.points.map(([, dollars]) => dollars));
      continue;
    }
    for (const [k, c] of cost.coefficients.entries()) {
      if (k === 0) constant += c;
      else if (c === 0) continue;
      else if (k === 1) {
        variables.push(output);
        coefficients.push(c);
      } else {
        const terms = powers.get(k) ?? { columns: [], constants: [] };
        terms.columns.push(output);
        terms.constants.push(c);
        powers.set(k, terms);
      }
    }
  }
  model.minimize(linear(coefficients, variables, constant));
  for (const [k, { columns, constants }] of powers)
    model.group(([x], [c]) => multiply(c!, power(x!, k)), { columns: [columns], constants: [constants] });
}

function addCurve(
  model: Model,
  points: readonly (readonly [number, number])[],
  output: Variable,
  name: string,
): Variable[] {
  const weights = points.map((_, k) => model.variable(`λ[${name},${k}]`, { lower: 0, upper: 1 }));
  const ones = points.map(() => 1);
  model.constrain(linear(ones, weights), { equals: 1, name: `weights[${name}]` });
  const outputs = linear([...points.map(([x]) => x), -1], [...weights, output]);
  model.constrain(outputs, { equals: 0, name: `curve[${name}]` });
  return weights;
}
