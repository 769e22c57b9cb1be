import { InputError } from './errors.js';
import { numberOf } from './given.js';
import { integer, type OptionTable, type OptionValues, readOptions } from './options.js';

/**
 * What reading a file that a stranger wrote may take at most, whatever its numbers ask for. Small files can ask for
 * gigabytes and for years; the defaults let every network and problem through that is solved here in practice.
 */
export const budgetTable = {
  bytes: integer(2 ** 31 - 1, 'bytes of one file'),
  json: integer(2 ** 25, 'bytes of one JSON text'),
  grid: integer(2 ** 25, 'bytes of one file of a grid'),
  names: integer(2 ** 28, 'bytes of one file of names'),
  packed: integer(2 ** 27, 'bytes of one compressed file'),
  inflated: integer(2 ** 26, 'bytes of a compressed file once unpacked (or more)'),
  pixels: integer(2 ** 24, 'pixels of a picture'),
  depth: integer(64, 'lists and objects inside one another; axes of a tensor; parts of a path of names'),
  name: integer(1024, 'characters of a name'),
  objects: integer(2 ** 18, 'groups and arrays of one HDF5 file'),
  files: integer(2 ** 10, 'files of weights beside a model.json at an address'),
  nodes: integer(2 ** 15, 'operations of a network, and calls of layers'),
  numbers: integer(2 ** 26, 'numbers of one trained tensor'),
  trained: integer(2 ** 26, 'numbers of all trained tensors of a network'),
  values: integer(2 ** 25, 'numbers that all operations of a network give for one input'),
  derived: integer(2 ** 25, 'numbers of one tensor of a derivative program, Jacobian and Hessian among them'),
  jacobian: integer(2 ** 25, 'terms of the Jacobian of a problem'),
  hessian: integer(2 ** 24, 'terms of the Hessian of a problem'),
  block: integer(
    4096,
    'variables of one dense block of the Hessian, of which every factorization takes n³/3 operations',
  ),
  matrix: integer(3 * 2 ** 21, 'numbers of the matrices of one quadratic program'),
  matrices: integer(3 * 2 ** 23, 'numbers of the matrices of all quadratic programs of a call'),
  constants: integer(2 ** 22, 'numbers of all constants that derivative programs add to the trained ones'),
} as const satisfies OptionTable;

/** The name of a limit. */
export type BudgetLimit = keyof typeof budgetTable;
/** Limits that differ from the defaults. */
export type BudgetLimits = Partial<OptionValues<typeof budgetTable>>;

/** What was asked for is beyond a limit. */
export class OverBudget extends InputError {}

const told = (amount: number): string => amount.toLocaleString('en-US');

/**
 * Checks what is asked for before it is had. A reader makes one for each file, so that what a file asks for piece by
 * piece counts in all. Every refusal is an {@link InputError} that says what was asked, the limit, and how to raise it.
 */
export class Budget {
  readonly #limits: OptionValues<typeof budgetTable>;
  readonly #taken = new Map<BudgetLimit, number>();

  constructor(limits: BudgetLimits = {}) {
    if (typeof limits !== 'object' || limits === null || Array.isArray(limits))
      throw new InputError('limits: give an object of limits by name, as { nodes: 100000 }');
    this.#limits = readOptions(budgetTable, limits, 'limits');
  }

  limit(name: BudgetLimit): number {
    if (typeof name !== 'string' || !Object.hasOwn(this.#limits, name))
      throw new InputError('limits: there is no limit of that name');
    return this.#limits[name];
  }

  /** Refuses `amount` where it is more than the limit (or no number); `where` names the file and what in it. */
  check(name: BudgetLimit, amount: number, where: string): void {
    if (numberOf(amount, where, 'any') <= this.limit(name)) return;
    throw new OverBudget(
      `${where}: ${told(amount)} ${budgetTable[name].meaning}; at most ${told(this.#limits[name])} are taken (limits: { ${name} }, on the command line --limit ${name}=…, with -AMPL limit_${name}=…, raises that)`,
    );
  }

  /** Refuses where `amount` and all that was taken before are more than the limit together. */
  take(name: BudgetLimit, amount: number, where: string): void {
    const taken = (this.#taken.get(name) ?? 0) + numberOf(amount, where, 'any');
    this.check(name, taken, where);
    this.#taken.set(name, taken);
  }
}

/** How many numbers a shape holds, 0 where one length is; Infinity where that is beyond counting. */
export function countOf(shape: readonly number[]): number {
  let count = 1;
  for (const length of shape) {
    if (length === 0) return 0;
    count *= length;
  }
  return count;
}
