import { Budget, type BudgetLimits, countOf } from '../core/budget.js';
import { InputError } from '../core/errors.js';
import { optionsOf, told } from '../core/given.js';
import type { ArrayOperand, ExpressionArray } from '../model/array.js';
import {
  type Column,
  Constant,
  type Expression,
  type Operand,
  Parameter,
  type Variable,
} from '../model/expression.js';
import type { Model } from '../model/model.js';
import { VariableArray } from '../model/variables.js';
import { activationOf } from '../network/activation/table.js';
import { nodeBounds } from '../network/bounds/bounds.js';
import type { Intervals } from '../network/bounds/interval.js';
import { Region } from '../network/bounds/region.js';
import { requireNetwork } from '../network/given.js';
import type { Network } from '../network/graph.js';
import { isAffine, isSmooth, label } from '../network/traits.js';
import { hasPrograms, stagesOf } from './cut.js';
import { forward, outputValues } from './forward.js';
import { addFullSpace } from './full.js';
import { feed, type InputsByName, inputsOf } from './inputs.js';
import type { PieceRows } from './kinks.js';
import { addOptimality } from './optimality.js';
import { firstVariables } from './outputs.js';
import { exposedNodes, partsOf } from './partial.js';
import { liftedNode } from './prefix.js';
import { smoothProgram, solveQuadratic } from './quadratic.js';
import { logitsOf, type NetworkScaling, scaled } from './scaling.js';
import { addContinued, addUse, type NetworkUse, placeUse } from './uses.js';

/** How hinges `max(u, 0)` are written in full space. */
export type HingeTreatment =
  /**
   * By complementarity with ε driven to the tolerance in one solve, then solved once more with the pieces held that were found, as
   * long as crossing a kink pays: y is NN(x) itself.
   */
  | 'continuation'
  | 'complementarity'
  /** `y ≥ 0, y ≥ u, y·(y − u) ≤ ε`; `'complementarity'` is ε = 1e-6. */
  | { readonly complementarity: number }
  /** `y = (u + √(u² + ε²))/2`, at most ε/2 too large. For quadratic programs `λᵢsᵢ ≤ ε`, or smoothed `λᵢsᵢ = ε²/4`. */
  | { readonly smooth: number };

/** How quadratic programs inside a network (layers `QpLayer`) are written in reduced space. */
export type QuadraticTreatment =
  /** Their optimality conditions as rows, with `λᵢsᵢ ≤ ε`; `'complementarity'` is ε = 1e-6. */
  | 'complementarity'
  | { readonly complementarity: number }
  /**
   * Gray boxes: the solution with `λᵢsᵢ = μ`, smooth in its input. `solve` comes down to μ from larger ones, each solve
   * starting where the one before ended (a prepared model is solved at μ at once); `networkError` tells how far y is from
   * the exact network.
   */
  | { readonly smooth: number };

