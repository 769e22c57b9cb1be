import { options } from '../solvers/interior-point/options.js';
import { InputError } from '../src/core/errors.js';
import { listOf, optionsOf, textOf, told } from '../src/core/given.js';
import { ipoptOptions, type Taken } from '../src/core/ipopt-options.js';
import { nearest, type OptionRow, type OptionTable, optionRows as rowsOf } from '../src/core/options.js';

/** Every option of the interior-point method with its default, range, meaning and source. */
export const optionRows = (): OptionRow[] => rowsOf(options);

/** An option of ours by another name: which, what a value means, and what two values amount to. */
interface Synonym {
  readonly name: string;
  of(value: number): number;
  both(a: number, b: number): number;
}

const synonyms: Readonly<Record<string, Synonym>> = {
  max_cpu_time: { name: 'max_wall_time', of: (seconds) => seconds, both: Math.min },
  nlp_lower_bound_inf: { name: 'nlp_infinity', of: (bound) => -bound, both: Math.max },
  nlp_upper_bound_inf: { name: 'nlp_infinity', of: (bound) => bound, both: Math.max },
};

const inTable = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;
const ours = (name: string): Taken | undefined => inTable<Taken>(options as OptionTable, name);
/** Ipopt's options, those of its restoration phase (`resto.tol`) too. */
const ipopts = (name: string): Taken | undefined => inTable(ipoptOptions, name.replace(/^resto\./, ''));

/** The name of an option of ours or Ipopt's that `name` may have meant. */
export const nearestOption = (name: string, more: readonly string[] = []): string | undefined =>
  nearest(textOf(name, 'nearestOption'), [
    ...listOf(more, 'nearestOption: more names').map((own) => textOf(own, 'nearestOption: a name')),
    ...Object.keys(options),
    ...Object.keys(ipoptOptions),
  ]);

/**
 * The value of one option as written on a command line (`tol`, `'1e-6'`), an option of the interior-point method or of
 * Ipopt; undefined where there is no option of that name. Throws {@link InputError} for a value that neither takes.
 */
export function readOption(name: string, text: string): unknown {
  textOf(name, 'readOption: the name');
  textOf(text, 'readOption: the value');
  const kinds = [ours(name), ipopts(name)].filter((kind) => kind !== undefined);
  for (const kind of kinds)
    for (const written of [text, text.toLowerCase()]) {
      const value = kind.parse(written);
      if (kind.accepts(value)) return value;
    }
  if (kinds.length > 0) throw new InputError(`must be ${kinds[0]!.range}`);
  return undefined;
}

/** {@link readOption}, with errors that name the option and suggest the nearest name. */
export function parseInteriorPointOption(name: string, text: string): unknown {
  textOf(name, 'parseInteriorPointOption: the name');
  textOf(text, 'parseInteriorPointOption: the value');
  let value: unknown;
  try {
    value = readOption(name, text);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`interior-point: option '${name}' ${error.message}, not '${text}'`);
  }
  if (value === undefined) throw unknown(name);
  return value;
}

const unknown = (name: string, more: readonly string[] = []): InputError => {
  const suggestion = nearestOption(name, more);
  return new InputError(
    `interior-point: unknown option '${name}'${suggestion === undefined ? '' : `; did you mean '${suggestion}'?`}`,
  );
};

/** Options as the interior-point method takes them, and one line about those of Ipopt's that have no meaning here. */
export interface AdoptedOptions {
  readonly options: Record<string, unknown>;
  readonly remark?: string;
}

/**
 * Takes options as people set them for Ipopt: names that it has and the interior-point method lacks (linear solvers,
 * printing, files, …) are left out with a remark, values that only Ipopt offers leave the default, `'yes'` and `'no'`
 * are switches. Throws {@link InputError} for unknown names, with the nearest one, and for values that are wrong in
 * both; `more` are names of the call, which may have been meant.
 */
export function adoptIpoptOptions(
  given: Readonly<Record<string, unknown>>,
  more: readonly string[] = [],
): AdoptedOptions {
  const adopted: Record<string, unknown> = {};
  const [ignored, kept]: [string[], string[]] = [[], []];
  const known = Object.entries(optionsOf(given, 'options')).filter(([, value]) => value !== undefined);
  // Synonyms last: they may have to be reconciled with what they stand for.
  const last = (name: string): number => (inTable(synonyms, name) ? 1 : 0);
  for (const [name, value] of known.sort(([a], [b]) => last(a) - last(b))) {
    const [own, theirs, synonym] = [ours(name), ipopts(name), inTable(synonyms, name)];
    if (own) {
      const plain = inOurWords(own, value);
      // Ipopt's way to maximize: another question, not another setting.
      if (name === 'obj_scaling_factor' && (value as number) < 0)
        throw new InputError(
          `option '${name}' must be > 0, not ${told(value)}: to maximize, call model.maximize`,
        );
      if (!own.accepts(plain) && theirs?.accepts(value)) kept.push(`${name}=${value}`);
      else adopted[name] = plain;
    } else if (theirs === undefined) throw unknown(name, more);
    else if (!theirs.accepts(value))
      throw new InputError(`interior-point: option '${name}' must be ${theirs.range}, not ${show(value)}`);
    else if (synonym) {
      const meant = synonym.of(value as number);
      const before = adopted[synonym.name] as number | undefined;
      if (!ours(synonym.name)!.accepts(meant)) kept.push(`${name}=${value}`);
      else adopted[synonym.name] = before === undefined ? meant : synonym.both(before, meant);
    } else ignored.push(name);
  }
  const remarks = [
    ...(ignored.length > 0
      ? [`options of Ipopt without a meaning here, ignored: ${ignored.join(', ')}`]
      : []),
    ...(kept.length > 0 ? [`values that only Ipopt offers, default kept: ${kept.join(', ')}`] : []),
  ];
  return { options: adopted, ...(remarks.length > 0 && { remark: remarks.join('; ') }) };
}

/** Ipopt's switches are `'yes'` and `'no'`, ours are booleans, but where there is a third word. */
function inOurWords(own: Taken, value: unknown): unknown {
  if (own.range === 'yes | no') return typeof value === 'string' ? (own.parse(value) ?? value) : value;
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
}

const show = told;
