import { InputError } from '../core/errors.js';
import { listOf, numberOf, optionsOf, partsOf, told } from '../core/given.js';
import type { GridDynamics } from './dynamics.js';
import { requireGrid } from './given.js';
import { type Grid, unitName } from './grid.js';

/** The moment before the loss. */
export interface Dispatch {
  /** MW by unit name; units that are not named produce nothing and do not respond. */
  readonly outputs: ReadonlyMap<string, number>;
  readonly loadMW: number;
}

/** Length and step of a simulation. */
export interface SimulationOptions {
  /** Seconds; default 0.01 and 10. */
  readonly step?: number;
  readonly seconds?: number;
  /** Whether valves stay between closed and the unit's largest output. Default true. */
  readonly valveLimits?: boolean;
}

/** How the frequency went after a loss. */
export interface FrequencyCourse {
  readonly time: Float64Array;
  /** Hz. */
  readonly frequency: Float64Array;
  /** The lowest, between the steps by a parabola, and when it was. */
  readonly lowest: number;
  readonly lowestAt: number;
  /** At the first moment, Hz/s. */
  readonly rateOfChange: number;
}

interface Turbine {
  readonly p: number;
  /** Most that the valve lets through, and MW of valve per relative frequency, per unit. */
  readonly pMax: number;
  readonly gain: number;
  readonly F: number;
  readonly TG: number;
  readonly TCH: number;
  readonly TRH: number;
}

/** Valve, chest and reheater of each turbine follow the frequency in the state. */
const STATES = 3;

/**
 * The common frequency after the loss of units, per unit of baseMVA, `w = Δf/f₀`, i over the units left:
 *
 *     M ẇ = Σ (F c_i + (1−F) r_i − p_i) − p_lost − D·Pd·w,   M = 2 Σ H_i S_i
 *     v̇_i = (p_i − (S_i/R) w − v_i)/T_G within [0, p̄_i],   ċ = (v − c)/T_CH,   ṙ = (c − r)/T_RH
 *
 * by the classical Runge-Kutta method; a time constant of 0 makes its state follow at once. Throws {@link InputError} where a
 * unit is unknown or nothing is left to turn.
 */
