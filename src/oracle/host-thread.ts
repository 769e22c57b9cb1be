import { parentPort, workerData } from 'node:worker_threads';
import { exposeAt } from './control-plane.js';
import { Control } from './mailbox.js';
import { openExecutable } from './open.js';
import { OracleService } from './service.js';

// The oracle host's worker thread.
const control: SharedArrayBuffer = workerData.control;
process.on('exit', () => Atomics.store(new Int32Array(control), Control.alive, 0));
const service = new OracleService(control, openExecutable);
exposeAt(service, parentPort);
await service.serve();
