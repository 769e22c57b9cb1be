import { InputError } from '../core/errors.js';
import { optionsOf } from '../core/given.js';
import type { Column, Variable } from '../model/expression.js';
import type { Model } from '../model/model.js';
import type { VariableArray } from '../model/variables.js';
import type { Network } from '../network/graph.js';
import { isAffine } from '../network/traits.js';
import { stagesOf } from './cut.js';
import { addOptimality } from './optimality.js';
import type { Settled } from './options.js';
import { smoothProgram, solveQuadratic } from './quadratic.js';
import { addReduced } from './reduced.js';
import { addRows, positive } from './rows.js';
import { addUse } from './uses.js';
import { usePlace, type Whole } from './whole.js';

/** The parts between quadratic programs as gray boxes (as rows, where they are affine), and these as they are treated. */
export function addCut(
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
