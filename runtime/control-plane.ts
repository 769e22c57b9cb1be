import * as comlink from 'comlink';
import { type PlainError, plainError, revivedError } from '../src/core/plain-error.js';

/** Answers calls that arrive at `port` with the methods of `service`; what they throw arrives as {@link revived} reads it. */
export const exposeAt = (service: object, port: comlink.Endpoint): void =>
  comlink.expose(carryingErrors(service), port);

/** The methods of the service exposed at the other end of `port`; each call returns a promise. */
export const remoteAt = <T>(port: comlink.Endpoint): comlink.Remote<T> => comlink.wrap<T>(port);

/** Marks buffers to be moved rather than copied with `value`. */
export const moving = <T>(value: T, buffers: ArrayBuffer[]): T => comlink.transfer(value, buffers);

/** comlink passes on the name and the message of an error and nothing else: ours travel as JSON in the message. */
const carrier = 'PlainError';

function carryingErrors(service: object): object {
  return new Proxy(service, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        try {
          return await member.apply(target, args);
        } catch (error) {
          throw Object.assign(new Error(JSON.stringify(plainError(error))), { name: carrier });
        }
      };
    },
  });
}

/** The error as it was thrown in the other thread. */
export function revived(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== carrier) return error;
  return revivedError(JSON.parse(error.message) as PlainError);
}
