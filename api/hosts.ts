import { SolverPool } from '../solvers/pool/pool.js';
import type { Network } from '../src/network/graph.js';
import { type HostedNetwork, OracleHost } from '../src/oracle/host.js';
import type { ExecutableSpec } from '../src/oracle/service.js';

/** A compiled network nobody uses is kept this long, in milliseconds, for the next solve. */
const linger = 5000;

/** A right to use a compiled network of the process's oracle host. */
export interface Lease {
  readonly hosted: HostedNetwork;
  release(): void;
}

interface Entry {
  readonly hosted: Promise<HostedNetwork>;
  users: number;
  timer?: NodeJS.Timeout;
}

let host: OracleHost | undefined;
let pool: SolverPool | undefined;
let entries = new Map<Network, Map<string, Entry>>();

/** The process's solver threads, started at first use. */
export function solverPool(): SolverPool {
  pool ??= new SolverPool();
  return pool;
}

/** Compiles a network in the process's oracle host, or joins those who already use it there. */
export async function lease(spec: ExecutableSpec): Promise<Lease> {
  if (!host?.alive) {
    host = new OracleHost();
    entries = new Map();
  }
  const own = host;
  const { network, ...rest } = spec;
  const key = JSON.stringify(Object.entries(rest).sort());
  const ofNetwork = entries.get(network) ?? new Map<string, Entry>();
  entries.set(network, ofNetwork);
  let entry = ofNetwork.get(key);
  if (!entry) {
    entry = { hosted: own.open(spec), users: 0 };
    ofNetwork.set(key, entry);
  }
  const held = entry;
  const forget = (): void => {
    if (ofNetwork.get(key) === held) ofNetwork.delete(key);
    if (ofNetwork.size === 0 && entries.get(network) === ofNetwork) entries.delete(network);
  };
  clearTimeout(held.timer);
  held.users++;
  let hosted: HostedNetwork;
  try {
    hosted = await held.hosted;
  } catch (error) {
    forget();
    throw error;
  }
  let released = false;
  const release = (): void => {
    if (released) return;
    released = true;
    if (--held.users > 0) return;
    held.timer = setTimeout(() => {
      forget();
      // A host that ended meanwhile has freed it already.
      hosted.dispose().catch(() => {});
    }, linger).unref();
  };
  return { hosted, release };
}

/**
 * Ends the solver threads and the oracle host and frees compiled networks, after running solves have ended. Not needed
 * for the process to exit; it frees memory earlier. A later solve starts them again.
 */
export async function shutdown(): Promise<void> {
  const [oldPool, oldHost] = [pool, host];
  for (const ofNetwork of entries.values()) for (const { timer } of ofNetwork.values()) clearTimeout(timer);
  pool = undefined;
  host = undefined;
  entries = new Map();
  await oldPool?.close();
  await oldHost?.close();
}
