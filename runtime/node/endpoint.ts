import type { MessagePort, Worker } from 'node:worker_threads';
import type { Endpoint } from 'comlink';
import * as adapter from 'comlink/dist/umd/node-adapter.js';

// The adapter is CommonJS whose export is the function itself, which its typings do not say.
const adapt = adapter.default as unknown as typeof adapter.default.default;

/** A port or thread of Node as comlink wants it. */
export const endpoint = (port: MessagePort | Worker): Endpoint => adapt(port as Parameters<typeof adapt>[0]);
