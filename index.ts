import './runtime/node/provide.js';

export {
  type CheckOptions,
  type CheckReport,
  checkNetwork,
  type Finding,
} from './api/check.js';
export {
  type DiagnosedEngine,
  type DiagnosedPart,
  type DiagnoseOptions,
  type Diagnosis,
  diagnose,
} from './api/diagnose.js';
export {
  type MultistartAnswer,
  type MultistartOptions,
  multistart,
  type Optimum,
} from './api/multistart.js';
export { type NlSolveOptions, sortNlOptions } from './api/nl-options.js';
export { type Derivatives, type Oracle, type OracleOptions, openOracle } from './api/oracle.js';
export { type PreparedModel, type PreparedSolveOptions, prepare } from './api/prepare.js';
export { solveQpFile } from './api/qp/solve-qp-file.js';
export { readSavedPoint } from './api/read-saved-point.js';
export { solve } from './api/solve.js';
export {
  type ManyItem,
  type ManyOptions,
  type ManyOutcome,
  type ManyProgress,
  solveMany,
} from './api/solve-many.js';
export { type NlAnswer, solveNl } from './api/solve-nl.js';
export { type OpfAnswer, type OpfSolveOptions, solveOpf } from './api/solve-opf.js';
export * from './browser.js';
export { digest, weightsDigest } from './runtime/node/digest.js';
export { loadNetwork, type NetworkFileOptions, type NetworkSource } from './runtime/node/load-network.js';
export type { MachineFacts } from './runtime/node/machine.js';
export type { NlReading } from './runtime/node/nl-source.js';
export { type PsseFiles, readContingencyFile, readMatpower, readPsse } from './runtime/node/read-grid.js';
export { readJson } from './runtime/node/read-json.js';
export { readNl, readNlHeader } from './runtime/node/read-nl.js';
export { readSafetensors } from './runtime/node/read-safetensors.js';
export { openRuntime, type Runtime, type RuntimeOptions, shutdown } from './runtime/node/runtime.js';
export { saveNl } from './runtime/node/save-nl.js';
export { openIpopt, openIpoptWasm } from './solvers/ipopt/index.js';
export type { IpoptOptions } from './solvers/ipopt/options.js';
export type { SystemIpopt } from './solvers/ipopt/system.js';
export type { WasmIpopt } from './solvers/ipopt/wasm.js';
export type { SafetensorsOptions } from './src/network/read/safetensors.js';
