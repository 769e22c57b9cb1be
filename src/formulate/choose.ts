import { countOf } from '../core/budget.js';
import { InputError } from '../core/errors.js';
import { told } from '../core/given.js';
import { activationOf } from '../network/activation/table.js';
import type { Network, Op } from '../network/graph.js';
import { isSmooth, label } from '../network/traits.js';
import { hasPrograms } from './cut.js';
import type { HingeTreatment, NetworkOptions, QuadraticTreatment } from './options.js';
import type { NetworkUse } from './uses.js';

/** Numbers of a dense Hessian block up to which nobody minds it. */
const leastDense = 1e6;

/** What was asked for or chosen, and how it takes kinks. */
export interface ChosenFormulation {
  readonly formulation: 'reduced' | 'lifted' | 'partial' | 'full';
  readonly relu?: HingeTreatment;
  readonly kinks?: 'allow' | 'settle';
  /** What the user should know of a choice. */
  readonly note?: string;
}

/** The formulation asked for, checked against the other options; what `auto` makes of a network. */
export function formulationOf(net: Network, options: NetworkOptions): ChosenFormulation {
  const { relu, kinks, box, quadratic } = options;
  const asked = options.formulation ?? 'auto';
  if (kinks !== undefined && kinks !== 'refuse' && kinks !== 'allow')
    throw new InputError(`network '${net.name}': unknown kinks ${told(kinks)}; use refuse or allow`);
  const open = [relu, kinks, box, quadratic, options.layers].every((option) => option === undefined);
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
  const leaps = bent.some(({ op }) => jumps(op));
  const what = `network '${net.name}' has ${count} kinks${leaps ? ' and comparisons, at which it may jump' : ''}`;
  if (dense > leastDense && dense > coefficients && !leaps)
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

const jumps = (op: Op): boolean => op.kind === 'elementwise' && activationOf(op.fn).kind === 'jump';

/** Refuses activations without a second derivative where nobody said how to take them, and jumps there. */
export function refuseKinks(
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
    if (kinks === 'refuse' && jumps(op))
      throw new InputError(
        `${where}, which jumps: leave the formulation to 'auto', or use 'piecewise' (derivatives beside the jump; it may stop there), or train with relu or a smooth activation`,
      );
    if (kinks === 'refuse')
      throw new InputError(
        `${where}, which has no second derivative: ${hasPrograms(net) ? "beside quadratic programs say kinks: 'allow', or, without quadratic," : "leave the formulation to 'auto', or"} use 'full' (option relu), or 'piecewise' (second derivatives as zero; it may stop at a kink), or train with tanh, softplus, swish or gelu`,
      );
  }
}

const isList = (given: unknown): given is readonly string[] =>
  Array.isArray(given) && given.every((layer) => typeof layer === 'string');
