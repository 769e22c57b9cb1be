import { markdown } from '../../markdown.js';
import type { HardOutput } from '../../qp-hard.js';
import { runJson } from '../child.js';
import { notMeasured, type Suite } from '../suite.js';

const goals = [
  'every status right, solutions to 1e-6, a flag wherever there is no derivative',
  'gradients to 1e-5 relative where they exist',
] as const;

export const qpHard: Suite = {
  name: 'qp-hard',
  title: 'Hard quadratic programs',
  goals,
  async run({ quick, python }) {
    const peers = quick ? '' : 'proxsuite,qpth';
    const ran = await runJson<HardOutput>('qp-hard', ['--python', python, '--peers', peers]);
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { machine, problems, rows, missing } = ran.json;
    const { solvable, smooth, unsolvable } = problems;
    const own = rows[0]!;
    return {
      goals: [
        {
          goal: goals[0],
          measured: `answers ${own.answers} of ${solvable}, flags ${own.flags} of ${solvable}; without a solution ${own.refused} of ${unsolvable}`,
          met: own.answers === solvable && own.flags === solvable && own.refused === unsolvable,
        },
        { goal: goals[1], measured: `${own.gradients} of ${smooth}`, met: own.gradients === smooth },
      ],
      details: [
        `${machine}; ${solvable + unsolvable} problems of at most 100 variables: nearly and weakly active rows, Q → 0, dependent and duplicate rows, one-point sets, rows and columns scaled by 1e±4, infeasible, unbounded.`,
        markdown(
          [
            '',
            `answers of ${solvable}`,
            `gradients of ${smooth}`,
            `without a solution, told of ${unsolvable}`,
          ],
          rows.map((one) => [one.who, one.answers, one.gradients, one.refused]),
        ),
        ...own.misses,
        ...missing.map((line) => `Not measured: ${line}`),
      ].join('\n\n'),
    };
  },
};
