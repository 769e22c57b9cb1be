export type { KernelCache } from './device.js';
export { cudaEngineOver } from './engine.js';
export { openCuda } from './native.js';
