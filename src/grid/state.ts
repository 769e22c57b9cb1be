import { add, expr, type Model, multiply, type Row, sin, subtract, type Variable } from '../model/index.js';
import { type Bus, branchName, unitName } from './grid.js';
import type { BranchInNetwork, Flow, Network, UnitInNetwork } from './per-unit.js';

/** Variables of one steady state of the network, per unit and radians; flows leave the bus at their end of the branch. */
export interface StateVariables {
  /** Voltage and angle of each bus. */
  readonly v: readonly Variable[];
  readonly θ: readonly Variable[];
  /** Output of each of the state's units. */
  readonly p: readonly Variable[];
  readonly q: readonly Variable[];
  readonly pf: readonly Variable[];
  readonly qf: readonly Variable[];
  readonly pt: readonly Variable[];
  readonly qt: readonly Variable[];
}

/** Rows of one state. Multipliers of the balances are prices: what one more unit drawn there costs. */
export interface StateRows {
  readonly reference: Row;
  /** `Σ flows − Σ units + loads + shunts = 0` at each bus. */
  readonly balanceP: readonly Row[];
  readonly balanceQ: readonly Row[];
  readonly angle: readonly Row[];
  /** `p² + q² ≤ S²` at the ends of each branch; undefined where it is unlimited. */
  readonly limitFrom: readonly (Row | undefined)[];
  readonly limitTo: readonly (Row | undefined)[];
  /** `vMin ≤ v + under − over ≤ vMax`, where voltages may be violated at a price. */
  readonly voltage: readonly Row[];
}

/** What may be violated at a price, all ≥ 0. */
export interface Slack {
  /** Load not served and output too much, P and Q at each bus. */
  readonly unserved: readonly Variable[];
  readonly surplus: readonly Variable[];
  readonly unservedQ: readonly Variable[];
  readonly surplusQ: readonly Variable[];
  /** How far a voltage lies below and above its limits. */
  readonly under: readonly Variable[];
  readonly over: readonly Variable[];
  /** How far each branch's flow lies above its rating; undefined where it has none. */
  readonly overload: readonly (Variable | undefined)[];
}

/** Bounds that hold in a state: those of units' P and Q, and of voltages (`emergency` where the bus has its own). */
export interface StateLimits {
  readonly p: boolean;
  readonly q: boolean;
  readonly v: 'normal' | 'emergency' | 'none';
}

/** Variables and rows of a grid in one state, before or after a loss. */
export interface State {
  /** Which of the ratings and which limits hold. */
  readonly rating: 0 | 1 | 2;
  readonly limits: StateLimits;
  readonly units: readonly UnitInNetwork[];
  readonly branches: readonly BranchInNetwork[];
  readonly variables: StateVariables;
  readonly rows: StateRows;
  readonly slack?: Slack;
}

export interface StateOptions {
  /** Suffix of all names, for states beside the base. */
  readonly suffix?: string;
  readonly units?: readonly UnitInNetwork[];
  readonly branches?: readonly BranchInNetwork[];
  /** Which of the ratings holds: normal 0, short-term 1, emergency 2. */
  readonly rating?: 0 | 1 | 2;
  /** Default: all the normal ones. */
  readonly limits?: StateLimits;
  /** Whether balances, voltages and ratings may be violated; the caller prices the slack. */
  readonly soft?: boolean;
  readonly start?: StateStart;
}

/** Values to start from, in the order of the variables. */
export type StateStart = { readonly [Name in 'v' | 'θ' | 'p' | 'q']?: ArrayLike<number> };

/** The limits of a bus's voltage, per unit. */
export const voltageLimits = (
  bus: Bus,
  which: StateLimits['v'],
): { readonly vMin: number; readonly vMax: number } =>
  which === 'none'
    ? { vMin: Number.NEGATIVE_INFINITY, vMax: Number.POSITIVE_INFINITY }
    : ((which === 'emergency' ? bus.emergency : undefined) ?? bus);

const squared = ([x]: readonly unknown[]) => multiply(x as Variable, x as Variable);

/**
 * Adds the variables and rows of one state of the network to a model: power-flow equations in polar form, limits of
 * branches, reference angle. Without a start voltages begin at 1 and all else at 0, moved inside the bounds.
 */
