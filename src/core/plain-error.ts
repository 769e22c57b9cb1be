import { EvaluationError, InputError, OutOfMemoryError, Stopped } from './errors.js';

/** An error as plain data, in which it crosses threads: structured clone loses the class of our own. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  /** Where it was thrown. */
  readonly stack?: string;
  readonly where?: string;
  readonly fatal?: boolean;
  readonly outcome?: Stopped['outcome'];
  readonly bytes?: number;
}

export function plainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  const plain = { name, message, ...(stack !== undefined && { stack }) };
  if (error instanceof EvaluationError) return { ...plain, where: error.where, fatal: error.fatal };
  if (error instanceof Stopped) return { ...plain, outcome: error.outcome };
  if (error instanceof OutOfMemoryError && error.bytes !== undefined) return { ...plain, bytes: error.bytes };
  return plain;
}

/** The error again, of the class it had; an Error where that is none of ours nor of the language. */
export function revivedError(plain: PlainError): Error {
  const error = ofClass(plain);
  if (plain.stack !== undefined) error.stack = plain.stack;
  return error;
}

function ofClass({ name, message, where, fatal, outcome, bytes }: PlainError): Error {
  switch (name) {
    case 'InputError':
      return new InputError(message);
    case 'EvaluationError':
      return new EvaluationError(message, where, fatal);
    case 'OutOfMemoryError':
      return new OutOfMemoryError(message, bytes);
    case 'Stopped':
      return outcome === undefined ? new Error(message) : new Stopped(outcome);
    case 'RangeError':
      return new RangeError(message);
    case 'TypeError':
      return new TypeError(message);
    default:
      return new Error(message);
  }
}
