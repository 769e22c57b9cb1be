import { loadIpopt } from './library.js';
import { SystemIpopt } from './system.js';

export type { IpoptOptions } from './options.js';
export { openIpoptWasm, type WasmIpopt } from './wasm.js';

/** Ipopt as installed on this machine, behind the solver contract. Throws InputError with the install line if absent. */
export async function openIpopt(): Promise<SystemIpopt> {
  return new SystemIpopt(await loadIpopt());
}
