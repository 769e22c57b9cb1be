import { InputError } from '../../index.js';
import { options as solver } from '../../solvers/interior-point/options.js';
import {
  between,
  flag,
  integer,
  nearest,
  type OptionTable,
  type OptionValues,
} from '../../src/core/options.js';

/** Keywords of the AMPL interface itself; all others are the solver's options. */
export const protocol = {
  outlev: integer(1, 'what is printed: 0 nothing, 1 the result, 2 each iteration', 'AMPL'),
  objno: integer(1, 'which objective, from 1; 0 for none', 'AMPL'),
  wantsol: {
    ...between(
      0,
      0,
      15,
      'without -AMPL, a sum of: 1 write the .sol file, 2 print the variables, 4 print the duals, 8 no message',
      'AMPL',
    ),
    range: '0 … 15',
  },
  relax: flag(false, 'treat integer variables as continuous', ''),
  warm_start_init_point: flag(false, 'start from the multipliers in the .nl file', 'Ipopt 3.14'),
} as const satisfies OptionTable;

export type ProtocolOptions = OptionValues<typeof protocol>;

/** Options that take no text. */
const unwritable = new Set(['linear_solver_options']);

/** Every keyword with its option. */
export const keywords: OptionTable = Object.fromEntries(
  Object.entries<OptionTable[string]>({ ...solver, ...protocol }).filter(([name]) => !unwritable.has(name)),
);

/** Other solvers' names for ours. */
const synonyms: Readonly<Record<string, string>> = {
  print_level: 'outlev',
  maxit: 'max_iter',
  timelim: 'max_wall_time',
  max_cpu_time: 'max_wall_time',
  nlp_lower_bound_inf: 'nlp_infinity',
  nlp_upper_bound_inf: 'nlp_infinity',
};

export interface Assignment {
  readonly name: string;
  readonly text: string;
}

/**
 * Takes `key=value` pairs apart as AMPL's solver library does: separated by blanks, blanks around `=` allowed, `=`
 * itself dispensable, values in single or double quotes where they hold blanks (a quote inside is doubled).
 */
export function parseAssignments(text: string): Assignment[] {
  const pattern = /\s*([^\s=]+)\s*=?\s*("(?:[^"]|"")*"|'(?:[^']|'')*'|[^\s]*)/y;
  const assignments: Assignment[] = [];
  while (pattern.lastIndex < text.trimEnd().length) {
    const start = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw new InputError(`expected key=value, found '${text.slice(start).trim()}'`);
    const [, name, value] = match;
    assignments.push({ name: name!, text: unquote(value!) });
  }
  return assignments;
}

function unquote(text: string): string {
  const quote = text[0];
  if (text.length < 2 || (quote !== '"' && quote !== "'") || text[text.length - 1] !== quote) return text;
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}

/** The assignments by whom they concern, later ones over earlier ones. Throws for unknown names and bad values. */
export function readAssignments(assignments: readonly Assignment[]): {
  protocol: ProtocolOptions;
  solver: Record<string, unknown>;
} {
  const own: Record<string, unknown> = Object.fromEntries(
    Object.entries(protocol).map(([name, option]) => [name, option.default]),
  );
  const others: Record<string, unknown> = {};
  for (const { name: given, text } of assignments) {
    const name = synonyms[given] ?? given;
    const option = Object.hasOwn(keywords, name) ? keywords[name] : undefined;
    if (!option) {
      const near = nearest(given, [...Object.keys(keywords), ...Object.keys(synonyms)]);
      throw new InputError(`Unknown keyword "${given}"${near ? `; did you mean "${near}"?` : ''}`);
    }
    // AMPL's solvers write switches as 0 and 1.
    const isSwitch = typeof option.default === 'boolean';
    const value = option.parse(isSwitch ? ({ '0': 'no', '1': 'yes' }[text] ?? text) : text);
    if (!option.accepts(value) || (name === 'wantsol' && !Number.isInteger(value)))
      throw new InputError(`Bad value in "${given}=${text}": must be ${option.range}`);
    (Object.hasOwn(protocol, name) ? own : others)[name] = value;
  }
  return { protocol: own as ProtocolOptions, solver: others };
}
