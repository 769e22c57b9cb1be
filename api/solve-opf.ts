import { optionsOf } from '../src/core/given.js';
import { dcFlow } from '../src/grid/dc.js';
import { requireGrid } from '../src/grid/given.js';
import type { Grid } from '../src/grid/grid.js';
import { type Opf, type OpfOptions, opf } from '../src/grid/opf.js';
import { networkOf } from '../src/grid/per-unit.js';
import { valueAt } from '../src/grid/point.js';
import type { GridReport } from '../src/grid/report.js';
import type { StateStart } from '../src/grid/state.js';
import { isSolved } from '../src/nlp/result.js';
import { type SavedPoint, warmSettings, warmStartOf } from './grid/saved-point.js';
import type { SolveOptions } from './options.js';
import { reportOpf } from './report-opf.js';
import type { Solution } from './solution.js';
import { solve } from './solve.js';

/** Options of the power flow; all others are those of {@link solve}. */
export interface OpfSolveOptions extends Omit<SolveOptions, 'warmStart' | 'limits'> {
  /** As in {@link opf}; or `dc`: angles and outputs of the DC optimal power flow; or a saved point. */
  readonly start?: OpfOptions['start'] | 'dc' | SavedPoint;
  readonly limits?: OpfOptions['limits'];
  readonly load?: number;
}

/** A solved optimal power flow. */
export interface OpfAnswer {
  readonly opf: Opf;
  readonly solution: Solution;
  readonly report: GridReport;
  /** What the user should know of the grid and the start, a line each. */
  readonly remarks: readonly string[];
}

/**
 * States and solves the AC optimal power flow of a grid, see {@link opf}. The interior-point method keeps bounds as stated
 * (`bound_relax_factor` 0) unless told otherwise. Throws {@link InputError} for a caller's mistake.
 */
export async function solveOpf(grid: Grid, options: OpfSolveOptions = {}): Promise<OpfAnswer> {
  requireGrid(grid, 'solveOpf');
  const { start = 'flat', limits, load, ...rest } = optionsOf(options, 'solveOpf');
  const own = {
    ...(limits !== undefined && { limits }),
    ...(load !== undefined && { load }),
  };
  const { from, remark } = start === 'dc' ? await dcStart(grid, own, rest) : plainStart(start);
  const problem = opf(grid, { ...own, ...(from !== undefined && { start: from }) });
  const ours = (rest.solver ?? 'interior-point') === 'interior-point';
  const solution = await solve(problem.model, {
    ...(ours && { bound_relax_factor: 0 }),
    ...warm(problem, start, ours),
    ...rest,
  });
  return {
    opf: problem,
    solution,
    report: reportOpf(problem, solution),
    remarks: [...grid.remarks, ...problem.network.remarks, remark],
  };
}

/** A saved point as start, with options that suit it. */
function warm({ model }: Opf, start: OpfSolveOptions['start'], ours: boolean): SolveOptions {
  if (!isSaved(start)) return {};
  const given = warmStartOf(model, start);
  if (!ours) return { warmStart: given };
  const { options, warmStart } = warmSettings(model, given);
  return { ...options, warmStart };
}

const isSaved = (start: OpfSolveOptions['start']): start is SavedPoint =>
  typeof start === 'object' && 'values' in start;

function plainStart(start: Exclude<OpfSolveOptions['start'], 'dc' | undefined>): {
  readonly from?: OpfOptions['start'];
  readonly remark: string;
} {
  if (isSaved(start))
    return { remark: `Start: the saved point${start.multipliers ? ', with its multipliers' : ''}.` };
  const words = {
    flat: 'flat: voltages 1, all else 0, moved inside the limits',
    case: 'voltages, angles and outputs of the case',
  };
  return { from: start, remark: `Start: ${typeof start === 'string' ? words[start] : 'the given values'}.` };
}

/** Angles and outputs of the DC optimal power flow. */
async function dcStart(
  grid: Grid,
  { load }: { readonly load?: number },
  { onIteration: _, solver: __, ...rest }: SolveOptions,
): Promise<{ readonly from: StateStart; readonly remark: string }> {
  const network = networkOf(grid, load === undefined ? {} : { load });
  const { model, θ, p } = dcFlow(network);
  const { signal, started, max_wall_time, runtime } = rest;
  const point = await solve(model, { signal, started, max_wall_time, runtime });
  const values = (list: typeof θ): number[] => list.map((each) => valueAt(point, each));
  const ended = isSolved(point.status) ? `${point.iterations} iterations` : `not solved: ${point.status}`;
  return {
    from: { θ: values(θ), p: values(p) },
    remark: `Start: angles and outputs of the DC optimal power flow (${ended}).`,
  };
}
