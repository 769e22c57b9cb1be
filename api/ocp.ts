import { InputError } from '../src/core/errors.js';
import { functionOf, numberOf, optionsOf, told, wholeOf } from '../src/core/given.js';
import { network } from '../src/formulate/index.js';
import {
  add,
  concat,
  divide,
  type Expression,
  eq,
  Model,
  multiply,
  type Operand,
  type ParameterArray,
  type Relation,
  type RowArray,
  sum,
  type VariableArray,
} from '../src/model/index.js';
import type { Network } from '../src/network/graph.js';
import { isNetwork } from './boxes.js';
import { plotTrajectory } from './ocp-plot.js';
import type { Solution } from './solution.js';

/** Bounds and start of a state or a control, the same at all times. */
export interface Signal {
  readonly lower?: number;
  readonly upper?: number;
  readonly start?: number;
}

/** Bounds, beginning and end of a state. */
export interface StateSignal extends Signal {
  /** Its value at the beginning: a parameter of the model, in `initial`. Left out: free. */
  readonly initial?: number;
  /** Its value at the end. Left out: free. */
  readonly final?: number;
}

/** Operands by name. */
export type Named<Names extends string> = { readonly [Name in Names]: Operand };

/** `ẋ = f(x, u, t)`, or the next x where time is discrete; in the order of states too, as a list. */
export type Dynamics<X extends string, U extends string> = (
  x: Named<X>,
  u: Named<U>,
  t: Operand,
) => Named<X> | readonly Operand[];

/** A problem of optimal control. */
export interface OcpOptions<X extends string, U extends string> {
  readonly name?: string;
  readonly states: { readonly [Name in X]: StateSignal };
  readonly controls: { readonly [Name in U]: Signal };
  /** Steps; and how long they are in all, a number or bounds and start where that is free. Default: one unit a step. */
  readonly horizon: {
    readonly steps: number;
    readonly duration?: number | (Signal & { readonly start: number });
  };
  /** A function of formulas; or a network of the states and then the controls, in their order. */
  readonly dynamics: Dynamics<X, U> | Network;
  /**
   * How a step follows from the dynamics: `rk4`, `euler` and `trapezoidal` take them as `ẋ`, `discrete` as the next x.
   * Default `rk4` for functions and `discrete` for networks.
   */
  readonly integrator?: Integrator;
  /** Integrated over time (summed over steps where time is discrete), at the beginning of every step. */
  readonly cost?: (x: Named<X>, u: Named<U>, t: Operand) => Operand;
  /** Of the last state; of the duration where that is free. */
  readonly terminal?: (x: Named<X>, duration: Operand) => Operand;
  /** Relations that hold at the beginning of every step. */
  readonly constraints?: (x: Named<X>, u: Named<U>, t: Operand) => Relation | readonly Relation[];
}

const optionNames: readonly (keyof OcpOptions<never, never>)[] = [
  ...(['name', 'states', 'controls', 'horizon', 'dynamics'] as const),
  ...(['integrator', 'cost', 'terminal', 'constraints'] as const),
];
const ofSignal: readonly (keyof Signal)[] = ['lower', 'upper', 'start'];
const ofState: readonly (keyof StateSignal)[] = [...ofSignal, 'initial', 'final'];

/** How an end of a step follows from its beginning. */
export type Integrator = 'rk4' | 'euler' | 'trapezoidal' | 'discrete';

const integrators: readonly Integrator[] = ['rk4', 'euler', 'trapezoidal', 'discrete'];

/** Times with the values of every signal there: states at `steps + 1` times, controls at `steps`. */
export interface Trajectory<X extends string, U extends string> {
  readonly t: Float64Array;
  readonly states: { readonly [Name in X]: Float64Array };
  readonly controls: { readonly [Name in U]: Float64Array };
}

/** An optimal-control problem as a model. */
export interface Ocp<X extends string, U extends string> {
  readonly model: Model;
  /** `steps + 1` values each. */
  readonly states: { readonly [Name in X]: VariableArray<1> };
  /** `steps` values each, constant over their step. */
  readonly controls: { readonly [Name in U]: VariableArray<1> };
  /** Initial values in the order of the states that have one; undefined where none has. */
  readonly initial: ParameterArray<1> | undefined;
  /** The rows that make each state follow. */
  readonly dynamics: { readonly [Name in X]: RowArray<1> };
  /** The duration: a variable where it is free. */
  readonly duration: Operand;
  trajectory(solution: Solution): Trajectory<X, U>;
  /** States and controls over time, as an SVG picture. */
  plot(solution: Solution): string;
}

/**
 * States an optimal-control problem by direct multiple shooting: a variable for every state at every step, controls that are
 * constant over a step, and rows that make each state the end of the step before it. Add to its model what you like before it
 * is solved; for control in closed loop `prepare` it, and solve it with `parameters: { initial }`, `warmStart` and `shift: 1`.
 */
