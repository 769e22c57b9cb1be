import { recordOf } from '../core/given.js';
/** Where something was read, `FILE:LINE`, for messages; absent where a program made it. */
export interface Located {
  readonly at?: string;
}

/** A function of a unit's output, $/h of MW (of MVAr for reactive output). */
export type Cost =
  /** `Σ coefficients[k] · MWᵏ`. */
  | ({ readonly kind: 'polynomial'; readonly coefficients: readonly number[] } & Located)
  /** Linear between points (MW, $/h), MW ascending, slopes ascending and none below 0; the outer segments go on. */
  | ({ readonly kind: 'piecewise'; readonly points: readonly (readonly [number, number])[] } & Located);

/** A node of a grid. */
export interface Bus extends Located {
  readonly id: number;
  readonly name?: string;
  /** False where the bus is out of service with all that it carries. */
  readonly on: boolean;
  readonly area: number;
  readonly kV: number;
  /** Voltage of the file, per unit and degrees. */
  readonly v: number;
  readonly angle: number;
  /** Bounds of the voltage, per unit; `emergency` after a contingency. */
  readonly vMin: number;
  readonly vMax: number;
  readonly emergency?: { readonly vMin: number; readonly vMax: number };
}

/** A generating unit. */
export interface Unit extends Located {
  readonly bus: number;
  /** Told apart within a bus by a text. */
  readonly id: string;
  readonly on: boolean;
  /** Output of the file. */
  readonly MW: number;
  readonly MVAr: number;
  readonly minMW: number;
  readonly maxMW: number;
  readonly minMVAr: number;
  readonly maxMVAr: number;
  readonly MVA: number;
  /** Absent where nothing is known: then it cannot be dispatched. */
  readonly cost?: Cost;
  readonly reactiveCost?: Cost;
  /** Participation factor α: MW that it adds per unit of response after the loss of another. */
  readonly response?: number;
}

/** What is consumed at a bus. */
export interface Load extends Located {
  readonly bus: number;
  readonly id: string;
  readonly on: boolean;
  readonly MW: number;
  readonly MVAr: number;
}

/** An admittance at a bus. */
export interface Shunt extends Located {
  readonly bus: number;
  readonly id: string;
  readonly on: boolean;
  /** Consumed at v = 1. */
  readonly MW: number;
  /** Injected at v = 1. */
  readonly MVAr: number;
  /** Of a shunt that can be switched: the MVAr that its steps reach. */
  readonly range?: readonly [number, number];
}

/** A line or a transformer; its tap is on the `from` side. Impedances and admittances per unit on the grid's base. */
export interface Branch extends Located {
  readonly from: number;
  readonly to: number;
  /** Tells parallel branches apart. */
  readonly circuit: string;
  readonly on: boolean;
  readonly r: number;
  readonly x: number;
  /** Charging or magnetizing admittance at each end, `[g, b]`. */
  readonly fromShunt: readonly [number, number];
  readonly toShunt: readonly [number, number];
  /** Whether the admittance at `from` stands before the tap, so that it is not divided by τ² (as in PSS/E). */
  readonly shuntBeforeTap?: boolean;
  /** Ratio τ, 1 for a line. */
  readonly tap: number;
  /** Phase shift φ in degrees. */
  readonly shift: number;
  /** MVA: normal, short-term, emergency; Infinity where unlimited. */
  readonly ratings: readonly [number, number, number];
  /** Bounds of θ_from − θ_to in degrees; infinite where there are none. */
  readonly minAngle: number;
  readonly maxAngle: number;
}

/** A loss that the grid must survive. */
export interface Contingency extends Located {
  readonly name: string;
  readonly lost: readonly (
    | { readonly kind: 'unit'; readonly bus: number; readonly id: string }
    | { readonly kind: 'branch'; readonly from: number; readonly to: number; readonly circuit: string }
  )[];
}

/** A power grid in the units of the trade: MW, MVAr, MVA, degrees, $/h; `per-unit.ts` converts. */
export interface Grid {
  readonly name: string;
  readonly baseMVA: number;
  /** Bus whose angle is 0. */
  readonly reference: number;
  readonly buses: readonly Bus[];
  readonly units: readonly Unit[];
  readonly loads: readonly Load[];
  readonly shunts: readonly Shunt[];
  readonly branches: readonly Branch[];
  readonly contingencies: readonly Contingency[];
  /** What a reader left out, extended or took for granted, a line each. */
  readonly remarks: readonly string[];
}

/** How messages and tables call them. */
export const unitName = (unit: Pick<Unit, 'bus' | 'id'>): string => {
  const { bus, id } = recordOf(unit, 'unitName: the unit');
  return `${bus}/${id}`;
};
/** `from-to`, with `/circuit` where that is not 1. */
export const branchName = (branch: Pick<Branch, 'from' | 'to' | 'circuit'>): string => {
  const { from, to, circuit } = recordOf(branch, 'branchName: the branch');
  return circuit === '1' ? `${from}-${to}` : `${from}-${to}/${circuit}`;
};
