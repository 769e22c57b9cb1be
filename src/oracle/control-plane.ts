import * as comlink from 'comlink';
import * as adapter from 'comlink/dist/umd/node-adapter.js';
import { InputError } from '../core/errors.js';

// The adapter is CommonJS whose export is the function itself, which its typings do not say.
const nodeEndpoint = adapter.default as unknown as typeof adapter.default.default;

type Port = Parameters<typeof nodeEndpoint>[0];

/** Answers calls that arrive at `port` with the methods of `service`. */
export const exposeAt = (service: object, port: unknown): void =>
  comlink.expose(service, nodeEndpoint(port as Port));

/** The methods of the service exposed at the other end of `port`; each call returns a promise. */
export const remoteAt = <T>(port: unknown): comlink.Remote<T> => comlink.wrap<T>(nodeEndpoint(port as Port));

/** Marks buffers to be moved rather than copied with `value`. */
export const moving = <T>(value: T, buffers: ArrayBuffer[]): T => comlink.transfer(value, buffers);

/** The error as it was thrown in the other thread: cloning between threads loses its class. */
export function revived(error: unknown): unknown {
  if (error instanceof Error && error.name === 'InputError') return new InputError(error.message);
  return error;
}
