import type { Limits } from '../../src/core/limits.js';
import { isSynchronous } from '../../src/engine/open.js';
import { shared, sharedNetwork } from '../share.js';
import type { BoundTask, BoxBinding, SolveTask, TaskNetwork } from '../task.js';
import { whenOver } from '../when-over.js';
import type { Hosts } from './hosts.js';

/** A task bound to the hosts of a runtime. */
export interface Bound {
  readonly task: BoundTask;
  /** Gives back what was opened and leaves what still opens; waits for nothing. */
  release(): void;
}

/**
 * Binds the gray boxes of a task: those of synchronous engines to the solver's own thread, others to mailboxes at oracle
 * hosts. Throws `Stopped` where the limits are reached before all are open.
 */
export async function bind(
  { networks, uses = [], ...task }: SolveTask,
  hosts: Hosts,
  limits: Limits,
  signal: AbortSignal | undefined,
): Promise<Bound> {
  const undo: (() => void)[] = [];
  let released = false;
  const release = (): void => {
    released = true;
    for (const step of undo.splice(0).reverse()) step();
  };
  const open = async ({ spec, uses }: TaskNetwork): Promise<BoxBinding> => {
    if ('barrier' in spec) return { kind: 'smooth', spec };
    if (isSynchronous(spec.engine))
      return { kind: 'local', spec: { ...spec, programs: shared(spec.programs) } };
    const held = hosts.lease(spec);
    undo.push(held.release);
    const { descriptor, detach } = await (await held.hosted).attach(uses);
    if (released) detach();
    else undo.push(detach);
    return { kind: 'mailbox', mailbox: descriptor };
  };
  let callOff = (): void => {};
  const over = new Promise<never>((_, reject) => {
    callOff = whenOver(limits, signal, 0, () => reject(limits.over()));
  });
  try {
    const boxes = await Promise.race([Promise.all(networks.map(open)), over]);
    const traveling = uses.map(({ box: _, original: __, network, ...use }) => ({
      ...use,
      network: sharedNetwork(network),
    }));
    return { task: { ...task, uses: traveling, boxes }, release };
  } catch (error) {
    release();
    throw error;
  } finally {
    callOff();
  }
}
