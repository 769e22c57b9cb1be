import { type HostedNetwork, OracleHost } from '../runtime/node/host.js';
import { SolverPool } from '../runtime/node/pool.js';
import type { ExecutableSpec } from '../runtime/service.js';
import type { Device } from '../src/engine/contract.js';
import type { Network } from '../src/network/graph.js';

/** A compiled network nobody uses is kept this long, in milliseconds, for the next solve. */
const linger = 5000;

/** A right to use a compiled network of the process's oracle hosts. */
export interface Lease {
  readonly hosted: Promise<HostedNetwork>;
  /** Gives it back, also before it is compiled. */
  release(): void;
}

interface Entry {
  readonly hosted: Promise<HostedNetwork>;
  /** Ends the wish for it while it is being compiled. */
  readonly unwanted: AbortController;
  users: number;
  timer?: NodeJS.Timeout;
}

/** A host and what is compiled there, by network and how. */
interface Place {
  readonly host: OracleHost;
  readonly entries: Map<Network, Map<string, Entry>>;
}

let places = new Map<Device, Place>();
let pool: SolverPool | undefined;

/** The process's solver threads, started at first use. */
export function solverPool(): SolverPool {
  pool ??= new SolverPool();
  return pool;
}

/** The host of a device; a new one where it died. */
function placeOf(device: Device): Place {
  const known = places.get(device);
  if (known?.host.alive) return known;
  const place: Place = { host: new OracleHost(), entries: new Map() };
  places.set(device, place);
  return place;
}

/** Compiles a network in the oracle host of its device, or joins those who already use it there. */
export function lease(spec: ExecutableSpec): Lease {
  const { host, entries } = placeOf(spec.device);
  const { network, ...rest } = spec;
  const key = JSON.stringify(Object.entries(rest).sort());
  const ofNetwork = entries.get(network) ?? new Map<string, Entry>();
  entries.set(network, ofNetwork);
  let entry = ofNetwork.get(key);
  if (!entry) {
    const unwanted = new AbortController();
    entry = { hosted: host.open(spec, unwanted.signal), unwanted, users: 0 };
    ofNetwork.set(key, entry);
    entry.hosted.catch(() => forget());
  }
  const held = entry;
  const forget = (): void => {
    if (ofNetwork.get(key) === held) ofNetwork.delete(key);
    if (ofNetwork.size === 0 && entries.get(network) === ofNetwork) entries.delete(network);
  };
  clearTimeout(held.timer);
  held.users++;
  let compiled = false;
  held.hosted.then(
    () => {
      compiled = true;
    },
    () => {},
  );
  let released = false;
  const release = (): void => {
    if (released) return;
    released = true;
    if (--held.users > 0) return;
    if (!compiled) {
      forget();
      held.unwanted.abort();
      return;
    }
    held.timer = setTimeout(() => {
      forget();
      // A host that ended meanwhile has freed it already.
      held.hosted.then((hosted) => hosted.dispose()).catch(() => {});
    }, linger).unref();
  };
  return { hosted: held.hosted, release };
}

/**
 * Ends the solver threads and the oracle hosts and frees compiled networks, after running solves have ended. Not needed
 * for the process to exit; it frees memory earlier. A later solve starts them again.
 */
export async function shutdown(): Promise<void> {
  const [oldPool, oldPlaces] = [pool, [...places.values()]];
  for (const { entries } of oldPlaces)
    for (const ofNetwork of entries.values()) for (const { timer } of ofNetwork.values()) clearTimeout(timer);
  pool = undefined;
  places = new Map();
  await oldPool?.close();
  await Promise.all(oldPlaces.map(({ host }) => host.close()));
}
