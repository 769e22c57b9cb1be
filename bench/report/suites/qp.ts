import { markdown } from '../../markdown.js';
import type { QpOutput, QpRow } from '../../qp.js';
import { runJson } from '../child.js';
import { notMeasured, type Suite } from '../suite.js';

const goals = [
  'batch 128, n = p = 10: forward and backward together ≥ 1 × Moreau (active set)',
  'batch 128, n = p = 50, 100, 128: forward ≥ 1.5 ×, together ≥ 3 × Moreau',
  'batch 128, n = p = 50, 100: together ≥ 4 × proxsuite',
  'n ≥ 50: backward ≤ 15 % of forward, or ≤ 2 × the time to write dQ and dG',
  'two threads ≥ 1.7 × one, forward and backward together, n = 50, 100, 128',
  'sparse, n = 1024, Q = I, 256 equalities, 1024 inequalities of density 0.01: ≤ 1 × the best peer',
] as const;

const total = ({ forward, backward }: QpRow): number => forward + backward;

export const qp: Suite = {
  name: 'qp',
  title: 'Batches of quadratic programs',
  goals,
  async run({ quick, python }) {
    const sizes = quick ? '10' : '10,50,100,128';
    const ran = await runJson<QpOutput>('qp', [
      ...['--python', python, '--sizes', sizes, '--trials', quick ? '2' : '10'],
      ...(quick ? ['--sparse', '64', '--sparse-batch', '2'] : []),
    ]);
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { machine, load, batch, trials, rows, threads, sparse, missing } = ran.json;
    const [ownSparse, ...otherSparse] = sparse;
    const bestSparse = Math.min(...otherSparse.map((one) => one.forward));
    const row = (peer: string, n: number): QpRow | undefined =>
      rows.find((one) => one.peer === peer && one.n === n);
    const ratios = (peer: string, ns: readonly number[], of: (one: QpRow) => number) =>
      ns.flatMap((n) => {
        const [own, other] = [row('graybox', n), row(peer, n)];
        return own && other ? [{ n, ratio: of(other) / of(own) }] : [];
      });
    const told = (list: readonly { n: number; ratio: number }[]): string =>
      list.map(({ n, ratio }) => `${n}: ${ratio.toFixed(1)} ×`).join(', ');
    const judged = (
      goal: string,
      parts: readonly { list: readonly { n: number; ratio: number }[]; least: number; what: string }[],
      count: number,
    ) => {
      const whole = parts.every(({ list }) => list.length === count);
      return {
        goal,
        measured: whole ? parts.map(({ list, what }) => `${what} ${told(list)}`).join('; ') : 'not measured',
        met: whole ? parts.every(({ list, least }) => list.every(({ ratio }) => ratio >= least)) : undefined,
      };
    };
    const forward = (one: QpRow): number => one.forward;
    const large = [50, 100, 128];
    const shares = large.flatMap((n) => {
      const own = row('graybox', n);
      if (own === undefined) return [];
      const { forward, backward, again, write } = own;
      return [{ n, ofForward: backward / forward, ofWrite: backward / write!, over: again! / forward }];
    });
    return {
      goals: [
        judged(goals[0], [{ list: ratios('moreau', [10], total), least: 1, what: 'together' }], 1),
        judged(
          goals[1],
          [
            { list: ratios('moreau', large, forward), least: 1.5, what: 'forward' },
            { list: ratios('moreau', large, total), least: 3, what: 'together' },
          ],
          3,
        ),
        judged(goals[2], [{ list: ratios('proxsuite', [50, 100], total), least: 4, what: 'together' }], 2),
        {
          goal: goals[3],
          measured:
            shares.length === 3
              ? shares
                  .map(
                    (one) =>
                      `${one.n}: ${(100 * one.ofForward).toFixed(0)} % (${(100 * one.over).toFixed(0)} % into the gradients before), ${one.ofWrite.toFixed(1)} ×`,
                  )
                  .join('; ')
              : 'not measured',
          met:
            shares.length === 3
              ? shares.every(({ over, ofWrite }) => over <= 0.15 || ofWrite <= 2)
              : undefined,
        },
        {
          goal: goals[4],
          measured:
            threads.length === 3
              ? told(threads.map(({ n, one, several }) => ({ n, ratio: one / several })))
              : 'not measured',
          met: threads.length === 3 ? threads.every(({ one, several }) => one / several >= 1.7) : undefined,
        },
        {
          goal: goals[5],
          measured:
            ownSparse && otherSparse.length > 0
              ? `${(ownSparse.forward / bestSparse).toFixed(2)} × (${ownSparse.forward.toFixed(0)} ms an element against ${bestSparse.toFixed(0)})`
              : 'not measured',
          met: ownSparse && otherSparse.length > 0 ? ownSparse.forward <= bestSparse : undefined,
        },
      ],
      details: [
        `${machine}; f64, batch ${batch}, ${trials} trials, processor milliseconds of one core, medians. ${
          load > 1
            ? `The machine was loaded (${load.toFixed(1)} processes wanted a core in the mean): only ratios say something.`
            : ''
        }`,
        markdown(
          [
            '',
            'n = p',
            'forward',
            'backward',
            'into the gradients before',
            'largest primal residual',
            'dual',
          ],
          rows.map((one) => [
            `${one.peer} ${one.version}`.trim(),
            one.n,
            one.forward.toFixed(2),
            one.backward.toFixed(2),
            one.again?.toFixed(2) ?? '–',
            one.primal?.toExponential(1) ?? '–',
            one.dual?.toExponential(1) ?? '–',
          ]),
        ),
        markdown(
          ['sparse, an element', 'n', 'forward', 'largest primal residual'],
          sparse.map((one) => [
            `${one.peer} ${one.version}`.trim(),
            one.n,
            one.forward.toFixed(1),
            one.primal.toExponential(1),
          ]),
        ),
        ...missing.map((line) => `Not measured: ${line}`),
      ].join('\n\n'),
    };
  },
};
