import type { Programs } from '../../src/derive/program.js';
import type { Device } from '../../src/engine/contract.js';
import type { ExecutableSpec } from '../task.js';
import { type HostedNetwork, OracleHost } from './host.js';
import { idleTime } from './spare.js';

/** Most bytes of weights of compiled networks that nobody uses and that are kept for the next solve, and most of them. */
const mostSpare = { bytes: 2 ** 26, networks: 8 } as const;

/** A right to use a compiled network of an oracle host. */
export interface Lease {
  readonly hosted: Promise<HostedNetwork>;
  /** Gives it back, also before it is compiled. */
  release(): void;
}

/** A host and what is compiled there, by programs and how. */
interface Place {
  readonly host: OracleHost;
  readonly tenants: Map<Programs, Map<string, Tenant>>;
}

/** Oracle hosts, a few per device, started when they are needed. */
export class Hosts {
  readonly #available = new Map<string, Promise<true | string>>();
  readonly #places = new Map<Device, (Place | undefined)[]>();
  /** Compiled networks that nobody uses, in the order in which they were left. */
  readonly #spare = new Set<Tenant>();

  /**
   * @param perDevice threads that compute on one device; networks are spread over them.
   * @param entry what runs in the threads; another one only in tests.
   */
  constructor(
    private readonly perDevice: number,
    private readonly entry?: URL,
  ) {}

  /** Compiles a network in a host of its device, or joins those who already use it there. */
  lease(spec: ExecutableSpec): Lease {
    const { programs, ...rest } = spec;
    const key = JSON.stringify(Object.entries(rest).sort());
    const { host, tenants } = this.#placeFor(spec.device, programs, key);
    const ofNetwork = tenants.get(programs) ?? new Map<string, Tenant>();
    tenants.set(programs, ofNetwork);
    let tenant = ofNetwork.get(key);
    if (!tenant) {
      const own = new Tenant(host, spec, {
        left: () => {
          this.#spare.delete(own);
          if (ofNetwork.get(key) === own) ofNetwork.delete(key);
          if (ofNetwork.size === 0 && tenants.get(programs) === ofNetwork) tenants.delete(programs);
        },
        wanted: () => this.#spare.delete(own),
        idle: () => this.#keep(own),
      });
      ofNetwork.set(key, own);
      tenant = own;
    }
    return tenant.lease();
  }

  /** Whether an engine can compute on a device in its hosts, or why not; asked once. */
  available(engine: string, device: Device): Promise<true | string> {
    const key = `${engine} ${device}`;
    const known = this.#available.get(key);
    if (known) return known;
    const asked = this.#placeFor(device).host.available(engine, device);
    this.#available.set(key, asked);
    asked.catch(() => this.#available.delete(key));
    return asked;
  }

  #keep(tenant: Tenant): void {
    const spare = this.#spare.add(tenant);
    let bytes = 0;
    for (const { weights } of spare) bytes += weights;
    for (const oldest of spare) {
      if (bytes <= mostSpare.bytes && spare.size <= mostSpare.networks) break;
      // The one just left is kept for a moment in any case: the next solve may follow at once.
      if (oldest === tenant) break;
      bytes -= oldest.weights;
      oldest.end();
    }
  }

  /** Frees what nobody uses. */
  shrink(): void {
    for (const tenant of this.#spare) tenant.end();
  }

  /** Ends all hosts. */
  async close(): Promise<void> {
    const places = [...this.#places.values()].flat();
    this.#places.clear();
    for (const place of places)
      for (const ofNetwork of place?.tenants.values() ?? [])
        for (const tenant of ofNetwork.values()) tenant.forget();
    await Promise.all(places.map((place) => place?.host.close()));
  }

  /** Ends the threads of all hosts, whatever they do; later calls begin new ones. */
  terminate(): void {
    for (const place of [...this.#places.values()].flat()) void place?.host.terminate();
  }

  /** Where the network is compiled already, else the host of the device with the fewest; a new one for one that died. */
  #placeFor(device: Device, programs?: Programs, key = ''): Place {
    const places = this.#places.get(device) ?? new Array<Place | undefined>(this.perDevice).fill(undefined);
    this.#places.set(device, places);
    const living = places.map((place) => (place?.host.alive ? place : undefined));
    const known = living.find((place) => programs && place?.tenants.get(programs)?.has(key));
    if (known) return known;
    const load = (place: Place | undefined): number => place?.tenants.size ?? 0;
    const best = living.reduce((least, place, k) => (load(place) < load(living[least]) ? k : least), 0);
    places[best] = living[best] ?? { host: new OracleHost(this.entry), tenants: new Map() };
    return places[best];
  }
}

/** What a {@link Tenant} tells of itself. */
interface Told {
  /** It may be used no more; once. */
  left(): void;
  wanted(): void;
  /** Nobody uses it now. */
  idle(): void;
}

/** A compiled network larger than is kept is kept this long, in milliseconds. */
const moment = 5000;

/** One network compiled one way in a host, and how many use it. */
class Tenant {
  /** Bytes. */
  readonly weights: number;
  readonly #hosted: Promise<HostedNetwork>;
  /** Ends the wish for it while it is being compiled. */
  readonly #unwanted = new AbortController();
  #compiled = false;
  #users = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    host: OracleHost,
    spec: ExecutableSpec,
    private readonly told: Told,
  ) {
    this.weights = spec.programs.hessian.instructions.reduce(
      (sum, own) => sum + (own.kind === 'constant' ? own.tensor.data.byteLength : 0),
      0,
    );
    this.#hosted = host.open(spec, this.#unwanted.signal);
    this.#hosted.then(
      () => {
        this.#compiled = true;
      },
      () => this.forget(),
    );
  }

  lease(): Lease {
    clearTimeout(this.#timer);
    this.told.wanted();
    this.#users++;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      if (--this.#users === 0) this.#idle();
    };
    return { hosted: this.#hosted, release };
  }

  forget(): void {
    clearTimeout(this.#timer);
    this.told.left();
  }

  /** Frees it. */
  end(): void {
    this.forget();
    // A host that ended meanwhile has freed it already.
    this.#hosted.then((hosted) => hosted.dispose()).catch(() => {});
  }

  #idle(): void {
    if (!this.#compiled) {
      this.forget();
      this.#unwanted.abort();
      return;
    }
    const time = this.weights > mostSpare.bytes ? moment : idleTime();
    this.#timer = setTimeout(() => this.end(), time).unref();
    this.told.idle();
  }
}