export interface NetworkOptions {
  /**
   * Default `auto`: `reduced` for a smooth network and `full` where `relu` is given. A network with kinks (ReLU, max-pooling, …)
   * stays in reduced space: a solve smooths them less and less, then holds the pieces that were found, so that y is NN(x) itself.
   * One with so many inputs that its dense Hessian is larger than its rows in full space takes `relu: 'continuation'` there.
   *
   * `reduced`: variables y and a gray box. `full`: variables and rows for every layer. `lifted`: the affine map to `k`
   * numbers that the network begins with becomes `k` variables and linear rows, what follows a gray box of these; the
   * dense Hessian block shrinks from the number of inputs to `k`. `partial`: the values of chosen `layers` become variables, with
   * linear rows where they are affine in what is exposed before them, and gray boxes elsewhere. `piecewise`: `reduced` with generalized derivatives where it
   * has kinks, `kinks: 'allow'`.
   */
  readonly formulation?: Formulation;
  /** Name of the outputs, default `y`; one that is taken gets a suffix `#2`. */
  readonly name?: string;
  /** Bounds of the outputs, a number for all or one each. */
  readonly lower?: number | ArrayLike<number>;
  readonly upper?: number | ArrayLike<number>;
  /** Start of the outputs; default `NN(x)` at the start of x. */
  readonly start?: number | ArrayLike<number>;
  /** Reduced space: what `model.grayBoxes` holds for this use; default the network. */
  readonly box?: unknown;
  /** Partial space: names of layers whose values become variables. */
  readonly layers?: readonly string[];
  /** Full space: default `'complementarity'`. */
  readonly relu?: HingeTreatment;
  /**
   * Reduced and lifted space: `allow` takes activations with a kink (ReLU, abs, …), their second derivative as zero and
   * at the kink itself one of the two slopes. Default `refuse`. Beware: where slopes jump the method's theory does not
   * hold. It may creep or stop at a kink, and `optimal` there means optimal for the slopes it saw.
   */
  readonly kinks?: 'refuse' | 'allow';
  /** Reduced space: what becomes of quadratic programs inside the network; the rest of it stays gray boxes. In full space
   * they follow `relu`. */
  readonly quadratic?: QuadraticTreatment;
  /**
   * Full space: bounds of every layer's values over the bounds that x has now become bounds of their variables, and kinks that
   * lie outside of them straight lines. Later changes must not widen the bounds of x. Default false.
   */
  readonly tighten?: boolean;
  /** How the data were standardized for training: x and y are then in the units of the data. */
  readonly scaling?: NetworkScaling;
  /** Takes the outputs before the softmax that the network ends with. Default false. */
  readonly logits?: boolean;
  /** Full and lifted space: what the rows may take, see {@link BudgetLimits}. */
  readonly limits?: BudgetLimits | undefined;
}

const optionNames: { readonly [K in keyof Required<NetworkOptions>]: true } = {
  formulation: true,
  name: true,
  lower: true,
  upper: true,
  start: true,
  box: true,
  relu: true,
  layers: true,
  tighten: true,
  kinks: true,
  quadratic: true,
  scaling: true,
  logits: true,
  limits: true,
};

/** How a network enters a model; see {@link NetworkOptions}. */
export type Formulation = 'auto' | 'reduced' | 'piecewise' | 'lifted' | 'partial' | 'full';

/**
 * Adds `y = NN(x)` to the model of `x` and returns `y`. `x` holds variables, parameters, numbers and formulas; numbers and
 * multiples of one variable become part of the first layer, other formulas variables with rows. A network of several inputs takes
 * them one after the other, or by the names of its input layers, `{ state: x, control: u }`. For `x` of shape `[N, n]`
 * it is N uses of one network, which are computed together, and `y` has shape `[N, m]`. Throws InputError for inputs that do
 * not fit the network, for options that contradict each other, and for activations that the formulation cannot state.
 */
