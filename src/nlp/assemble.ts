import { gradientColumns, segments } from '../elements/segments.js';
import type { GrayBox } from '../oracle/contract.js';
import type { Problem } from '../problem/problem.js';
import { boxUses, gatherInputs, gatherMultipliers, writeHessian, writeJacobian } from './boxes.js';
import type { Nlp } from './contract.js';
import { linearPart } from './linear.js';
import { hessianPlan, jacobianPlan } from './plan.js';

/**
 * The nonlinear program of a problem: linear rows + element groups + gray boxes. `boxes[k]` is what
 * `problem.grayBoxes[·].box = k` refers to. All structure is merged here; evaluation allocates nothing.
 */
export function assemble(problem: Problem, boxes: readonly GrayBox[] = []): Nlp {
  const { variables, rows } = problem;
  const n = variables.lower.length;
  const m = rows.lower.length;
  const uses = boxUses(problem.grayBoxes, boxes);
  const elements = segments(problem.groups);
  const linear = linearPart(problem.linear, n, m);
  const jacobian = jacobianPlan(m, n, uses, linear, elements.rows);
  const secondDerivatives = uses.every(({ box }) => box.secondDerivatives);
  const hessian = hessianPlan(n, secondDerivatives ? uses : [], elements);
  const objectiveColumns = elements.objective.map(gradientColumns);
  const one = Float64Array.of(1);
  const total = new Float64Array(1);
  const σs = new Float64Array(1);

  return {
    variables,
    constraints: rows,
    jacobian: jacobian.structure,
    hessian: hessian.structure,
    secondDerivatives,
    ...(problem.scaling && { scaling: problem.scaling }),
    accuracy: uses.reduce((worst, { box }) => Math.max(worst, box.accuracy), Number.EPSILON),

    anticipate(x, _, λ) {
      for (const use of uses)
        if (gatherMultipliers(use, λ)) use.box.anticipate?.(gatherInputs(use, x), use.λ);
    },

    objective(x) {
      total[0] = problem.objectiveConstant + linear.objective(x);
      for (const { kernel, table, none } of elements.objective)
        kernel.value(x, table, none, one, none, total);
      return total[0];
    },

    gradient(x, out) {
      out.set(linear.gradient);
      for (let k = 0; k < elements.objective.length; k++) {
        const { kernel, table, none } = elements.objective[k]!;
        kernel.gradient(x, table, none, one, objectiveColumns[k]!, out);
      }
    },

    constraintValues(x, out) {
      linear.values(x, out);
      for (const { kernel, table, none, row } of elements.rows) kernel.value(x, table, none, one, row, out);
      for (const own of uses) {
        const { outputs, firstRow } = own.use;
        own.box.value(gatherInputs(own, x), own.y);
        for (let i = 0; i < outputs.length; i++) out[firstRow + i]! += x[outputs[i]!]! - own.y[i]!;
      }
    },

    jacobianValues(x, out) {
      for (let k = 0; k < uses.length; k++) {
        const own = uses[k]!;
        own.box.jacobian(gatherInputs(own, x), own.J);
        writeJacobian(own, out, jacobian.structure.pieces[k]!.first);
      }
      out.set(jacobian.constant, jacobian.entries);
      for (let k = 0; k < elements.rows.length; k++) {
        const { kernel, table, none } = elements.rows[k]!;
        kernel.gradient(x, table, none, one, jacobian.elements[k]!, out);
      }
    },

    hessianValues(x, σ, λ, out) {
      const { pieces } = hessian.structure;
      for (let k = 0; k + 1 < pieces.length; k++) {
        const own = uses[k]!;
        const { first, count } = pieces[k]!;
        if (!gatherMultipliers(own, λ)) {
          out.fill(0, first, first + count);
          continue;
        }
        own.box.hessian(gatherInputs(own, x), own.λ, own.H);
        writeHessian(own, out, first);
      }
      out.fill(0, hessian.entries);
      σs[0] = σ;
      for (let k = 0; k < elements.objective.length; k++) {
        const { kernel, table, none } = elements.objective[k]!;
        kernel.hessian(x, table, none, σs, hessian.objective[k]!, out);
      }
      for (let k = 0; k < elements.rows.length; k++) {
        const { kernel, table, row } = elements.rows[k]!;
        kernel.hessian(x, table, row, λ, hessian.rows[k]!, out);
      }
    },

    oracleSeconds() {
      let seconds = 0;
      for (let k = 0; k < uses.length; k++)
        if (uses.findIndex(({ box }) => box === uses[k]!.box) === k)
          seconds += uses[k]!.box.statistics.seconds;
      return seconds;
    },
  };
}
