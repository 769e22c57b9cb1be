import './provide.js';
import { parentPort, workerData } from 'node:worker_threads';
import { exposeAt } from '../control-plane.js';
import { openExecutable } from '../open.js';
import { OracleService } from '../service.js';
import { endpoint } from './endpoint.js';

// The oracle host's worker thread.
const service = new OracleService(workerData.control, openExecutable);
exposeAt(service, endpoint(parentPort!));
await service.serve();
