import {
  type BudgetLimit,
  type BudgetLimits,
  between,
  budgetTable,
  flag,
  InputError,
  integer,
  nearestOption,
  type OptionTable,
  type OptionValues,
  readOption,
  interiorPointOptions as solver,
} from '../../index.js';
import { adoptNlOptions } from '../nl/options.js';
import type { Assignment } from './assignments.js';
import { readOptionFile } from './option-file.js';

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

/** What the file and its derivatives may ask for. */
const limits: OptionTable = Object.fromEntries(
  Object.entries(budgetTable).map(([name, limit]) => [`limit_${name}`, limit]),
);

export type ProtocolOptions = OptionValues<typeof protocol>;

/** Options that take no text. */
const unwritable = new Set(['linear_solver_options']);

/** Every keyword with its option. */
export const keywords: OptionTable = Object.fromEntries(
  Object.entries<OptionTable[string]>({ ...solver, ...protocol, ...limits }).filter(
    ([name]) => !unwritable.has(name),
  ),
);

/** Other solvers' names for ours. */
const synonyms: Readonly<Record<string, string>> = { maxit: 'max_iter', timelim: 'max_wall_time' };

/** Ipopt prints iterations from 5 on. */
const outlevOf = (printLevel: number): number => (printLevel >= 5 ? 2 : Math.min(1, printLevel));

/** What the assignments say. */
export interface Settings {
  readonly protocol: ProtocolOptions;
  readonly solver: Record<string, unknown>;
  readonly limits: BudgetLimits;
  /** One line about what is taken and ignored. */
  readonly remark?: string;
}

/**
 * The assignments by whom they concern, later ones over earlier ones, those of the file that `option_file_name` names
 * over all (as Ipopt has it). Options of Ipopt without a meaning here are taken with a remark. Throws for unknown names
 * and bad values.
 */
export function readAssignments(assignments: readonly Assignment[]): Settings {
  const own: Record<string, unknown> = Object.fromEntries(
    Object.entries(protocol).map(([name, option]) => [name, option.default]),
  );
  const others: Record<string, unknown> = {};
  const budget: { [name in BudgetLimit]?: number } = {};
  const take = (assignment: Assignment): void => {
    const given = assignment.name.toLowerCase();
    const name = Object.hasOwn(synonyms, given) ? synonyms[given]! : given;
    const value = readValue(name, assignment);
    if (Object.hasOwn(limits, name)) budget[name.slice('limit_'.length) as BudgetLimit] = value as number;
    else if (name === 'print_level') own['outlev'] = outlevOf(value as number);
    else (Object.hasOwn(protocol, name) ? own : others)[name] = value;
  };
  assignments.forEach(take);
  const file = others['option_file_name'];
  if (file)
    for (const assignment of readOptionFile(String(file)))
      try {
        take(assignment);
      } catch (error) {
        if (error instanceof InputError) throw new InputError(`${file}: ${error.message}`);
        throw error;
      }
  delete others['option_file_name'];
  const { options, ...remark } = adoptNlOptions(others);
  return { protocol: own as ProtocolOptions, solver: options, limits: budget, ...remark };
}

/** The value that an assignment gives to option `name`. AMPL's solvers write switches as 0 and 1. */
function readValue(name: string, { name: given, text }: Assignment): unknown {
  const own: OptionTable = { ...protocol, ...limits };
  const option = Object.hasOwn(own, name) ? own[name] : undefined;
  const read = (written: string): unknown => {
    if (!option) return unwritable.has(name) ? undefined : readOption(name, written);
    const value = option.parse(written);
    if (!option.accepts(value as never) || (name === 'wantsol' && !Number.isInteger(value)))
      throw new InputError(`must be ${option.range}`);
    return value;
  };
  let refusal: InputError | undefined;
  for (const written of [text, { '0': 'no', '1': 'yes' }[text] ?? text])
    try {
      const value = read(written);
      if (value !== undefined) return value;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      refusal ??= error;
    }
  if (refusal) throw new InputError(`Bad value in "${given}=${text}": ${refusal.message}`);
  const near = nearestOption(given, [...Object.keys(protocol), ...Object.keys(synonyms)]);
  throw new InputError(`Unknown keyword "${given}"${near ? `; did you mean "${near}"?` : ''}`);
}
