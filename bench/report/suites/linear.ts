import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openFolder } from '../../../runtime/node/draft.js';
import { packageRoot } from '../../../scenarios/data.js';
import { machine } from '../../machine.js';
import { markdown } from '../../markdown.js';
import { runBench, runProgram } from '../child.js';
import { all, type Goal, notMeasured, type Suite } from '../suite.js';

/** One line of `bench/linear` or of its peer `bench/peers/mumps.c`, milliseconds. */
interface Row {
  readonly matrix: string;
  readonly kernels: string;
  readonly order: number;
  readonly analysis: number;
  readonly factor: number;
  readonly solve: number;
}

const goals = [
  'factorization ≤ 2.5 × MUMPS with OpenBLAS, WebAssembly kernels',
  'factorization ≤ 1.2 × MUMPS with OpenBLAS, system BLAS',
  'factorization ≤ 1 × MUMPS on the very sparse ones (optimal control, Bratu, gas network)',
] as const;

const verySparse = (matrix: string): boolean => /^(control|bratu|gaslib)/.test(matrix);

function parse(output: string): Row[] {
  const number = '([-+.\\deE]+)';
  const line = new RegExp(`^(\\S+) (\\S+) (\\d+) \\| ${number} ${number} ${number} \\|`, 'gm');
  return [...output.matchAll(line)].map(([, matrix, kernels, order, analysis, factor, solve]) => ({
    matrix: matrix!,
    kernels: kernels!,
    order: Number(order),
    analysis: Number(analysis),
    factor: Number(factor),
    solve: Number(solve),
  }));
}

/** Compiles and runs MUMPS on the matrices that `bench/linear` wrote. */
async function mumps(folder: string): Promise<Row[] | string> {
  const program = join(folder, 'mumps');
  const source = join(packageRoot, 'bench', 'peers', 'mumps.c');
  const compiled = await runProgram('gcc', ['-O2', source, '-o', program, '-ldmumps_seq', '-lm']);
  if ('failed' in compiled) return `MUMPS was not compiled: ${compiled.failed}`;
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.bin'))
    .map((file) => join(folder, file));
  const ran = await runProgram(program, files, { OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' });
  return 'failed' in ran ? `MUMPS did not run: ${ran.failed}` : parse(ran.output);
}

export const linear: Suite = {
  name: 'linear',
  title: 'KKT factorization',
  goals,
  async run({ quick }) {
    const folder = join(packageRoot, 'out', 'bench', 'linear');
    openFolder(folder);
    const ran = await runBench('linear', [
      '--write',
      folder,
      ...(quick ? ['--only', 'control25,dense500'] : []),
    ]);
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const own = parse(ran.output);
    const peers = await mumps(folder);
    // Both name the matrix in their own way; no two have the same order.
    const ratio = (row: Row): number | undefined => {
      const peer = typeof peers === 'string' ? undefined : peers.find(({ order }) => order === row.order);
      return peer && row.factor / peer.factor;
    };
    const judge = (goal: string, limit: number, rows: readonly Row[]): Goal => {
      const compared = rows.flatMap((row) => {
        const value = ratio(row);
        return value === undefined ? [] : [{ row, value }];
      });
      const worst = [...compared].sort((a, b) => b.value - a.value)[0];
      if (worst === undefined) return { goal, measured: 'not measured', met: undefined };
      const { row, value } = worst;
      return {
        goal,
        measured: `at most ${value.toFixed(2)} × (${row.matrix}, ${row.kernels}) on ${compared.length} matrices`,
        met: all(value <= limit, compared.length === rows.length ? true : undefined),
      };
    };
    const by = (kernels: string): Row[] => own.filter((row) => row.kernels === kernels);
    const best = own.filter(
      (row) => verySparse(row.matrix) && own.every((o) => o.order !== row.order || o.factor >= row.factor),
    );
    return {
      goals: [judge(goals[0], 2.5, by('wasm')), judge(goals[1], 1.2, by('blas')), judge(goals[2], 1, best)],
      details: [
        `${machine()}; f64, one thread, least of several runs, milliseconds.`,
        markdown(
          [
            'matrix',
            'order',
            'kernels',
            'analysis',
            'factorization',
            'solve',
            'factorization by MUMPS',
            'ratio',
          ],
          own.map((row) => {
            const value = ratio(row);
            return [
              ...[row.matrix, row.order, row.kernels, row.analysis, row.factor, row.solve],
              ...(value === undefined
                ? ['not measured', '']
                : [(row.factor / value).toFixed(2), value.toFixed(2)]),
            ];
          }),
        ),
        ...(typeof peers === 'string' ? [peers] : []),
      ].join('\n\n'),
    };
  },
};