export function network(
  net: Network,
  x: ExpressionArray<Expression, 2> | readonly (ExpressionArray<Expression, 1> | ArrayLike<Operand>)[],
  options?: NetworkOptions,
): VariableArray<2>;
export function network(
  net: Network,
  x: ExpressionArray<Expression, 1> | ArrayLike<Operand>,
  options?: NetworkOptions,
): VariableArray<1>;
export function network(net: Network, x: InputsByName, options?: NetworkOptions): VariableArray;
export function network(
  net: Network,
  x: ArrayOperand | InputsByName,
  options: NetworkOptions = {},
): VariableArray {
  requireNetwork(net, 'network');
  checkOptions(net, optionsOf(options, `network '${net.name}'`));
  const { model, rows, several } = inputsOf(net, x);
  const { formulation, ...chosen } = formulationOf(net, options);
  if (formulation !== 'full') refuseKinks(net, chosen.kinks ?? options.kinks ?? 'refuse', options.quadratic);
  const stated = scaled(options.logits ? logitsOf(net) : net, options.scaling);
  const name = model.freeName(options.name ?? 'y');
  const cut = formulation === 'reduced' && hasPrograms(net);
  const plain = { reduced: addReduced, lifted: addLifted, partial: addPartial, full: addFull };
  const add = cut ? addCut : plain[formulation];
  const use = (row: readonly Expression[], own: Settled & { readonly name: string }): VariableArray => {
    const [row0, column0] = [model.rowCount, model.variableCount];
    if (row.every((e) => e instanceof Constant)) return constant(model, stated, row, own);
    const fed = feed(model, stated, row, own.name);
    const outputs = add(model, fed.net, fed.inputs, own, {
      network: fed.net,
      original: net,
      inputs: fed.inputs,
    });
    placeUse(model, { rows: [row0, model.rowCount], columns: [column0, model.variableCount] });
    return outputs;
  };
  if (chosen.note !== undefined) addContinued(model, [], chosen.note);
  const settled = { ...options, ...chosen };
  if (!several) return use(rows[0]!, { ...settled, name });
  const [N, m] = [rows.length, net.outputSize];
  const parts = rows.map((row, k) => {
    const one = (given: number | ArrayLike<number> | undefined) =>
      typeof given === 'object' && given.length === N * m
        ? Array.from({ length: m }, (_, j) => given[k * m + j]!)
        : given;
    const [lower, upper, start] = [one(options.lower), one(options.upper), one(options.start)];
    return use(row, {
      ...settled,
      name: `${name}[${k}]`,
      ...(lower !== undefined && { lower }),
      ...(upper !== undefined && { upper }),
      ...(start !== undefined && { start }),
    });
  });
  return new VariableArray<2>(
    model,
    name,
    [N, m],
    parts.flatMap(({ elements }) => elements),
  );
}

function checkOptions(net: Network, options: NetworkOptions): void {
  const stranger = Object.keys(options).find((key) => !Object.hasOwn(optionNames, key));
  if (stranger !== undefined)
    throw new InputError(
      `network '${net.name}': unknown option '${stranger}'; known are ${Object.keys(optionNames).join(', ')}`,
    );
}

/** Numbers of a dense Hessian block up to which nobody minds it. */
const leastDense = 1e6;

/** What was asked for or chosen, and how it takes kinks. */
interface ChosenFormulation {
  readonly formulation: 'reduced' | 'lifted' | 'partial' | 'full';
  readonly relu?: HingeTreatment;
  readonly kinks?: 'allow' | 'settle';
  /** What the user should know of a choice. */
  readonly note?: string;
}

/** The formulation asked for, checked against the other options; what `auto` makes of a network. */
function formulationOf(net: Network, options: NetworkOptions): ChosenFormulation {
  const { relu, kinks, box, quadratic } = options;
  const asked = options.formulation ?? 'auto';
  if (kinks !== undefined && kinks !== 'refuse' && kinks !== 'allow')
    throw new InputError(`network '${net.name}': unknown kinks ${told(kinks)}; use refuse or allow`);
  const open = [relu, kinks, box, quadratic].every((option) => option === undefined);
  if (asked === 'auto' && open && !hasPrograms(net)) return automatic(net);
  const formulation = asked === 'auto' ? (relu === undefined ? 'reduced' : 'full') : asked;
  if (
    formulation !== 'reduced' &&
    formulation !== 'full' &&
    formulation !== 'lifted' &&
    formulation !== 'partial' &&
    formulation !== 'piecewise'
  )
    throw new InputError(
      `unknown formulation ${told(formulation)}; use auto, reduced, piecewise, lifted, partial or full`,
    );
  const clash = (option: string, hint: string): never => {
    throw new InputError(`network '${net.name}': ${option} means nothing in ${formulation} space; ${hint}`);
  };
  if (formulation === 'full' && kinks === 'allow') clash("kinks: 'allow'", 'treat kinks by the option relu');
  if (formulation === 'full' && box !== undefined) clash('box', 'use the reduced formulation');
  if (formulation !== 'reduced' && quadratic !== undefined)
    clash('quadratic', formulation === 'full' ? 'use the option relu' : "use formulation: 'reduced'");
  if (quadratic !== undefined && !hasPrograms(net))
    throw new InputError(
      `network '${net.name}': quadratic treats quadratic programs, and it holds none; leave it out`,
    );
  if (quadratic !== undefined && box !== undefined)
    throw new InputError(`network '${net.name}': a network with quadratic programs is cut; leave out box`);
  if (formulation !== 'full' && relu !== undefined) clash('relu', "use formulation: 'full', or 'piecewise'");
  if (formulation !== 'partial' && options.layers !== undefined)
    clash('layers', "use formulation: 'partial'");
  if (options.tighten && formulation !== 'full') clash('tighten', "use formulation: 'full'");
  if (formulation === 'partial' && !(isList(options.layers) && options.layers.length > 0))
    throw new InputError(
      `network '${net.name}': formulation 'partial' needs layers, the names of those to expose; or use 'lifted'`,
    );
  if (formulation === 'piecewise') return { formulation: 'reduced', kinks: 'allow' };
  return { formulation };
}

