export type { Formulation, HingeTreatment, NetworkOptions } from './network.js';
export { network } from './network.js';
export { type NetworkUse, networkUses, outputError } from './uses.js';
