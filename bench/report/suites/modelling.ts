import { markdown } from '../../markdown.js';
import type { ModellingOutput } from '../../modelling.js';
import { runJson } from '../child.js';
import { notMeasured, type Suite } from '../suite.js';

const goals = [
  'control, 3-32-32-2, horizon 20, 25 closed-loop steps: a step of a prepared model ≤ 0.6 × one built anew',
  'estimation, 2,000 residuals, 12 unknowns: the first solve ≤ 3 × CasADi with Ipopt, model and all',
  'the same solved again ≤ 1.3 × the time inside the solver',
  'counterfactual: twelve starts ≤ 4 × one, each with its preparation',
  '1,000 solves of a prepared model: ≤ 0.3 ms around solver and oracle each, memory does not grow by more than 16 MiB',
] as const;

const ms = (value: number): string => `${value.toFixed(2)} ms`;

export const modelling: Suite = {
  name: 'modelling',
  title: 'Models as people write them',
  goals,
  async run({ quick, python }) {
    const ran = await runJson<ModellingOutput>('modelling', [
      ...['--python', python],
      ...(quick ? ['--runs', '1', '--solves', '50'] : []),
    ]);
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { machine, load, cores, runs, control, estimation, starts, again } = ran.json;
    const { peer } = estimation!;
    const beside = typeof peer === 'string' ? undefined : peer;
    return {
      goals: [
        {
          goal: goals[0],
          measured: `${control!.ratio.toFixed(2)} × (${ms(control!.prepared)} against ${ms(control!.rebuilt)})`,
          met: control!.ratio <= 0.6,
        },
        {
          goal: goals[1],
          measured: beside
            ? `${estimation!.ratio!.toFixed(2)} × (${ms(estimation!.first)} against ${ms(beside.first)})`
            : 'not measured',
          met: beside && estimation!.ratio! <= 3,
        },
        { goal: goals[2], measured: `${estimation!.second.toFixed(2)} ×`, met: estimation!.second <= 1.3 },
        {
          goal: goals[3],
          measured: `${starts!.ratio.toFixed(2)} × (${starts!.found} of 12 solved)`,
          met: starts!.ratio <= 4,
        },
        {
          goal: goals[4],
          measured: `${ms(again!.median)} in the median, a tenth below ${ms(again!.least)}; ${again!.growth.toFixed(1)} MiB`,
          met: again!.median <= 0.3 && again!.growth <= 16,
        },
      ],
      details: [
        `${machine}; f64, medians of ${runs} runs, load ${load.toFixed(1)}, ${cores} cores; threads and modules are loaded before, as CasADi's are.`,
        markdown(
          ['what', 'milliseconds'],
          [
            ['a step of control, model built anew', control!.rebuilt.toFixed(2)],
            ['… of a prepared model', control!.prepared.toFixed(2)],
            ['estimation, from an empty model to the answer', estimation!.first.toFixed(2)],
            ...(beside
              ? [
                  [`… by CasADi ${beside.version} with Ipopt`, beside.first.toFixed(2)],
                  ['… by CasADi, its function called again', beside.second.toFixed(2)],
                ]
              : [[`… by CasADi: ${String(peer)}`, '–']]),
            ['counterfactual, one start', starts!.one.toFixed(2)],
            ['… twelve', starts!.twelve.toFixed(2)],
            ['around solver and oracle, prepared, 10 variables', again!.median.toFixed(2)],
            ['two threads that only wake each other', again!.roundTrip.toFixed(3)],
          ],
        ),
      ].join('\n\n'),
    };
  },
};