/**
 * Reduced space. Kinks are smoothed less and less there and then held on their pieces; where the dense Hessian block would be
 * larger than all rows of full space, they are stated by complementarity.
 */
function automatic(net: Network): ChosenFormulation {
  const bent = net.nodes.filter(({ op }) => !isSmooth(op));
  if (bent.length === 0) return { formulation: 'reduced' };
  const count = bent.reduce((sum, { shape }) => sum + countOf(shape), 0);
  const coefficients = net.nodes.reduce(
    (sum, { op, shape }) => sum + countOf(shape) * (op.kind === 'affine' ? op.weight.shape[0]! : 1),
    0,
  );
  const dense = (net.inputSize * (net.inputSize + 1)) / 2;
  const what = `network '${net.name}' has ${count} kinks`;
  if (dense > leastDense && dense > coefficients)
    return {
      formulation: 'full',
      relu: 'continuation',
      note: `${what} and ${net.inputSize} inputs: full space by complementarity, ε driven to the tolerance, then with its pieces held`,
    };
  return {
    formulation: 'reduced',
    kinks: 'settle',
    note: `${what}: reduced space, smoothed less and less, then with its pieces held`,
  };
}

/** Refuses activations without a second derivative where nobody said how to take them, and those that jump. */
function refuseKinks(
  net: Network,
  kinks: NetworkUse['kinks'],
  quadratic: QuadraticTreatment | undefined,
): void {
  for (const { op, layer } of net.nodes) {
    if (isSmooth(op) || (op.kind === 'quadraticProgram' && quadratic !== undefined)) continue;
    if (op.kind === 'quadraticProgram')
      throw new InputError(
        `layer '${layer}' of network '${net.name}' is a quadratic program, which has kinks: say quadratic: 'complementarity' (its optimality conditions as rows, λᵢsᵢ ≤ ε) or quadratic: { smooth: 1e-8 } (its solution at a barrier μ, a gray box), or use the full formulation (formulation: 'full', relu), which states every layer`,
      );
    const where = `layer '${layer}' of network '${net.name}' has the activation ${label(op)}`;
    if (op.kind === 'elementwise' && activationOf(op.fn).kind === 'jump')
      throw new InputError(
        `${where}, which jumps; no formulation states it, train with relu or a smooth activation instead`,
      );
    if (kinks === 'refuse')
      throw new InputError(
        `${where}, which has no second derivative: leave the formulation to 'auto', or use 'full' (option relu), or 'piecewise' (second derivatives as zero; it may stop at a kink), or train with tanh, softplus, swish or gelu`,
      );
  }
}

/** Options with what was chosen. */
type Settled = Omit<NetworkOptions, 'kinks'> & { readonly kinks?: NetworkUse['kinks'] | undefined };

