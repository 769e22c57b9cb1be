import { InputError } from '../../core/errors.js';
import type { Branch, Bus } from '../../grid/grid.js';
import type { Line, Lines } from './records.js';

/** How transformers are taken. */
export interface TransformerOptions {
  /** Whether the magnetizing admittance stands at the bus, outside τ² (`psse`, default), or behind the tap (`powermodels`). */
  readonly magnetizing?: 'psse' | 'powermodels';
}

interface Surroundings {
  readonly baseMVA: number;
  readonly byId: ReadonlyMap<number, Bus>;
  readonly file: string;
}

/** Reactance of a leg of a star whose own is 0, per unit. */
const LEAST_REACTANCE = 1e-6;

/** Three windings of a transformer, or two. */
interface Winding {
  readonly bus: Bus;
  readonly line: Line;
  readonly v: number;
  /** Nominal kV; 0 in the file means the bus's. */
  readonly nominal: number;
}

/**
 * The transformer section: two windings as a branch, three as branches to a star bus. Impedances by CZ (1 system base, 2
 * winding base, 3 watts and per unit), ratios by CW (1 per unit of the bus, 2 kV, 3 per unit of NOMV), magnetizing admittance
 * by CM (1 system base, 2 watts and per unit of current).
 */
export function readTransformers(
  lines: Lines,
  around: Surroundings,
  { magnetizing = 'psse' }: TransformerOptions,
): { readonly branches: Branch[]; readonly stars: Bus[]; readonly remarks: string[] } {
  const [branches, stars, remarks]: [Branch[], Bus[], string[]] = [[], [], []];
  let last = 1;
  for (const id of around.byId.keys()) last = Math.max(last, id);
  let nextStar = 10 ** String(last).length;
  for (const head of lines.section('transformer')) {
    const three = head.whole(2, 'K', 0) !== 0;
    const impedance = lines.need("a transformer's impedances");
    const count = three ? 3 : 2;
    const windings = Array.from({ length: count }, (_, k) =>
      windingOf(head, lines.need(`winding ${k + 1} of a transformer`), k, around),
    );
    const codes = codesOf(head);
    const admittance = magnetizingOf(head, codes.CM, impedance, windings[0]!, around.baseMVA);
    const shunt = { fromShunt: admittance, shuntBeforeTap: magnetizing === 'psse' } as const;
    if (!three) branches.push(twoWindings(head, impedance, windings, codes.CW, codes.CZ, around, shunt));
    else {
      const star = starOf(windings, nextStar++, head, impedance);
      stars.push(star);
      branches.push(
        ...threeWindings(head, impedance, windings, codes.CW, codes.CZ, around, shunt, star, remarks),
      );
    }
  }
  return { branches, stars, remarks };
}

function codesOf(head: Line): { readonly CW: number; readonly CZ: number; readonly CM: number } {
  const code = (k: number, name: string, most: number): number => {
    const value = head.whole(k, name, 1);
    if (value < 1 || value > most)
      throw new InputError(`${head.at}: ${name} is ${value}; 1 to ${most} exist`);
    return value;
  };
  return { CW: code(4, 'CW', 3), CZ: code(5, 'CZ', 3), CM: code(6, 'CM', 2) };
}

function windingOf(head: Line, line: Line, k: number, { byId }: Surroundings): Winding {
  const id = Math.abs(head.whole(k, 'IJK'[k]!));
  const bus = byId.get(id);
  if (bus === undefined)
    throw new InputError(`${head.at}: a transformer is at bus ${id}, which does not exist`);
  const v = line.number(0, `WINDV${k + 1}`, 1);
  if (v <= 0) throw new InputError(`${line.at}: WINDV${k + 1} is ${v}; it must be positive`);
  return { bus, line, v, nominal: line.number(1, `NOMV${k + 1}`, 0) || bus.kV };
}

/** `[g, b]` per unit of the system at the first winding. */
function magnetizingOf(
  head: Line,
  CM: number,
  impedance: Line,
  first: Winding,
  baseMVA: number,
): readonly [number, number] {
  const [MAG1, MAG2] = [head.number(7, 'MAG1', 0), head.number(8, 'MAG2', 0)];
  if (CM === 1 || (MAG1 === 0 && MAG2 === 0)) return [MAG1, MAG2];
  // Loss in watts and current per unit of SBASE1-2, both at NOMV1.
  const volts = (kVof(first) / first.nominal) ** 2;
  const g = ((1e-6 * MAG1) / baseMVA) * volts;
  const y = MAG2 * (sbase(impedance, 2, baseMVA) / baseMVA) * volts;
  return [g, -Math.sqrt(Math.max(0, y * y - g * g))];
}

/** A bus's nominal voltage, which ratios in kV need. */
function kVof({ bus, line }: Winding): number {
  if (!(bus.kV > 0))
    throw new InputError(
      `${line.at}: bus ${bus.id} has no nominal voltage (BASKV), which this transformer needs`,
    );
  return bus.kV;
}

function sbase(impedance: Line, k: number, baseMVA: number): number {
  const value = impedance.number(k, 'SBASE', baseMVA) || baseMVA;
  if (value <= 0) throw new InputError(`${impedance.at}: SBASE is ${value} MVA`);
  return value;
}