export function ocp<const X extends string, const U extends string>(options: OcpOptions<X, U>): Ocp<X, U> {
  const { name = 'ocp', horizon, dynamics, ...given } = optionsOf(options, 'ocp', optionNames);
  const { states: stateSignals, controls: controlSignals, cost, terminal, constraints } = given;
  const byNet = isNetwork(dynamics);
  if (!byNet && typeof dynamics !== 'function')
    throw new InputError(`ocp: dynamics is ${told(dynamics)}, neither a function nor a network`);
  const integrator = given.integrator ?? (byNet ? 'discrete' : 'rk4');
  if (!integrators.includes(integrator))
    throw new InputError(`ocp: unknown integrator ${told(integrator)}; use ${integrators.join(', ')}`);
  for (const [key, f] of Object.entries({ cost, terminal, constraints })) functionOf(f, `ocp: ${key}`);
  const { steps, duration: long } = optionsOf(horizon, 'ocp: horizon', ['steps', 'duration']);
  const N = wholeOf(steps, 'ocp: horizon.steps', 1, 1e6);
  const stateNames = Object.keys(optionsOf(stateSignals, 'ocp: states')) as X[];
  const controlNames = Object.keys(optionsOf(controlSignals, 'ocp: controls')) as U[];
  if (stateNames.length === 0) throw new InputError('ocp: there is no state');
  if (byNet) checkNetwork(dynamics, stateNames.length, controlNames.length);

  const model = new Model(name);
  const duration = durationOf(model, long, N, integrator);
  const h = divide(duration, N);
  const started = stateNames.filter((own) => stateSignals[own].initial !== undefined);
  const initial =
    started.length === 0
      ? undefined
      : model.parameter(
          'initial',
          [started.length],
          started.map((own) => numberOf(stateSignals[own].initial, `ocp: initial of state '${own}'`)),
        );
  const arrays = <Name extends string>(
    names: readonly Name[],
    signals: { readonly [K in Name]: StateSignal },
    count: number,
    known: readonly (keyof StateSignal)[],
  ): { [K in Name]: VariableArray<1> } =>
    Object.fromEntries(
      names.map((own) => {
        const {
          initial: from,
          final: to,
          ...box
        } = optionsOf(signals[own] as StateSignal, `ocp: '${own}'`, known);
        return [own, model.variables(own, count, { ...line(from, to, count), ...box })];
      }),
    ) as { [K in Name]: VariableArray<1> };
  const states = arrays(stateNames, stateSignals, N + 1, ofState);
  const controls = arrays(controlNames, controlSignals, N, ofSignal);
  started.forEach((own, k) => {
    model.constrain(states[own].at(0), '=', initial!.at(k), { name: `initial ${own}` });
  });
  for (const own of stateNames) {
    const { final } = stateSignals[own];
    if (final !== undefined)
      model.constrain(states[own].at(N), {
        equals: numberOf(final, `ocp: final of '${own}'`),
        name: `final ${own}`,
      });
  }

  const at = (k: number): { x: Named<X>; u: Named<U>; t: Operand } => ({
    x: named(stateNames, (own) => states[own].at(k)),
    u: named(controlNames, (own) => controls[own].at(Math.min(k, N - 1))),
    t: multiply(k, h),
  });
  const slope = byNet
    ? slopesOf(dynamics, stateNames)
    : pointwise(dynamics, stateNames, controlNames, (k) => multiply(k, h));
  const now = stateNames.map((own) => [...states[own].slice(0, N)]);
  const inputs = controlNames.map((own) => [...controls[own]]);
  const next = stepped(
    integrator,
    slope,
    now,
    inputs,
    h,
    stateNames.map((own) => [...states[own].slice(1)]),
  );
  const rows = Object.fromEntries(
    stateNames.map((own, j) => [
      own,
      model.subjectTo(eq(states[own].slice(1), concat<1>([next[j]!])), { name: `${own} follows` }),
    ]),
  ) as { [K in X]: RowArray<1> };

  if (constraints !== undefined)
    for (let k = 0; k < N; k++) {
      const { x, u, t } = at(k);
      const relations = constraints(x, u, t);
      for (const relation of Array.isArray(relations) ? relations : [relations])
        model.subjectTo(relation, { name: `constraint[${k}]` });
    }
  const running =
    cost === undefined
      ? []
      : Array.from({ length: N }, (_, k) => {
          const { x, u, t } = at(k);
          return cost(x, u, t);
        });
  const weight = integrator === 'discrete' ? 1 : h;
  const last = terminal === undefined ? 0 : terminal(at(N).x, duration);
  model.minimize(add(multiply(weight, sum(running)), last));

  const trajectory = (solution: Solution): Trajectory<X, U> => {
    if (typeof solution?.value !== 'function')
      throw new InputError(`ocp: ${told(solution)} is no solution of its model`);
    const step = solution.value(h);
    return {
      t: Float64Array.from({ length: N + 1 }, (_, k) => k * step),
      states: named(stateNames, (own) => solution.value(states[own]).data) as { [K in X]: Float64Array },
      controls: named(controlNames, (own) => solution.value(controls[own]).data) as {
        [K in U]: Float64Array;
      },
    };
  };
  return {
    model,
    states,
    controls,
    initial: initial as ParameterArray<1> | undefined,
    dynamics: rows,
    duration,
    trajectory,
    plot: (solution) => plotTrajectory(name, trajectory(solution)),
  };
}

