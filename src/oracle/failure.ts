import { EvaluationError, InputError, isOutOfMemory, OutOfMemoryError, Stopped } from '../core/errors.js';

/** Who computes what, in messages. */
export interface Place {
  readonly engine: string;
  readonly network: string;
}

/**
 * What the solver is told when an engine throws: an error of a kind keeps its kind, with the network as its place where
 * it names none; anything else means that the engine is gone for good.
 */
export function failureOf(error: unknown, { engine, network }: Place): Error {
  if (error instanceof InputError || error instanceof Stopped) return error;
  const where = network === '' ? '' : `network '${network}'`;
  if (error instanceof EvaluationError)
    return error.where === '' ? new EvaluationError(error.message, where, error.fatal) : error;
  const message = error instanceof Error ? error.message : String(error);
  if (isOutOfMemory(error)) return new OutOfMemoryError(where ? `${where}: ${message}` : message);
  return new EvaluationError(`the ${engine} engine failed: ${message}`, where, true);
}
