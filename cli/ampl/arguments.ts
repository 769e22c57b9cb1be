import { InputError } from '../../index.js';
import { type Assignment, parseAssignments } from './assignments.js';

/** What an AMPL solver is asked to do. */
export type Request =
  | { readonly do: 'version' | 'keywords' | 'usage' }
  | {
      readonly do: 'solve';
      readonly stub: string;
      /** Called by AMPL: the .sol file is the answer. */
      readonly ampl: boolean;
      /** Write the .sol file without -AMPL as well. */
      readonly writeSol: boolean;
      /** Where to write it instead of STUB.sol. */
      readonly solFile: string | undefined;
      /** Echo assignments on standard output. */
      readonly echo: boolean;
      readonly assignments: readonly Assignment[];
    };

/**
 * Reads `[options] stub [-AMPL] [key=value …]` (D. M. Gay, "Hooking your solver to AMPL"), options from the
 * environment variable `graybox_options` first.
 */
export function readArguments(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Request {
  const rest = [...args];
  let [writeSol, echo, solFile] = [false, true, undefined as string | undefined];
  while (rest[0]?.startsWith('-')) {
    const option = rest.shift()!;
    if (option === '--') break;
    if (option === '-v' || option === '--version') return { do: 'version' };
    if (option === '-=') return { do: 'keywords' };
    if (option === '-?' || option === '--help') return { do: 'usage' };
    if (option === '-e') echo = false;
    else if (option === '-s') writeSol = true;
    else if (option === '-o') {
      solFile = rest.shift();
      if (solFile === undefined) throw new InputError('-o needs the name of a file');
    } else if (option.startsWith('-o')) solFile = option.slice(2);
    else throw new InputError(`bad option ${option}; -? shows the usage`);
  }
  const stub = rest.shift();
  if (stub === undefined) throw new InputError('no stub: give the path of a .nl file');
  // AMPL itself writes -AMPL right after the stub.
  const ampl = rest[0]?.startsWith('-AMPL') ?? false;
  if (ampl) rest.shift();
  // AMPL's solver_msg is a sum, of which 1 lets solvers speak.
  if (/^\d+$/.test(env['solver_msg'] ?? '') && Number(env['solver_msg']) % 2 === 0) echo = false;
  return {
    do: 'solve',
    stub: stub.replace(/\.nl$/, ''),
    ampl,
    writeSol,
    solFile,
    echo,
    assignments: [
      ...parseAssignments(env['graybox_options'] ?? ''),
      ...parseAssignments(rest.map(quoted).join(' ')),
    ],
  };
}

/** An argument that is one assignment whose value has blanks (a path, say) as Pyomo passes it: without quotes. */
const quoted = (argument: string): string =>
  argument.replace(
    /^([^\s=]+)=([^'"=][^=]*\s[^=]*)$/,
    (_, name: string, value: string) => `${name}="${value.replaceAll('"', '""')}"`,
  );