/** Outputs of a use whose inputs are all numbers: rows say what they are. */
function constant(
  model: Model,
  net: Network,
  row: readonly Expression[],
  { name, lower, upper }: Settled & { readonly name: string },
): VariableArray {
  const values = outputValues(
    net,
    forward(
      net,
      row.map((e) => (e as Constant).value),
    ),
  );
  const outputs = model.variables(name, net.outputSize, {
    start: values,
    ...(lower !== undefined && { lower }),
    ...(upper !== undefined && { upper }),
  });
  values.forEach((value, k) => {
    model.constrain(outputs.at(k), { equals: value, name: `${name} = ${net.name}[${k}]` });
  });
  return outputs;
}

/** What a use computes, and of which network it is a use. */
interface Whole {
  readonly network: Network;
  readonly original: Network;
  readonly inputs: readonly Column[];
  /** Why the rows hold for a y somewhat away from NN(x), where they do. */
  readonly relaxation?: string;
}

function addReduced(
  model: Model,
  net: Network,
  inputs: readonly Column[],
  options: Settled,
  whole: Whole,
  boxes?: readonly unknown[],
): VariableArray {
  const { name = 'y', lower, upper, box = net } = options;
  if (options.box !== undefined && net !== whole.original && boxes === undefined)
    throw new InputError(
      `network '${net.name}': with a box of your own its inputs are variables and parameters, each once, without scaling`,
    );
  const start =
    options.start === undefined ? outputValues(net, startValues(model, net, inputs)) : options.start;
  const outputs = model.variables(name, net.outputSize, {
    start,
    ...(lower !== undefined && { lower }),
    ...(upper !== undefined && { upper }),
  });
  model.addGrayBox({ box, inputs, outputs, name: `${name} = ${net.name}` });
  const { kinks = 'refuse' } = options;
  addUse(model, {
    name,
    network: whole.network,
    ...usePlace(whole, outputs),
    formulation: formulationName(options),
    box,
    kinks,
    ...(boxes && { boxes }),
  });
  return outputs;
}

/** The parts between quadratic programs as gray boxes (as rows, where they are affine), and these as they are treated. */
function addCut(
  model: Model,
  net: Network,
  inputs: readonly Column[],
  { quadratic = 'complementarity', ...options }: Settled,
  whole: Whole,
): VariableArray {
  const { name = 'y', kinks = 'refuse' } = options;
  const treatment =
    quadratic === 'complementarity' ? { complementarity: 1e-6 } : optionsOf(quadratic, 'quadratic');
  const amount = positive(
    'smooth' in treatment ? treatment.smooth : treatment.complementarity,
    'quadratic: ε or μ',
  );
  const solutions = new Map<number, readonly Variable[]>();
  const relaxation = `quadratic: { ${'smooth' in treatment ? 'smooth' : 'complementarity'}: ${amount} } relaxes its quadratic programs, take less`;
  for (const { piece, usesX, from, program } of stagesOf(net)) {
    const sources = [...(usesX ? inputs : []), ...from.flatMap((k) => [...solutions.get(k)!])];
    const affine = piece.nodes.every(({ op }) => isAffine(op));
    if (program === undefined) {
      const use = { ...whole, relaxation };
      if (!affine) return addReduced(model, piece, sources, options, use);
      const y = addRows(model, piece, sources, options).outputs;
      addUse(model, {
        name: y.name,
        network: net,
        ...usePlace(use, y),
        formulation: 'reduced',
        kinks,
      });
      return y;
    }
    const label = `${name}/${program.layer}`;
    const own: Settled = { name: `${label} input`, kinks, limits: options.limits };
    const u = affine
      ? addRows(model, piece, sources, own).outputs
      : addReduced(model, piece, sources, own, { network: piece, original: whole.original, inputs: sources });
    const start = Float64Array.from(u.elements, (variable) => model.start(variable));
    const found = solveQuadratic(program.op, start).z;
    if (!found.every(Number.isFinite))
      throw new InputError(
        `network '${net.name}': the quadratic program of layer '${program.layer}' has no solution at the start of x; start x elsewhere`,
      );
    const z = model.variables(label, program.op.Q.shape[0]!, { start: found });
    if ('smooth' in treatment)
      model.addGrayBox({
        box: smoothProgram(program.layer, program.op, amount),
        inputs: u.elements,
        outputs: z,
        name: `${label} at μ`,
      });
    else
      addOptimality(
        { model, hinge: { complementarity: amount }, label },
        program.op,
        u.elements,
        [...z.elements],
        start,
      );
    solutions.set(program.node, z.elements);
  }
  throw new Error(`network '${net.name}' has no last stage`);
}

