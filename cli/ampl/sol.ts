import type { Multipliers, NlHeader } from '../../index.js';
import { oneLine } from '../../index.js';

/** What a .sol file says. */
export interface SolContent {
  /** One line. */
  readonly message: string;
  readonly header: Pick<NlHeader, 'options' | 'boundTolerance' | 'variables' | 'constraints'>;
  /** In AMPL's sign convention, see {@link amplDuals}; empty where there are none to tell. */
  readonly duals: Float64Array;
  /** Empty where there are no values to tell. */
  readonly x: Float64Array;
  /** Index of the objective, from 0. */
  readonly objective: number;
  readonly code: number;
  /** Real suffixes on variables. */
  readonly suffixes: readonly { readonly name: string; readonly values: Float64Array }[];
}

/** Multipliers as AMPL and Ipopt's suffixes want them. */
export interface AmplDuals {
  readonly rows: Float64Array;
  readonly zL: Float64Array;
  readonly zU: Float64Array;
}

/**
 * From the multipliers of the minimization `sense·f`. AMPL's dual is the derivative of the user's objective by the
 * right-hand side: −λ when minimizing (`L = f + λᵀ(g − b)`, so the optimal value changes by −λ), +λ when maximizing. `zL + zU` of the
 * suffixes is the reduced cost, the derivative by the bound that is active: zL and −zU when minimizing, signs exchanged
 * when maximizing (as in Ipopt's `AmplTNLP::finalize_solution`).
 */
export function amplDuals({ constraints, lower, upper }: Multipliers, sense: 1 | -1): AmplDuals {
  const signed = (values: Float64Array, sign: number): Float64Array =>
    values.map((value) => sign * value + 0);
  return { rows: signed(constraints, -sense), zL: signed(lower, sense), zU: signed(upper, -sense) };
}

/** Kind of a suffix: real (4) on variables (0). */
const realOnVariables = 4;

/** The text of a .sol file (D. M. Gay, "Hooking your solver to AMPL", and `writesol.c` of the AMPL solver library). */
export function solText(content: SolContent): string {
  const { message, header, duals, x, objective, code, suffixes } = content;
  const lines = [' ', oneLine(message), ''];
  const { options, boundTolerance, variables, constraints } = header;
  if (options.length > 0) {
    // With a bound tolerance the count is raised by two, and the tolerance follows the sizes.
    const extra = boundTolerance === undefined ? 0 : 2;
    lines.push('Options', String(options.length + extra), ...options.map(String));
    lines.push(...[constraints, duals.length, variables, x.length].map(String));
    if (boundTolerance !== undefined) lines.push(String(boundTolerance));
  }
  for (const value of duals) lines.push(String(value));
  for (const value of x) lines.push(String(value));
  lines.push(`objno ${objective} ${code}`);
  for (const { name, values } of suffixes) {
    const count = values.reduce((sum, value) => sum + Number(value !== 0), 0);
    lines.push(`suffix ${realOnVariables} ${count} ${name.length + 1} 0 0`, name);
    values.forEach((value, index) => {
      if (value !== 0) lines.push(`${index} ${value}`);
    });
  }
  return `${lines.join('\n')}\n`;
}
