export type { Formulation, HingeTreatment, NetworkOptions } from './network.js';
export { network } from './network.js';