export function simulateLoss(
  grid: Grid,
  dynamics: GridDynamics,
  dispatch: Dispatch,
  lost: readonly string[],
  options: SimulationOptions = {},
): FrequencyCourse {
  requireGrid(grid, 'simulateLoss');
  partsOf(dynamics, 'simulateLoss: the dynamics', ['units']);
  const { outputs, loadMW } = partsOf(dispatch, 'simulateLoss: the dispatch', ['outputs']);
  if (!(outputs instanceof Map)) throw new InputError('simulateLoss: outputs is no Map of MW by unit name');
  for (const [name, MW] of outputs) numberOf(MW, `simulateLoss: the output of unit ${told(name)}`);
  numberOf(loadMW, 'simulateLoss: loadMW');
  const names = ['step', 'seconds', 'valveLimits'] as const;
  const { step = 0.01, seconds = 10, valveLimits = true } = optionsOf(options, 'simulateLoss', names);
  for (const [name, value] of [
    ['step', step],
    ['seconds', seconds],
  ] as const)
    if (!(numberOf(value, `simulateLoss: ${name}`) > 0))
      throw new InputError(`simulateLoss: ${name} is ${value}, not above 0`);
  if (seconds / step > 1e7)
    throw new InputError(`simulateLoss: ${seconds} s in steps of ${step} s are too many`);
  const base = grid.baseMVA;
  const units = new Map(grid.units.map((unit) => [unitName(unit), unit]));
  for (const name of [...outputs.keys(), ...listOf(lost, 'simulateLoss: the lost units')])
    if (!units.has(name)) throw new InputError(`unit ${String(name)} does not exist in grid ${grid.name}`);
  for (const name of lost)
    if (!outputs.has(name)) throw new InputError(`unit ${name} is not in service: it cannot be lost`);
  const turbines: Turbine[] = [];
  let M = 0;
  let shortage = 0;
  for (const [name, MW] of outputs) {
    if (lost.includes(name)) {
      shortage += MW / base;
      continue;
    }
    const { MVA, H, R, F, TG, TCH, TRH } = dynamics.units.get(name)!;
    M += (2 * H * MVA) / base;
    const pMax = valveLimits ? units.get(name)!.maxMW / base : Number.POSITIVE_INFINITY;
    turbines.push({ p: MW / base, pMax, gain: MVA / base / R, F, TG, TCH, TRH });
  }
  if (turbines.length === 0) throw new InputError('no unit is left in service after this loss');
  const least = valveLimits ? 0 : Number.NEGATIVE_INFINITY;
  const damping = (dynamics.D * loadMW) / base;

  const size = 1 + STATES * turbines.length;
  const state = new Float64Array(size);
  for (const [i, { p }] of turbines.entries()) state.fill(p, 1 + STATES * i, 1 + STATES * (i + 1));
  const count = turbines.length;
  // The loop below runs some 10⁸ times when samples are made: no iterators there.
  const rate = (at: Float64Array, out: Float64Array): void => {
    const w = at[0]!;
    let power = -shortage - damping * w;
    for (let i = 0; i < count; i++) {
      const { p, pMax, gain, F, TG, TCH, TRH } = turbines[i]!;
      const k = 1 + STATES * i;
      const wanted = p - gain * w;
      const v = TG > 0 ? at[k]! : Math.min(pMax, Math.max(least, wanted));
      const c = TCH > 0 ? at[k + 1]! : v;
      const r = TRH > 0 ? at[k + 2]! : c;
      let opening = TG > 0 ? (wanted - v) / TG : 0;
      if ((v >= pMax && opening > 0) || (v <= least && opening < 0)) opening = 0;
      out[k] = opening;
      out[k + 1] = TCH > 0 ? (v - c) / TCH : 0;
      out[k + 2] = TRH > 0 ? (c - r) / TRH : 0;
      power += F * c + (1 - F) * r - p;
    }
    out[0] = power / M;
  };

  const steps = Math.round(seconds / step);
  const time = Float64Array.from({ length: steps + 1 }, (_, k) => k * step);
  const frequency = new Float64Array(steps + 1);
  frequency[0] = dynamics.hertz;
  const slopes = Array.from({ length: 4 }, () => new Float64Array(size));
  const [a, b, c, d] = slopes as [Float64Array, Float64Array, Float64Array, Float64Array];
  const trial = new Float64Array(size);
  for (let n = 1; n <= steps; n++) {
    rate(state, slopes[0]!);
    for (let stage = 0; stage < 3; stage++) {
      const slope = slopes[stage]!;
      const part = stage < 2 ? step / 2 : step;
      for (let k = 0; k < size; k++) trial[k] = state[k]! + part * slope[k]!;
      rate(trial, slopes[stage + 1]!);
    }
    for (let k = 0; k < size; k++) state[k]! += (step / 6) * (a[k]! + 2 * b[k]! + 2 * c[k]! + d[k]!);
    for (let i = 0; i < count; i++) {
      const k = 1 + STATES * i;
      state[k] = Math.min(turbines[i]!.pMax, Math.max(least, state[k]!));
    }
    frequency[n] = dynamics.hertz * (1 + state[0]!);
  }
  return { time, frequency, ...lowestOf(time, frequency), rateOfChange: (-dynamics.hertz * shortage) / M };
}

function lowestOf(
  time: Float64Array,
  frequency: Float64Array,
): { readonly lowest: number; readonly lowestAt: number } {
  const k = frequency.reduce((best, f, n) => (f < frequency[best]! ? n : best), 0);
  if (k === 0 || k === frequency.length - 1) return { lowest: frequency[k]!, lowestAt: time[k]! };
  const [a, b, c] = [frequency[k - 1]!, frequency[k]!, frequency[k + 1]!];
  const curvature = a - 2 * b + c;
  const shift = curvature > 0 ? (a - c) / (2 * curvature) : 0;
  return {
    lowest: b - (curvature * shift * shift) / 2,
    lowestAt: time[k]! + shift * (time[1]! - time[0]!),
  };
}