/** `[r, x]` per unit of the system at the voltage of the winding's bus. */
function impedanceOf(
  line: Line,
  k: number,
  CZ: number,
  winding: Winding,
  baseMVA: number,
): readonly [number, number] {
  let [r, x] = [line.number(k, 'R', 0), line.number(k + 1, 'X')];
  if (CZ === 1) return [r, x];
  const S = sbase(line, k + 2, baseMVA);
  if (CZ === 3) {
    r = (1e-6 * r) / S;
    if (x < r) throw new InputError(`${line.at}: the impedance ${x} is below its resistance ${r} per unit`);
    x = Math.sqrt(x * x - r * r);
  }
  const factor =
    (baseMVA / S) * (winding.nominal === winding.bus.kV ? 1 : (winding.nominal / kVof(winding)) ** 2);
  return [r * factor, x * factor];
}

/** The ratio of one winding, per unit of its bus's voltage. */
function ratioOf(winding: Winding, CW: number): number {
  if (CW === 1) return winding.v;
  return CW === 2 ? winding.v / kVof(winding) : (winding.v * winding.nominal) / kVof(winding);
}

type Shunt = Pick<Branch, 'fromShunt' | 'shuntBeforeTap'>;

const limits = {
  minAngle: Number.NEGATIVE_INFINITY,
  maxAngle: Number.POSITIVE_INFINITY,
} as const;

const ratingsOf = ({ line }: Winding): [number, number, number] =>
  ['RATA', 'RATB', 'RATC'].map((name, k) => line.number(3 + k, name, 0) || Number.POSITIVE_INFINITY) as [
    number,
    number,
    number,
  ];

function twoWindings(
  head: Line,
  impedance: Line,
  [first, second]: readonly Winding[],
  CW: number,
  CZ: number,
  { baseMVA }: Surroundings,
  shunt: Shunt,
): Branch {
  const [r, x] = impedanceOf(impedance, 0, CZ, first!, baseMVA);
  const w2 = ratioOf(second!, CW);
  return {
    from: first!.bus.id,
    to: second!.bus.id,
    circuit: head.text(3, '1'),
    on: head.whole(11, 'STAT', 1) === 1 && first!.bus.on && second!.bus.on,
    r: r * w2 ** 2,
    x: x * w2 ** 2,
    ...shunt,
    toShunt: [0, 0],
    tap: ratioOf(first!, CW) / w2,
    shift: first!.line.number(2, 'ANG1', 0),
    ratings: ratingsOf(first!),
    ...limits,
    at: head.at,
  };
}

/** STAT of three windings: which are off. */
const offBy: Readonly<Record<number, readonly number[]>> = { 0: [0, 1, 2], 1: [], 2: [1], 3: [2], 4: [0] };

/** `Z₁ = (Z₁₂ + Z₃₁ − Z₂₃)/2` and so on, each between its bus and the star. */
function threeWindings(
  head: Line,
  impedance: Line,
  windings: readonly Winding[],
  CW: number,
  CZ: number,
  { baseMVA }: Surroundings,
  shunt: Shunt,
  star: Bus,
  remarks: string[],
): Branch[] {
  const pairs = windings.map((winding, k) => impedanceOf(impedance, 3 * k, CZ, winding, baseMVA));
  const off = offBy[head.whole(11, 'STAT', 1)];
  if (off === undefined) throw new InputError(`${head.at}: STAT is ${head.text(11)}; 0 to 4 exist`);
  return windings.map((winding, k) => {
    const [own, opposite, other] = [pairs[k]!, pairs[(k + 1) % 3]!, pairs[(k + 2) % 3]!];
    const [r, x] = [0, 1].map((i) => (own[i]! + other[i]! - opposite[i]!) / 2) as [number, number];
    if (x === 0)
      remarks.push(
        `${head.at}: winding ${k + 1} of a transformer has no reactance of its own: ${LEAST_REACTANCE} is taken`,
      );
    return {
      from: winding.bus.id,
      to: star.id,
      circuit: head.text(3, '1'),
      on: !off.includes(k) && winding.bus.on && star.on,
      r,
      x: x === 0 ? LEAST_REACTANCE : x,
      ...(k === 0 ? shunt : { fromShunt: [0, 0] as const }),
      toShunt: [0, 0],
      tap: ratioOf(winding, CW),
      shift: winding.line.number(2, `ANG${k + 1}`, 0),
      ratings: ratingsOf(winding),
      ...limits,
      at: head.at,
    };
  });
}

function starOf(windings: readonly Winding[], id: number, head: Line, impedance: Line): Bus {
  const buses = windings.map(({ bus }) => bus);
  const low = Math.min(...buses.map(({ vMin }) => vMin));
  const high = Math.max(...buses.map(({ vMax }) => vMax));
  return {
    id,
    name: `star of ${buses.map((bus) => bus.id).join('-')}/${head.text(3, '1')}`,
    on: head.whole(11, 'STAT', 1) !== 0 && buses.some(({ on }) => on),
    area: buses[0]!.area,
    kV: buses[0]!.kV,
    v: impedance.number(9, 'VMSTAR', 1),
    angle: impedance.number(10, 'ANSTAR', 0),
    vMin: low,
    vMax: high,
    emergency: { vMin: low, vMax: high },
    at: head.at,
  };
}