export function addState(model: Model, network: Network, options: StateOptions = {}): State {
  const {
    suffix = '',
    units = network.units,
    branches = network.branches,
    rating = 0,
    limits = { p: true, q: true, v: 'normal' },
    soft = false,
    start = {},
  } = options;
  const { buses } = network;
  const list = <T>(
    symbol: string,
    of: readonly T[],
    name: (each: T) => string | number,
    box: (each: T, k: number) => { lower?: number; upper?: number; start?: number },
  ): Variable[] =>
    of.map((each, k) => {
      const {
        lower = Number.NEGATIVE_INFINITY,
        upper = Number.POSITIVE_INFINITY,
        start: at = 0,
      } = box(each, k);
      const inside = Math.min(Math.max(at, lower), upper);
      return model.variable(`${symbol}[${name(each)}]${suffix}`, { lower, upper, start: inside });
    });
  const busName = ({ bus }: (typeof buses)[number]): number => bus.id;
  const voltageBounds = ({ bus }: (typeof buses)[number]) => voltageLimits(bus, limits.v);
  const hardV = (bus: (typeof buses)[number]) => {
    const { vMin, vMax } = voltageBounds(bus);
    return soft ? { lower: 0 } : { lower: vMin, upper: vMax };
  };
  const θ = list('θ', buses, busName, (_, k) => ({ start: start.θ?.[k] ?? 0 }));
  const v = list('v', buses, busName, (bus, k) => ({ ...hardV(bus), start: start.v?.[k] ?? 1 }));
  const unit = ({ unit: each }: UnitInNetwork): string => unitName(each);
  const p = list('p', units, unit, ({ pMin, pMax }, k) => ({
    ...(limits.p && { lower: pMin, upper: pMax }),
    start: start.p?.[k] ?? 0,
  }));
  const q = list('q', units, unit, ({ qMin, qMax }, k) => ({
    ...(limits.q && { lower: qMin, upper: qMax }),
    start: start.q?.[k] ?? 0,
  }));
  const angles = start.θ;
  const flowStart = (flow: Flow, own: number, { from, to }: BranchInNetwork): number => {
    if (angles === undefined) return 0;
    const at = (k: number): number => start.v?.[k] ?? 1;
    const product = at(from) * at(to) * Math.sin(angles[from]! - angles[to]! + flow.phase);
    return flow.own * at(own) ** 2 + flow.across * product;
  };
  const flow = (name: 'pf' | 'qf' | 'pt' | 'qt'): Variable[] =>
    list(
      name,
      branches,
      ({ branch }) => branchName(branch),
      (each) => ({
        ...(!soft && { lower: -each.ratings[rating], upper: each.ratings[rating] }),
        start: flowStart(each.flows[name], name.endsWith('f') ? each.from : each.to, each),
      }),
    );
  const variables = { v, θ, p, q, pf: flow('pf'), qf: flow('qf'), pt: flow('pt'), qt: flow('qt') };
  const slack = soft ? addSlack(model, network, branches, rating, suffix) : undefined;

  const reference = model.rows(`reference${suffix}`, 1, { equals: 0 })[0]!;
  model.group(([x]) => x!, { columns: [[θ[network.reference]!]], rows: [reference] });
  const balance = addBalance(model, network, { units, branches, variables, slack, suffix });
  addFlows(model, { branches, variables, suffix });
  const angle = model.rows(`angle${suffix}`, branches.length, {
    lower: branches.map((branch) => branch.minAngle),
    upper: branches.map((branch) => branch.maxAngle),
  });
  model.group(([a, b]) => subtract(a!, b!), {
    columns: [branches.map(({ from }) => θ[from]!), branches.map(({ to }) => θ[to]!)],
    rows: angle,
  });
  const rated = (side: 'from' | 'to', ps: readonly Variable[], qs: readonly Variable[]) =>
    addLimits(model, { branches, rating, ps, qs, slack, name: `limit ${side}${suffix}` });
  const limitFrom = rated('from', variables.pf, variables.qf);
  const limitTo = rated('to', variables.pt, variables.qt);
  const voltage: Row[] = [];
  if (slack) {
    const bounds = buses.map(voltageBounds);
    voltage.push(
      ...model.rows(`voltage${suffix}`, buses.length, {
        lower: bounds.map(({ vMin }) => vMin),
        upper: bounds.map(({ vMax }) => vMax),
      }),
    );
    model.group(([x, under, over]) => subtract(add(x!, under!), over!), {
      columns: [v, slack.under, slack.over],
      rows: voltage,
    });
  }
  return {
    rating,
    limits,
    units,
    branches,
    variables,
    rows: { reference, ...balance, angle, limitFrom, limitTo, voltage },
    ...(slack && { slack }),
  };
}

function addSlack(
  model: Model,
  { buses }: Network,
  branches: readonly BranchInNetwork[],
  rating: 0 | 1 | 2,
  suffix: string,
): Slack {
  const each = (name: string) =>
    buses.map(({ bus }) => model.variable(`${name}[${bus.id}]${suffix}`, { lower: 0 }));
  return {
    unserved: each('unserved'),
    surplus: each('surplus'),
    unservedQ: each('unservedQ'),
    surplusQ: each('surplusQ'),
    under: each('under'),
    over: each('over'),
    overload: branches.map(({ branch, ratings }) =>
      ratings[rating] < Number.POSITIVE_INFINITY
        ? model.variable(`overload[${branchName(branch)}]${suffix}`, { lower: 0 })
        : undefined,
    ),
  };
}

