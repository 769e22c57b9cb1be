import { oneLine } from './shown.js';

/** Longer messages lose their middle: what a file holds may be of any length. */
const longest = 2000;
const briefly = (line: string): string =>
  line.length <= longest ? line : `${line.slice(0, longest - 500)} … ${line.slice(-490)}`;

/**
 * A caller's mistake: bad input, an unknown option, a missing file. The message is one line that names what was
 * wrong, where (file, layer, row, option) and what to do; names from files are shown escaped in it. The command line
 * prints it and exits with code 2.
 */
export class InputError extends Error {
  override name = 'InputError';
  constructor(message: string, options?: ErrorOptions) {
    super(briefly(oneLine(message)), options);
  }
}

/** A function could not be evaluated: NaN or infinity, or an oracle that died. `where` names the row and column. */
export class EvaluationError extends Error {
  override name = 'EvaluationError';
  constructor(
    message: string,
    readonly where: string = '',
    /** True when no further evaluation can succeed (the oracle is gone); false when another point may work. */
    readonly fatal: boolean = false,
  ) {
    super(oneLine(message));
  }
}

/** More memory is needed than can be had: `bytes` of it, where that is known. */
export class OutOfMemoryError extends Error {
  override name = 'OutOfMemoryError';
  constructor(
    message: string,
    readonly bytes?: number,
  ) {
    super(oneLine(message));
  }
}

/** `1.50 GiB (1610612736 bytes)`. */
export const sizeInWords = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB (${bytes} bytes)`;

/** Leaves a computation from any depth: a limit is reached, or the caller asked to stop. */
export class Stopped extends Error {
  override name = 'Stopped';
  constructor(
    readonly outcome: {
      readonly status: 'interrupted' | 'time-limit' | 'iteration-limit';
      readonly message: string;
    },
  ) {
    super(outcome.message);
  }
}

/** Whether an error says that memory is short; the runtime says so with a RangeError. */
export const isOutOfMemory = (error: unknown): error is Error =>
  error instanceof OutOfMemoryError ||
  (error instanceof RangeError && /memory|allocation|array length/i.test(error.message));
