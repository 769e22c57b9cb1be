import { gradientColumns, segments } from '../elements/segments.js';
import type { GrayBox } from '../oracle/contract.js';
import type { Problem } from '../problem/problem.js';
import { asker } from './ask.js';
import { boxUses } from './boxes.js';
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
  const secondDerivatives = uses.every(({ shape }) => shape.secondDerivatives);
  const hessian = hessianPlan(n, secondDerivatives ? uses : [], elements);
  const objectiveColumns = elements.objective.map(gradientColumns);
  const ask = asker(uses);
  const none = new Float64Array(0);
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
    accuracy: uses.reduce((worst, { shape }) => Math.max(worst, shape.accuracy), Number.EPSILON),

    ask: (x, order, _, λ) => ask(x, order, λ),

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
      ask(x, 0, none);
      for (const { use, slot } of uses)
        for (let i = 0; i < use.outputs.length; i++)
          out[use.firstRow + i]! += x[use.outputs[i]!]! - slot.y[i]!;
    },

    jacobianValues(x, out) {
      ask(x, 1, none);
      for (let k = 0; k < uses.length; k++) uses[k]!.writeJacobian(out, jacobian.structure.pieces[k]!.first);
      out.set(jacobian.constant, jacobian.entries);
      for (let k = 0; k < elements.rows.length; k++) {
        const { kernel, table, none } = elements.rows[k]!;
        kernel.gradient(x, table, none, one, jacobian.elements[k]!, out);
      }
    },

    hessianValues(x, σ, λ, out) {
      const { pieces } = hessian.structure;
      ask(x, 2, λ);
      for (let k = 0; k + 1 < pieces.length; k++)
        uses[k]!.writeHessian(out, pieces[k]!.first, pieces[k]!.count);
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
      for (const box of new Set(uses.map((use) => use.box))) seconds += box.statistics.seconds;
      return seconds;
    },
  };
}