/** Withdrawals minus injections, so that multipliers are prices. */
function addBalance(
  model: Model,
  { buses }: Network,
  {
    units,
    branches,
    variables,
    slack,
    suffix,
  }: {
    readonly units: readonly UnitInNetwork[];
    readonly branches: readonly BranchInNetwork[];
    readonly variables: StateVariables;
    readonly slack: Slack | undefined;
    readonly suffix: string;
  },
): Pick<StateRows, 'balanceP' | 'balanceQ'> {
  const { v } = variables;
  const add = (
    what: 'P' | 'Q',
    output: readonly Variable[],
    from: readonly Variable[],
    to: readonly Variable[],
    short: readonly Variable[] | undefined,
    excess: readonly Variable[] | undefined,
  ): Row[] => {
    const rows = model.rows(`balance ${what}${suffix}`, buses.length, {
      equals: buses.map(({ pd, qd }) => -(what === 'P' ? pd : qd)),
    });
    const draw = (columns: readonly Variable[], at: readonly number[], sign: 1 | -1): void =>
      model.group(([x]) => multiply(sign, x!), { columns: [columns], rows: at.map((k) => rows[k]!) });
    draw(
      output,
      units.map(({ bus }) => bus),
      -1,
    );
    draw(
      from,
      branches.map((branch) => branch.from),
      1,
    );
    draw(
      to,
      branches.map((branch) => branch.to),
      1,
    );
    const all = buses.map((_, k) => k);
    if (short) draw(short, all, -1);
    if (excess) draw(excess, all, 1);
    const admittance = buses.map(({ gs, bs }) => (what === 'P' ? gs : -bs));
    const shunts = all.filter((k) => admittance[k] !== 0);
    model.group(([x], [c]) => multiply(c!, squared([x])), {
      columns: [shunts.map((k) => v[k]!)],
      constants: [shunts.map((k) => admittance[k]!)],
      rows: shunts.map((k) => rows[k]!),
    });
    return rows;
  };
  const { p, q, pf, pt, qf, qt } = variables;
  return {
    balanceP: add('P', p, pf, pt, slack?.unserved, slack?.surplus),
    balanceQ: add('Q', q, qf, qt, slack?.unservedQ, slack?.surplusQ),
  };
}

function addFlows(
  model: Model,
  {
    branches,
    variables,
    suffix,
  }: {
    readonly branches: readonly BranchInNetwork[];
    readonly variables: StateVariables;
    readonly suffix: string;
  },
): void {
  const { v, θ } = variables;
  const all = (['pf', 'qf', 'pt', 'qt'] as const).flatMap((name) => {
    const rows = model.rows(`flow ${name}${suffix}`, branches.length, { equals: 0 });
    return branches.map((branch, k) => ({
      row: rows[k]!,
      power: variables[name][k]!,
      flow: branch.flows[name],
      own: v[name.endsWith('f') ? branch.from : branch.to]!,
      branch,
    }));
  });
  model.group(([x]) => x!, { columns: [all.map(({ power }) => power)], rows: all.map(({ row }) => row) });
  // A coefficient that is exactly 0 makes no term.
  const own = all.filter(({ flow }) => flow.own !== 0);
  model.group(([x], [c]) => multiply(-1, c!, squared([x])), {
    columns: [own.map((each) => each.own)],
    constants: [own.map(({ flow }) => flow.own)],
    rows: own.map(({ row }) => row),
  });
  model.group(
    ([vf, vt, θf, θt], [across, phase]) =>
      multiply(-1, across!, vf!, vt!, sin(add(subtract(θf!, θt!), phase!))),
    {
      columns: [
        all.map(({ branch }) => v[branch.from]!),
        all.map(({ branch }) => v[branch.to]!),
        all.map(({ branch }) => θ[branch.from]!),
        all.map(({ branch }) => θ[branch.to]!),
      ],
      constants: [all.map(({ flow }) => flow.across), all.map(({ flow }) => flow.phase)],
      rows: all.map(({ row }) => row),
    },
  );
}

function addLimits(
  model: Model,
  {
    branches,
    rating,
    ps,
    qs,
    slack,
    name,
  }: {
    readonly branches: readonly BranchInNetwork[];
    readonly rating: 0 | 1 | 2;
    readonly ps: readonly Variable[];
    readonly qs: readonly Variable[];
    readonly slack: Slack | undefined;
    readonly name: string;
  },
): (Row | undefined)[] {
  const of = ({ ratings }: BranchInNetwork): number => ratings[rating];
  const limited = branches.flatMap((branch, k) => (of(branch) < Number.POSITIVE_INFINITY ? [k] : []));
  const rated = limited.map((k) => of(branches[k]!));
  const rows = model.rows(name, limited.length, { upper: slack ? 0 : rated.map((S) => S * S) });
  for (const flows of [ps, qs]) model.group(squared, { columns: [limited.map((k) => flows[k]!)], rows });
  if (slack)
    model.group(([x], [S]) => expr`-(${S!} + ${x!})^2`, {
      columns: [limited.map((k) => slack.overload[k]!)],
      constants: [rated],
      rows,
    });
  const out: (Row | undefined)[] = branches.map(() => undefined);
  for (const [i, k] of limited.entries()) out[k] = rows[i]!;
  return out;
}
