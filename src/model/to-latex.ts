import { InputError } from '../core/errors.js';
import { noOptions, told } from '../core/given.js';
import { ExpressionArray } from './array.js';
import { Expression } from './expression.js';
import { latexFormula, latexName } from './latex.js';
import { Model } from './model.js';
import { Relation } from './relation.js';
import type { Statement } from './statement.js';
import { TapeView } from './tape-view.js';

/** Rows and bounds beyond these are abbreviated. */
const mostRows = 40;

/**
 * A formula in LaTeX for a mathematical environment; of an array a column of its entries; of a model its objective, rows and
 * bounds as an `aligned` environment. What is long is abbreviated by dots.
 */
export function toLatex(of: Model | Expression | ExpressionArray | Relation): string;
export function toLatex(of: Model | Expression | ExpressionArray | Relation, ...more: unknown[]): string {
  noOptions(more, 'toLatex');
  if (of instanceof Expression) return latexFormula(of);
  if (of instanceof ExpressionArray)
    return environment(
      'pmatrix',
      of.elements.map((e) => latexFormula(e)),
    );
  if (of instanceof Relation)
    return environment(
      'aligned',
      of.entries.map(({ body, lower, upper }) =>
        between(latexFormula(body), lower && latexFormula(lower), upper && latexFormula(upper)),
      ),
    );
  if (of instanceof Model) return modelLatex(of.whole());
  throw new InputError(`toLatex: ${told(of)} is neither a model nor a formula`);
}

const environment = (name: string, lines: readonly string[]): string =>
  `\\begin{${name}}\n${shortened(lines).join(' \\\\\n')}\n\\end{${name}}`;

const shortened = (lines: readonly string[]): string[] =>
  lines.length <= mostRows
    ? [...lines]
    : [...lines.slice(0, mostRows - 1), '\\vdots', lines[lines.length - 1]!];

/** Ends that are missing stay out; equal ends are an equation. */
function between(body: string, lower: string | undefined, upper: string | undefined): string {
  if (lower !== undefined && lower === upper) return `${body} &= ${lower}`;
  if (lower === undefined) return upper === undefined ? `${body} &` : `${body} &\\le ${upper}`;
  return upper === undefined ? `${body} &\\ge ${lower}` : `${lower} \\le ${body} &\\le ${upper}`;
}

function modelLatex(statement: Statement): string {
  const { variables, rows, tape, expressions, objective, sense, grayBoxes, groups, parameters } = statement;
  const names = variables.names;
  const formula = (reference: number): string => latexFormula(new TapeView(tape, reference, names));
  const finite = (bound: number): string | undefined =>
    Number.isFinite(bound) ? latexName(String(bound)) : undefined;
  const goal = objective < 0 ? '0' : formula(objective);
  const lines: string[] = [];
  const boxRows = new Set<number>();
  for (const { inputs, outputs, firstRow } of grayBoxes) {
    outputs.forEach((_, k) => {
      boxRows.add(firstRow + k);
    });
    const of = (columns: Int32Array): string =>
      `(${[...columns]
        .slice(0, 6)
        .map((column) => latexName(names[column]!))
        .join(', ')}${columns.length > 6 ? ', \\dots' : ''})`;
    const name = /= (.*)\[0\]$/s.exec(rows.names[firstRow] ?? '')?.[1] ?? 'NN';
    lines.push(`${of(outputs)} &= ${latexName(name)}${of(inputs)}`);
  }
  expressions.forEach((expression, i) => {
    if (expression < 0) {
      if (!boxRows.has(i)) lines.push(`${latexName(rows.names[i]!)} &`);
      return;
    }
    lines.push(between(formula(expression), finite(rows.lower[i]!), finite(rows.upper[i]!)));
  });
  const fixed = new Set(parameters);
  names.forEach((name, j) => {
    const [lower, upper] = [finite(variables.lower[j]!), finite(variables.upper[j]!)];
    if (!fixed.has(j) && (lower !== undefined || upper !== undefined))
      lines.push(between(latexName(name), lower, upper));
  });
  const terms = groups.length === 0 ? '' : ` + \\dots`;
  const rowsOf = shortened(lines).map((line, k) => `${k === 0 ? '\\text{subject to}\\quad' : ''} & ${line}`);
  const head = `${sense === 1 ? '\\min' : '\\max'} \\quad & ${goal}${terms}`;
  return `\\begin{aligned}\n${[head, ...rowsOf].join(' \\\\\n')}\n\\end{aligned}`;
}
