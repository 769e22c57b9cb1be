import { Budget } from '../core/budget.js';
import { listOf, partsOf } from '../core/given.js';
import type { Limits } from '../core/limits.js';
import { Ticker } from '../core/ticker.js';
import { gradientColumns, type Segment } from '../elements/segments.js';
import type { GrayBox } from '../oracle/contract.js';
import { linearByRow } from '../problem/by-row.js';
import { partitionOf } from '../problem/partition.js';
import type { Problem } from '../problem/problem.js';
import { asker } from './ask.js';
import { type BoxUse, boxUses } from './boxes.js';
import { Composed } from './composed.js';
import type { Nlp } from './contract.js';
import { linearPart } from './linear.js';
import type { Most } from './most.js';
import { hessianPlan, jacobianPlan } from './plan.js';

const needed = ['variables', 'rows', 'linear', 'sums', 'groups', 'grayBoxes'] as const;

/**
 * The nonlinear program of a problem: linear rows + element groups + gray boxes. `boxes[k]` is what
 * `problem.grayBoxes[·].box = k` refers to. All structure is merged here; evaluation allocates nothing. Throws `Stopped`
 * when limits are given and reached meanwhile, and `OverBudget` where its derivatives are more than the budget has. Second
 * derivatives of elements by the columns `held`, which are parameters, are left out until {@link Nlp.withHeld} is asked for.
 */
export function assemble(
  problem: Problem,
  boxes: readonly GrayBox[] = [],
  limits?: Limits,
  budget: Budget = new Budget(),
  held: Int32Array = new Int32Array(0),
): Nlp {
  partsOf(problem, 'assemble: the problem', needed);
  listOf(boxes, 'assemble: the gray boxes');
  return connected(problem, boxUses(problem.grayBoxes, boxes), held, budget, limits);
}

function connected(
  problem: Problem,
  uses: readonly BoxUse[],
  held: Int32Array,
  budget: Budget,
  limits?: Limits,
): Nlp {
  const { variables, rows } = problem;
  const n = variables.lower.length;
  const m = rows.lower.length;
  const byRow = linearByRow(problem);
  const linear = linearPart(byRow, n, m);
  const ticker = new Ticker(limits);
  const marks = held.length > 0 ? new Uint8Array(n + problem.sums.constant.length) : undefined;
  for (const column of held) marks![column] = 1;
  const composed = new Composed(problem, byRow, ticker, budget, marks);
  const most: Most = (name, amount) => budget.check(name, amount, problem.name);
  const { objective, rows: ofRows, sums } = composed.elements;
  // The derivatives of mixed terms are those of the composition.
  const pure = {
    objective: objective.filter(isPure),
    rows: ofRows.filter(isPure),
    sums: sums.filter(isPure),
  };
  const jacobian = jacobianPlan(m, n, uses, linear, pure.rows, composed.couplings, ticker, most);
  const secondDerivatives = uses.every(({ shape }) => shape.secondDerivatives);
  const curved = secondDerivatives ? uses : [];
  const hessian = hessianPlan(n, curved, pure, composed.curvature, ticker, most);
  const partition = partitionOf(problem);
  const objectiveColumns = pure.objective.map(gradientColumns);
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
    ...(marks && { withHeld: () => connected(problem, uses, new Int32Array(0), budget) }),
    ...(partition && { partition }),
    ...(problem.scaling && { scaling: problem.scaling }),
    accuracy: uses.reduce((worst, { shape }) => Math.max(worst, shape.accuracy), Number.EPSILON),

    ask: (x, order, _, λ) => ask(x, order, λ),

    objective(x) {
      const z = composed.at(x);
      total[0] = problem.objectiveConstant + linear.objective(z);
      for (const { kernel, table, none } of objective) kernel.value(z, table, none, one, none, total);
      return total[0];
    },

    gradient(x, out) {
      out.set(linear.gradient);
      for (let k = 0; k < pure.objective.length; k++) {
        const { kernel, table, none } = pure.objective[k]!;
        kernel.gradient(x, table, none, one, objectiveColumns[k]!, out);
      }
      composed.addGradient(x, out);
    },

    constraintValues(x, out) {
      const z = composed.at(x);
      linear.values(z, out);
      for (const { kernel, table, none, row } of ofRows) kernel.value(z, table, none, one, row, out);
      ask(x, 0, none);
      for (const { use, slot } of uses)
        for (let i = 0; i < use.outputs.length; i++)
          out[use.firstRow + i]! += x[use.outputs[i]!]! - slot.y[i]!;
    },

    jacobianValues(x, out) {
      ask(x, 1, none);
      for (let k = 0; k < uses.length; k++) uses[k]!.writeJacobian(out, jacobian.structure.pieces[k]!.first);
      out.fill(0, jacobian.own, jacobian.entries);
      out.set(jacobian.constant, jacobian.entries);
      for (let k = 0; k < pure.rows.length; k++) {
        const { kernel, table, none } = pure.rows[k]!;
        kernel.gradient(x, table, none, one, jacobian.elements[k]!, out);
      }
      composed.addJacobian(x, out);
    },

    hessianValues(x, σ, λ, out) {
      const { pieces } = hessian.structure;
      ask(x, 2, λ);
      for (let k = 0; k < curved.length; k++)
        curved[k]!.writeHessian(out, pieces[k]!.first, pieces[k]!.count);
      out.fill(0, hessian.own);
      σs[0] = σ;
      for (let k = 0; k < pure.objective.length; k++) {
        const { kernel, table, none } = pure.objective[k]!;
        kernel.hessian(x, table, none, σs, hessian.objective[k]!, out);
      }
      for (let k = 0; k < pure.rows.length; k++) {
        const { kernel, table, row } = pure.rows[k]!;
        kernel.hessian(x, table, row, λ, hessian.rows[k]!, out);
      }
      const bySums = composed.addHessian(x, σ, λ, out);
      for (let k = 0; k < pure.sums.length; k++) {
        const { kernel, table, row } = pure.sums[k]!;
        kernel.hessian(x, table, row, bySums, hessian.sums[k]!, out);
      }
    },

    oracleSeconds() {
      let seconds = 0;
      for (const box of new Set(uses.map((use) => use.box))) seconds += box.statistics.seconds;
      return seconds;
    },
  };
}

const isPure = ({ mixed }: Segment): boolean => !mixed;
