import { InputError } from '../../core/errors.js';
import { printable } from './lexer.js';

/** The ten lines that open a .nl file (D. M. Gay, "Writing .nl files", 2005), named. */
export interface NlHeader {
  readonly encoding: 'text' | 'binary';
  /** The numbers after the format letter, echoed into the .sol file. */
  readonly options: readonly number[];
  /** Present when the second option is 3: AMPL's tolerance for variable bounds, echoed as well. */
  readonly boundTolerance: number | undefined;
  readonly variables: number;
  readonly constraints: number;
  readonly objectives: number;
  readonly ranges: number;
  /** −1 when the file does not say. */
  readonly equations: number;
  readonly logicalConstraints: number;
  readonly nonlinearConstraints: number;
  readonly nonlinearObjectives: number;
  readonly complementarities: number;
  /** Nonlinear variables in constraints, in objectives, in both (−1 when the file does not say). */
  readonly nonlinearVariables: readonly [number, number, number];
  readonly functions: number;
  /** Byte order of a binary file: 1 little endian, 2 big endian, 0 unsaid. */
  readonly arithmetic: number;
  /** Bit 0: suffixes are wanted in the .sol file. */
  readonly flags: number;
  /** Binary and integer: linear variables first, then nonlinear ones in both, constraints, objectives. */
  readonly discrete: readonly number[];
  readonly jacobianNonzeros: number;
  readonly gradientNonzeros: number;
  readonly definedVariables: number;
  /** First byte after the header. */
  readonly end: number;
}

const latin1 = new TextDecoder('latin1');
const longestLine = 1024;

/** Lines of the header, by what they hold: fewest and most numbers on each. */
const lines = [
  ['numbers of variables, constraints, objectives, ranges, equations', 3, 6],
  ['nonlinear constraints and objectives', 2, 6],
  ['network constraints', 2, 3],
  ['nonlinear variables in constraints, objectives, both', 2, 3],
  ['linear network variables, functions, arithmetic, flags', 2, 4],
  ['discrete variables', 2, 5],
  ['nonzeros in Jacobian and gradients', 2, 2],
  ['longest names', 2, 2],
  ['common expressions', 5, 5],
] as const;

/** Bytes of the longest header. */
export const longestHeader = (1 + lines.length) * (longestLine + 1);

