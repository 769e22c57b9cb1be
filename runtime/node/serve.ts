import { parentPort, workerData } from 'node:worker_threads';
import type { Executable } from '../../src/engine/contract.js';
import { isEndable } from '../../src/engine/open.js';
import { exposeAt } from '../control-plane.js';
import { OracleService } from '../service.js';
import type { ExecutableSpec } from '../task.js';
import { dismissal, Tether } from '../tether.js';
import { endpoint } from './endpoint.js';

/**
 * Serves as an oracle host in this worker thread, with executables opened by `open`; `native` says which engines leave
 * JavaScript for long.
 */
export async function serve(
  open: (spec: ExecutableSpec) => Promise<Executable>,
  native: (engine: string) => boolean = (engine) => !isEndable(engine),
): Promise<void> {
  const depart = (): void => process.exit();
  const service = new OracleService({
    control: workerData.control,
    tether: new Tether(workerData.tether),
    open,
    native,
    depart,
  });
  parentPort!.on('message', (message) => {
    if (message === dismissal) depart();
  });
  exposeAt(service, endpoint(parentPort!));
  await service.serve();
}
