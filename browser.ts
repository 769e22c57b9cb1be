// What needs no Node: the package's entry for browsers.

export { type BoundsOptions, bounds, type LayerBounds, type NetworkBounds } from './api/bounds.js';
export type { EngineSummary, NetworkChoice } from './api/engine.js';
export { type ExportOptions, exportDerivatives } from './api/export.js';
export { type FormulationSizes, formulationSizes } from './api/formulation-sizes.js';
export type { SavedPoint } from './api/grid/saved-point.js';
export type { NetworkSummary, UseError } from './api/network-error.js';
export type { NetworkReport } from './api/network-report.js';
export type { NetworkTeller } from './api/network-teller.js';
export type { SortedNlOptions } from './api/nl-options.js';
export {
  type Dynamics,
  type Integrator,
  type Named,
  type Ocp,
  type OcpOptions,
  ocp,
  type Signal,
  type StateSignal,
  type Trajectory,
} from './api/ocp.js';
export type { SolveOptions, SolveWatch } from './api/options.js';
export { ipoptProgressPrinter, progressPrinter } from './api/progress.js';
export {
  type QpCotangent,
  type QpElement,
  type QpElementGradient,
  type QpOptions,
  type QpProblem,
  type QpReport,
  solveQps,
} from './api/qp/solve-qps.js';
export { reportOpf } from './api/report-opf.js';
export { type FrequencySlopes, reportScopf, type SecurityReport } from './api/report-scopf.js';
export type { Saved, SavedNumbers, SavedSolution } from './api/saved-solution.js';
export {
  type Frequency,
  PRICE_OF_FREQUENCY,
  type SecuredFlow,
  type SecuredOptions,
  type SurrogateInput,
  scopf,
  surrogateInputs,
} from './api/scopf.js';
export {
  AdjointSensitivity,
  type Cotangent,
  Sensitivity,
  type SensitivityParameters,
} from './api/sensitivity.js';
export type { Shift } from './api/shift.js';
export type { Solution } from './api/solution.js';
export { solveHere } from './api/solve-here.js';
export {
  type AdoptedOptions,
  adoptIpoptOptions,
  nearestOption,
  optionRows,
  parseInteriorPointOption,
  readOption,
} from './api/solver-options.js';
export { type NdArrayView, type Nested, Values } from './api/values.js';
export type { StartFrom } from './api/warm-start.js';

import './runtime/quadratic.js';

