import { markdown } from '../../markdown.js';
import { runJson } from '../child.js';
import { all, notMeasured, type Suite } from '../suite.js';

interface Run {
  readonly solver: string;
  readonly problem: string;
  readonly size: number;
  readonly variables: number;
  readonly rows: number;
  readonly status: string;
  readonly iterations: number;
  readonly objective: number;
  readonly seconds: { readonly total: number; readonly linear: number };
}
interface Output {
  readonly machine: string;
  readonly tol: number;
  readonly runs: readonly Run[];
}

const goals = ['total time ≤ Ipopt with MUMPS, same machine, same tolerances'] as const;

/** Numbers of variables by family; optimal control goes further. */
const sizes: readonly { readonly problems: readonly string[]; readonly variables: readonly number[] }[] = [
  { problems: ['van-der-pol', 'catalyst'], variables: [10_000, 50_000, 200_000] },
  { problems: ['bratu', 'obstacle', 'rosenbrock'], variables: [10_000, 50_000] },
];

export const sparse: Suite = {
  name: 'sparse',
  title: 'Larger sparse problems',
  goals,
  async run({ quick }) {
    const runs: Run[] = [];
    const remarks: string[] = [];
    let head = '';
    for (const solver of ['interior-point', 'ipopt'])
      for (const { problems, variables } of sizes) {
        const counts = quick ? [500] : variables;
        const ran = await runJson<Output>('sparse', [
          ...['--solver', solver],
          ...problems.flatMap((name) => ['--problem', name]),
          ...counts.flatMap((count) => ['--variables', String(count)]),
        ]);
        if ('failed' in ran) remarks.push(`${solver} on ${problems.join(', ')} did not run: ${ran.failed}`);
        else {
          runs.push(...ran.json.runs);
          head = `${ran.json.machine}; f64, tol ${ran.json.tol}. Seconds of the solve alone.`;
        }
      }
    const mine = runs.filter(({ solver }) => solver === 'interior-point');
    if (mine.length === 0) return notMeasured({ goals }, remarks.join('; '));
    const pairs = mine.flatMap((own) => {
      const peer = runs.find((r) => r.solver === 'ipopt' && r.problem === own.problem && r.size === own.size);
      return peer ? [{ own, peer, ratio: own.seconds.total / peer.seconds.total }] : [];
    });
    const solved = pairs.filter(({ own, peer }) => own.status === 'optimal' && peer.status === 'optimal');
    const sum = (of: 'own' | 'peer') => solved.reduce((total, pair) => total + pair[of].seconds.total, 0);
    const worst = solved.reduce<(typeof pairs)[number] | undefined>(
      (w, p) => (w && w.ratio >= p.ratio ? w : p),
      undefined,
    );
    const unsolved = mine.filter(({ status }) => status !== 'optimal');
    return {
      goals: [
        {
          goal: goals[0],
          measured: [
            worst
              ? `${sum('own').toFixed(1)} s against ${sum('peer').toFixed(1)} s on ${solved.length} problems solved by both; at worst ${worst.ratio.toFixed(2)} times (${worst.own.problem}, ${worst.own.variables} variables)`
              : 'Ipopt: not measured',
            ...unsolved.map((r) => `${r.problem} with ${r.variables} variables: ${r.status}`),
          ].join('; '),
          met: all(
            unsolved.length === 0,
            worst && pairs.length === mine.length ? sum('own') <= sum('peer') : undefined,
          ),
        },
      ],
      details: [
        head,
        markdown(
          [
            'problem',
            'variables',
            'rows',
            'status',
            'iterations',
            'seconds',
            'linear algebra',
            'Ipopt',
            'iterations',
            'seconds',
            'ratio',
          ],
          mine.map((own) => {
            const pair = pairs.find((p) => p.own === own);
            return [
              ...[own.problem, own.variables, own.rows, own.status, own.iterations],
              ...[own.seconds.total.toFixed(2), own.seconds.linear.toFixed(2)],
              ...(pair
                ? [
                    pair.peer.status,
                    pair.peer.iterations,
                    pair.peer.seconds.total.toFixed(2),
                    pair.ratio.toFixed(2),
                  ]
                : ['not measured', '', '', '']),
            ];
          }),
        ),
        ...remarks,
      ].join('\n\n'),
    };
  },
};