const named = <Name extends string, V>(
  names: readonly Name[],
  of: (name: Name) => V,
): { readonly [K in Name]: V } =>
  Object.fromEntries(names.map((own) => [own, of(own)])) as { readonly [K in Name]: V };

/** Between two ends that are known, a start on the line between them. */
function line(
  from: number | undefined,
  to: number | undefined,
  count: number,
): { readonly start?: readonly number[] } {
  if (from === undefined && to === undefined) return {};
  const [a, b] = [from ?? to!, to ?? from!];
  return { start: Array.from({ length: count }, (_, k) => a + ((b - a) * k) / Math.max(1, count - 1)) };
}

function durationOf(
  model: Model,
  given: number | (Signal & { readonly start: number }) | undefined,
  N: number,
  integrator: Integrator,
): Operand {
  if (given === undefined) return N;
  if (integrator === 'discrete' && typeof given !== 'number')
    throw new InputError('ocp: the duration of discrete steps is a number');
  if (typeof given !== 'number')
    return model.variable('duration', {
      lower: 1e-6,
      ...optionsOf(given, 'ocp: horizon.duration', ['lower', 'upper', 'start']),
    });
  if (!(numberOf(given, 'ocp: horizon.duration') > 0))
    throw new InputError(`ocp: horizon.duration is ${given}, not above 0`);
  return given;
}

function checkNetwork({ name, inputSize, outputSize }: Network, states: number, controls: number): void {
  if (inputSize !== states + controls || outputSize !== states)
    throw new InputError(
      `ocp: network '${name}' maps ${inputSize} to ${outputSize}; ${states} states and ${controls} controls need ${states + controls} to ${states}`,
    );
}

/** The dynamics at all steps, `x[j][k]` and `u[i][k]` → `[j][k]`, in a stage that is `ahead` of the step's beginning. */
type Slopes = (
  x: readonly (readonly Operand[])[],
  u: readonly (readonly Operand[])[],
  stage: number,
  ahead: number,
) => readonly (readonly Operand[])[];

const slopesOf =
  (net: Network, stateNames: readonly string[]): Slopes =>
  (x, u, stage) => {
    const count = x[0]!.length;
    const points = Array.from({ length: count }, (_, k) => [...x, ...u].map((own) => own[k]!));
    const y = network(net, points, { name: stage === 0 ? 'dynamics' : `dynamics ${stage}` });
    return stateNames.map((_, j) => [...y.column(j)]);
  };

function pointwise<X extends string, U extends string>(
  f: Dynamics<X, U>,
  stateNames: readonly X[],
  controlNames: readonly U[],
  time: (steps: number) => Operand,
): Slopes {
  return (x, u, _, ahead) => {
    const out: Operand[][] = stateNames.map(() => []);
    for (let k = 0; k < x[0]!.length; k++) {
      const states = named(stateNames, (name) => x[stateNames.indexOf(name)]![k]!);
      const controls = named(controlNames, (name) => u[controlNames.indexOf(name)]![k]!);
      const found = f(states, controls, time(k + ahead));
      const list = Array.isArray(found)
        ? (found as readonly Operand[])
        : stateNames.map((name) => (found as Named<X>)[name]);
      if (list.length !== stateNames.length || list.some((e) => e === undefined))
        throw new InputError(
          `ocp: dynamics must return one formula for each of the states ${stateNames.join(', ')}`,
        );
      list.forEach((e, j) => {
        out[j]!.push(e);
      });
    }
    return out;
  };
}

/** The state after every step. */
function stepped(
  integrator: Integrator,
  slope: Slopes,
  x: readonly (readonly Operand[])[],
  u: readonly (readonly Operand[])[],
  h: Operand,
  after: readonly (readonly Operand[])[],
): Expression[][] {
  const moved = (by: readonly (readonly Operand[])[], factor: Operand): Expression[][] =>
    x.map((own, j) => own.map((e, k) => add(e, multiply(factor, by[j]![k]!))));
  const k1 = slope(x, u, 0, 0);
  if (integrator === 'discrete') return k1.map((own) => own.map((e) => add(e, 0)));
  if (integrator === 'euler') return moved(k1, h);
  if (integrator === 'trapezoidal') {
    const k2 = slope(after, u, 1, 1);
    return moved(
      k1.map((own, j) => own.map((e, k) => add(e, k2[j]![k]!))),
      multiply(0.5, h),
    );
  }
  const half = multiply(0.5, h);
  const k2 = slope(moved(k1, half), u, 1, 0.5);
  const k3 = slope(moved(k2, half), u, 2, 0.5);
  const k4 = slope(moved(k3, h), u, 3, 1);
  return moved(
    k1.map((own, j) =>
      own.map((e, k) => add(e, multiply(2, k2[j]![k]!), multiply(2, k3[j]![k]!), k4[j]![k]!)),
    ),
    divide(h, 6),
  );
}
