import type { Programs } from '../../src/derive/program.js';
import type { Device } from '../../src/engine/contract.js';
import type { ExecutableSpec } from '../task.js';
import { type HostedNetwork, OracleHost } from './host.js';

/** A compiled network nobody uses is kept this long, in milliseconds, for the next solve. */
const linger = 5000;

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
      const own = new Tenant(host, spec, () => {
        if (ofNetwork.get(key) === own) ofNetwork.delete(key);
        if (ofNetwork.size === 0 && tenants.get(programs) === ofNetwork) tenants.delete(programs);
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

/** One network compiled one way in a host, and how many use it. */
class Tenant {
  readonly #hosted: Promise<HostedNetwork>;
  /** Ends the wish for it while it is being compiled. */
  readonly #unwanted = new AbortController();
  #compiled = false;
  #users = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param left called once when it may be used no more. */
  constructor(
    host: OracleHost,
    spec: ExecutableSpec,
    private readonly left: () => void,
  ) {
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
    this.left();
  }

  #idle(): void {
    if (!this.#compiled) {
      this.forget();
      this.#unwanted.abort();
      return;
    }
    this.#timer = setTimeout(() => {
      this.forget();
      // A host that ended meanwhile has freed it already.
      this.#hosted.then((hosted) => hosted.dispose()).catch(() => {});
    }, linger).unref();
  }
}