/** Of a use with gray boxes. */
const formulationName = ({ formulation }: Settled): NetworkUse['formulation'] =>
  formulation === 'lifted' || formulation === 'partial' ? formulation : 'reduced';

const usePlace = ({ original, inputs, relaxation }: Whole, outputs: VariableArray) => ({
  original,
  inputs: columns(inputs),
  outputs: outputs.indices(),
  ...(relaxation !== undefined && { relaxation }),
});

/** `partial` with the narrowest point of the affine map exposed that the network begins with. */
function addLifted(
  model: Model,
  net: Network,
  inputs: readonly Column[],
  options: Settled,
  whole: Whole,
): VariableArray {
  const narrow = liftedNode(net);
  if (narrow === undefined)
    throw new InputError(
      `network '${net.name}' does not begin with an affine map of its ${net.inputSize} inputs to fewer numbers: there is nothing to lift; use the reduced formulation`,
    );
  return addParts(model, net, inputs, options, whole, [narrow]);
}

function addPartial(
  model: Model,
  net: Network,
  inputs: readonly Column[],
  options: Settled,
  whole: Whole,
): VariableArray {
  return addParts(model, net, inputs, options, whole, exposedNodes(net, options.layers!));
}

/** Variables for exposed nodes; rows for the affine maps between them, gray boxes for what bends. */
function addParts(
  model: Model,
  net: Network,
  inputs: readonly Column[],
  options: Settled,
  whole: Whole,
  exposed: readonly number[],
): VariableArray {
  const { name = 'y', limits, kinks } = options;
  const values = new Map<number, readonly Column[]>();
  const boxes: unknown[] = [];
  for (const part of partsOf(net, exposed)) {
    const own = [...part.inputs.map((k) => inputs[k]!), ...part.nodes.flatMap((k) => [...values.get(k)!])];
    if (part.exposes === undefined) {
      if (!part.affine) return addReduced(model, part.net, own, options, whole, boxes);
      const outputs = addRows(model, part.net, own, options).outputs;
      addUse(model, {
        name,
        network: whole.network,
        ...usePlace(whole, outputs),
        formulation: formulationName(options),
        kinks: kinks ?? 'refuse',
        boxes,
      });
      return outputs;
    }
    const label = `${name}/${net.nodes[part.exposes]!.layer}`;
    if (part.affine) {
      values.set(part.exposes, [...addRows(model, part.net, own, { name: label, limits }).outputs]);
      continue;
    }
    const start = outputValues(part.net, startValues(model, part.net, own));
    const outputs = model.variables(label, part.net.outputSize, { start });
    model.addGrayBox({ box: part.net, inputs: own, outputs, name: `${label} = ${net.name}` });
    boxes.push(part.net);
    values.set(part.exposes, [...outputs]);
  }
  throw new RangeError('the last part has the outputs');
}

/** The values of all nodes at the start of x. */
function startValues(model: Model, net: Network, inputs: readonly Column[]): Float64Array[] {
  const values = forward(
    net,
    inputs.map((v) => model.start(v)),
  );
  values.forEach((value, k) => {
    const bad = value.find((number) => !Number.isFinite(number));
    if (bad !== undefined)
      throw new InputError(
        `network '${net.name}' is undefined at the start of x: layer '${net.nodes[k]!.layer}' gives ${bad} there; start x elsewhere`,
      );
  });
  return values;
}