/** Reads the header from the first bytes of a file and checks it against itself and the file's size. */
export function readHeader(bytes: Uint8Array, file: string, size = bytes.length): NlHeader {
  let position = 0;
  let line = 0;
  const nextLine = (what: string): string => {
    line++;
    const newline = bytes.indexOf(10, position);
    if (newline < 0 || newline - position > longestLine)
      throw new InputError(
        `${file}:${line}: expected ${what}, found ${position >= bytes.length ? 'the end of the file' : 'no complete line'}: not a complete .nl file`,
      );
    const text = printable(latin1.decode(bytes.subarray(position, newline)));
    position = newline + 1;
    return text.split('#')[0]!.trim();
  };
  const first = nextLine("the .nl format line ('g…' or 'b…')");
  const encoding = { g: 'text', G: 'text', b: 'binary', B: 'binary' }[first[0] ?? ''] as
    | 'text'
    | 'binary'
    | undefined;
  if (!encoding)
    throw new InputError(
      `${file}:1: expected a .nl file (first letter g or b), found '${first.slice(0, 20)}'${/^[hzHZ]\d/.test(first) ? ': 16-bit operators are not supported, write it with option g or b' : ''}`,
    );
  const announced = first.slice(1).trim().split(/\s+/);
  const count = Number(announced[0]);
  if (!/^\d$/.test(announced[0] ?? '') || announced.length < 1 + count)
    throw new InputError(
      `${file}:1: expected a digit k ≤ 9 and k options after the format letter, found '${first.slice(0, 40)}'`,
    );
  const options = announced.slice(1, 1 + count).map(Number);
  if (options.some((option) => !Number.isSafeInteger(option)))
    throw new InputError(`${file}:1: expected integer options, found '${first.slice(0, 40)}'`);
  let boundTolerance: number | undefined;
  if (options[1] === 3) {
    boundTolerance = Number(announced[1 + count]);
    if (!Number.isFinite(boundTolerance))
      throw new InputError(`${file}:1: expected a tolerance after the options (the second is 3)`);
  }

  const facts = lines.map(([what, fewest, most]) => {
    const text = nextLine(what);
    const words = text === '' ? [] : text.split(/\s+/);
    const numbers = words.map(Number);
    if (words.length < fewest || words.length > most || words.some((word) => !/^-?\d{1,10}$/.test(word)))
      throw new InputError(
        `${file}:${line}: expected ${fewest === most ? fewest : `${fewest} to ${most}`} integers (${what}), found '${text.slice(0, 60)}'`,
      );
    const negative = numbers.find((value) => value < 0 || value > 0x7fffffff);
    if (negative !== undefined)
      throw new InputError(`${file}:${line}: expected ${what} between 0 and 2147483647, found ${negative}`);
    return numbers;
  });
  const at = (row: number, column: number, absent = 0): number => facts[row]![column] ?? absent;
  const header: NlHeader = {
    encoding,
    options,
    boundTolerance,
    variables: at(0, 0),
    constraints: at(0, 1),
    objectives: at(0, 2),
    ranges: at(0, 3),
    equations: at(0, 4, -1),
    logicalConstraints: at(0, 5),
    nonlinearConstraints: at(1, 0),
    nonlinearObjectives: at(1, 1),
    complementarities: at(1, 2) + at(1, 3),
    nonlinearVariables: [at(3, 0), at(3, 1), at(3, 2, -1)],
    functions: at(4, 1),
    arithmetic: at(4, 2),
    flags: at(4, 3),
    discrete: facts[5]!,
    jacobianNonzeros: at(6, 0),
    gradientNonzeros: at(6, 1),
    definedVariables: facts[8]!.reduce((sum, value) => sum + value, 0),
    end: position,
  };
  checkSizes(header, size, file);
  return header;
}

/** Numbers that cannot be true of a file of this size are refused before anything is allocated for them. */
function checkSizes(header: NlHeader, size: number, file: string): void {
  const refuse = (line: number, problem: string): never => {
    throw new InputError(`${file}:${line}: ${problem}`);
  };
  const nonzeros = header.jacobianNonzeros + header.gradientNonzeros;
  if (header.variables === 0 && nonzeros > 0)
    refuse(2, `expected at least one variable, found 0 with ${nonzeros} nonzeros of Jacobian and gradients`);
  const bound = header.encoding === 'text' ? 2 : 1;
  const pair = header.encoding === 'text' ? 4 : 12;
  const room = size - header.end;
  const claims: [number, string, number, number][] = [
    [2, 'variables', header.variables, bound],
    [2, 'constraints', header.constraints, bound],
    [2, 'objectives', header.objectives, bound],
    [8, 'Jacobian nonzeros', header.jacobianNonzeros, pair],
    [8, 'gradient nonzeros', header.gradientNonzeros, pair],
    [10, 'common expressions', header.definedVariables, 4],
    [6, 'functions', header.functions, 4],
  ];
  for (const [line, what, claim, bytes] of claims)
    if (claim * bytes > room)
      refuse(
        line,
        `${claim} ${what} cannot stand in the ${room} bytes that follow: truncated or not a .nl file`,
      );
  if (header.nonlinearConstraints > header.constraints)
    refuse(3, `${header.nonlinearConstraints} nonlinear constraints of ${header.constraints}`);
  if (header.ranges > header.constraints)
    refuse(2, `${header.ranges} ranges of ${header.constraints} constraints`);
  if (header.equations > header.constraints)
    refuse(2, `${header.equations} equations of ${header.constraints} constraints`);
  if (header.logicalConstraints > 0)
    refuse(
      2,
      `${header.logicalConstraints} logical constraints: not supported, reformulate them with continuous variables`,
    );
  if (header.complementarities > 0)
    refuse(
      3,
      `${header.complementarities} complementarity conditions: not supported, reformulate them as inequalities`,
    );
  if (header.arithmetic > 2)
    refuse(6, `arithmetic kind ${header.arithmetic}: expected 1 (little endian) or 2 (big endian)`);
}