export * from './layers/index.js';
export type { HostStatistics } from './runtime/service.js';
export type { SolverName } from './runtime/solvers.js';
export { solverNames } from './runtime/solvers.js';
export type { Sizes } from './runtime/task.js';
export {
  type InteriorPointOptions,
  interiorPoint,
  options as interiorPointOptions,
} from './solvers/interior-point/index.js';
export type { ColumnParameter } from './solvers/kkt/columns.js';
export {
  type DerivativeAnswer,
  type DerivativeRequest,
  type ParameterDerivative,
  type SolutionDerivative,
  type SolutionSeed,
  sensitivity,
} from './solvers/kkt/index.js';
export { Budget, type BudgetLimit, type BudgetLimits, budgetTable } from './src/core/budget.js';
export type { Bytes } from './src/core/bytes.js';
export { EvaluationError, InputError, isOutOfMemory, OutOfMemoryError, Stopped } from './src/core/errors.js';
export type { Limits } from './src/core/limits.js';
// What the types above are made of.
export type { Option } from './src/core/options.js';
export {
  between,
  flag,
  integer,
  type OptionRow,
  type OptionTable,
  type OptionValues,
} from './src/core/options.js';
export { oneLine, shown, shownJson } from './src/core/shown.js';
export type { Piece, PieceShape } from './src/core/structure/piece.js';
export type { Structure } from './src/core/structure/structure.js';
export type { DeriveOptions } from './src/derive/derive.js';
export { derive } from './src/derive/derive.js';
export { flops } from './src/derive/flops.js';
export type { Program, Programs } from './src/derive/program.js';
export type { EngineChoice } from './src/engine/choose.js';
export type { Device, Precision } from './src/engine/contract.js';
export type { OnnxFileBytes } from './src/engine/onnx/derivatives.js';
export { type EngineName, engineNames } from './src/engine/open.js';
export {
  argmaxAtLeast,
  type EvaluateOptions,
  evaluate,
  type Formulation,
  type HingeTreatment,
  type InputsByName,
  type NetworkOptions,
  type NetworkScaling,
  network,
  type Points,
  type QuadraticTreatment,
  removeNetwork,
  type Standardization,
} from './src/formulate/index.js';
export { contingencyText, singleOutages } from './src/grid/contingencies.js';
export { dynamicsOf, type GridDynamics, type UnitDynamics } from './src/grid/dynamics.js';
export type { Exceeded } from './src/grid/exceeded.js';
export type * from './src/grid/grid.js';
export { branchName, unitName } from './src/grid/grid.js';
export { type Opf, type OpfOptions, opf } from './src/grid/opf.js';
export type {
  BranchInNetwork,
  BusInNetwork,
  Network as GridNetwork,
  UnitInNetwork,
} from './src/grid/per-unit.js';
export type { BranchReport, BusReport, GridReport, UnitReport } from './src/grid/report.js';
export type { ContingencyState, Scopf, ScopfOptions, Within as ScopfWithin } from './src/grid/scopf.js';
export type { ContingencyReport } from './src/grid/security.js';
export {
  type Dispatch,
  type FrequencyCourse,
  type SimulationOptions,
  simulateLoss,
} from './src/grid/simulate.js';
export type {
  Slack as GridSlack,
  State as GridState,
  StateLimits as GridLimits,
  StateRows as GridRows,
  StateStart as GridStart,
  StateVariables as GridVariables,
} from './src/grid/state.js';
export * from './src/model/index.js';
export type { BoundsMethod } from './src/network/bounds/bounds.js';
export type { Box } from './src/network/bounds/region.js';
export { type DenseActivation, type DenseLayer, dense } from './src/network/dense.js';
export { describe, type NodeRow } from './src/network/describe.js';
export type * from './src/network/graph.js';
export type { NetworkEnds } from './src/network/read/ends.js';
export { type KerasFile, readKeras, readKerasHdf5 } from './src/network/read/keras.js';
export type { External } from './src/network/read/onnx/external.js';
export { type OnnxFile, type OnnxOptions, readOnnx } from './src/network/read/onnx.js';
export type { TfjsArtifacts } from './src/network/read/tfjs.js';
export { fromTfjs, type ReadOptions, type TfjsModel } from './src/network/read/tfjs.js';
export { setTrainingRange, type TrainingRange, trainingRange } from './src/network/training.js';
export { assemble } from './src/nlp/assemble.js';
export type { Bounds, Nlp } from './src/nlp/contract.js';
export type * from './src/nlp/result.js';
export { isSolved } from './src/nlp/result.js';
export type { Iteration, Monitor, Solver, WarmStart } from './src/nlp/solver.js';
export type { BoxShape, GrayBox, OracleStatistics, Order, Slot } from './src/oracle/contract.js';
export { type MatpowerOptions, readMatpowerText } from './src/read/matpower.js';
export type { NlNames } from './src/read/nl/names.js';
export type { UserScaling } from './src/read/nl/scaling.js';
export type { Suffix, SuffixTarget } from './src/read/nl/suffixes.js';
export type { InitialMultipliers } from './src/read/nl/warm-start.js';
export { type NlTexts, writeNl } from './src/read/nl/write.js';
export type { NlSurroundings } from './src/read/nl.js';
export { type NlFile, type NlHeader, type NlOptions, readNlBytes } from './src/read/nl.js';
export type { SourceText } from './src/read/psse/records.js';
export type { TransformerOptions } from './src/read/psse/transformers.js';
export { type PsseOptions, type PsseTexts, readPsseTexts } from './src/read/psse.js';