const isList = (given: unknown): given is readonly string[] =>
  Array.isArray(given) && given.every((layer) => typeof layer === 'string');

const columns = (variables: readonly Column[]): Int32Array =>
  Int32Array.from(variables, ({ index }) => index);

function addFull(
  model: Model,
  net: Network,
  inputs: readonly Column[],
  options: Settled,
  { original }: Whole,
): VariableArray {
  const { outputs, relaxation } = addRows(model, net, inputs, options);
  addUse(model, {
    name: outputs.name,
    network: net,
    original,
    inputs: columns(inputs),
    outputs: outputs.indices(),
    formulation: 'full',
    kinks: 'refuse',
    ...(relaxation !== undefined && { relaxation }),
  });
  return outputs;
}

/** Refuses more coefficients of linear rows than the limits allow: one weight stands in as many rows as its layer has. */
function checkRows({ name, nodes }: Network, limits: BudgetLimits | undefined): void {
  const budget = new Budget(limits);
  for (const { op, shape } of nodes)
    if (op.kind === 'affine')
      budget.take(
        'derived',
        countOf(shape) * (op.weight.shape[0]! + 1),
        `network '${name}': its linear rows`,
      );
}

function positive(amount: unknown, where: string): number {
  if (typeof amount === 'number' && amount > 0 && Number.isFinite(amount)) return amount;
  throw new InputError(`${where} must be a positive number, got ${told(amount)}`);
}
/** Solvers move bounds outward by a little; so do these. */
const widening = 1e-7;

/** Bounds of every node over the bounds of its inputs. */
function boundsAt(model: Model, net: Network, inputs: readonly Column[]): Intervals[] {
  const boxes = model.boxes();
  const side = (bounds: Float64Array, sign: 1 | -1): Float64Array =>
    Float64Array.from(inputs, (column) => {
      const bound = column instanceof Parameter ? Number.NaN : bounds[column.index]!;
      if (!Number.isFinite(bound))
        throw new InputError(
          `network '${net.name}': tighten needs finite bounds of x; '${column.name}' has ${column instanceof Parameter ? 'none, it is a parameter' : `the ${sign > 0 ? 'upper' : 'lower'} bound ${bound}`}`,
        );
      return bound + sign * widening * Math.max(1, Math.abs(bound));
    });
  return nodeBounds(net, new Region(side(boxes.lower, -1), side(boxes.upper, 1)));
}

/** ε of a model that no solve has driven on. */
const firstRelaxation = 1e-6;

/** The rows of every layer, and how they relax its kinks. */
function addRows(
  model: Model,
  net: Network,
  inputs: readonly Column[],
  options: Settled,
): { outputs: VariableArray; relaxation: string | undefined } {
  const { name = 'y', relu = 'complementarity' } = options;
  checkRows(net, options.limits);
  const values = startValues(model, net, inputs);
  const goesOn = relu === 'continuation';
  const hinge =
    relu === 'complementarity'
      ? { complementarity: 1e-6 }
      : goesOn
        ? { complementarity: firstRelaxation }
        : optionsOf(relu, 'relu');
  const amount = positive('smooth' in hinge ? hinge.smooth : hinge.complementarity, 'relu: ε');
  const { outputs, own } = firstVariables(
    model,
    net,
    values,
    { ...options, name },
    'complementarity' in hinge,
  );
  const pieces: PieceRows[] = [];
  const bounds = options.tighten ? boundsAt(model, net, inputs) : undefined;
  addFullSpace({ model, net, inputs, values, name, hinge, own, outputs, bounds, pieces });
  if (goesOn) addContinued(model, pieces, '');
  const bent = !net.nodes.every(({ op }) => isSmooth(op));
  const way = 'smooth' in hinge ? 'smooth' : 'complementarity';
  return {
    outputs,
    relaxation: goesOn
      ? "relu: 'continuation' ended before its pieces were held"
      : bent
        ? `relu: { ${way}: ${amount} } relaxes its kinks, take less`
        : undefined,
  };
}
