export type { KernelCache } from './device.js';
export { cudaEngineOver } from './engine.js';
export { foreignFunctions } from './foreign.js';
export { openCuda } from './native.js';
export { type CudaPart, cudaParts } from './parts.js';
