import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../scenarios/data.js';
import type { ConformanceReport, Unread } from '../../conformance.js';
import type { ExporterReport } from '../../exporters.js';
import type { Loaded } from '../../loading.js';
import { machine } from '../../machine.js';
import { markdown } from '../../markdown.js';
import { runJson, runProgram } from '../child.js';
import type { Goal, Suite } from '../suite.js';

const goals = [
  "of the onnx package's node tests with one float input and constant rest, smooth operators: ≥ 95 % right, none wrong",
  '200 random networks by real exporters: values and derivatives agree',
  '100 MB in < 2 s and ≤ 1.5 × its size in memory; an ONNX file of 2,000 nodes in < 0.5 s',
] as const;

const none = (k: number, why: string): Goal => ({
  goal: goals[k]!,
  measured: `not measured: ${why}`,
  met: undefined,
});

const listed = (title: string, all: readonly Unread[]): string =>
  `${title}: ${all.map(({ operator, cases, why }) => `${operator} (${cases}: ${why})`).join('; ')}.`;

/** The node tests, which `python` writes. */
async function conformance(python: string): Promise<{ goal: Goal; details: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'graybox-onnx-'));
  try {
    const script = join(packageRoot, 'bench', 'peers', 'onnx_node_tests.py');
    const made = await runProgram(python, [script, folder]);
    if ('failed' in made) return { goal: none(0, made.failed), details: [] };
    const ran = await runJson<ConformanceReport>('conformance', [folder]);
    if ('failed' in ran) return { goal: none(0, ran.failed), details: [] };
    const { cases, right, wrong, share, refused, outside } = ran.json;
    const measured = `${(100 * share).toFixed(1)} % (${right} right, ${wrong.length} wrong, ${refused.reduce((sum, own) => sum + own.cases, 0)} refused; of ${cases} the rest are no networks)`;
    return {
      goal: { goal: goals[0], measured, met: share >= 0.95 && wrong.length === 0 },
      details: [listed('Refused', refused), listed('No network', outside)],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Networks that `bench/peers/networks/*.py` wrote into the folder that GRAYBOX_EXPORTED names. */
async function exported(): Promise<{ goal: Goal; details: string[] }> {
  const folder = process.env['GRAYBOX_EXPORTED'];
  if (folder === undefined || !existsSync(folder))
    return { goal: none(1, 'GRAYBOX_EXPORTED names no folder of networks'), details: [] };
  const ran = await runJson<ExporterReport>('exporters', [folder]);
  if ('failed' in ran) return { goal: none(1, ran.failed), details: [] };
  const { counts, failures } = ran.json;
  const sum = (key: 'files' | 'right' | 'wrong' | 'refused'): number =>
    counts.reduce((total, own) => total + own[key], 0);
  return {
    goal: {
      goal: goals[1],
      measured: `${sum('right')} of ${sum('files')} files right, ${sum('wrong')} wrong, ${sum('refused')} refused`,
      met: sum('files') >= 200 ? sum('wrong') + sum('refused') === 0 : undefined,
    },
    details: [
      markdown(
        ['exporter', 'files', 'right', 'wrong', 'refused'],
        counts.map(({ kind, files, right, wrong, refused }) => [kind, files, right, wrong, refused]),
      ),
      ...failures.map(({ name, file, verdict, why }) => `- ${verdict}: ${name}/${file}: ${why}`),
    ],
  };
}

async function loading(): Promise<{ goal: Goal; details: string[] }> {
  const ran = await runJson<Loaded[]>('loading', []);
  if ('failed' in ran) return { goal: none(2, ran.failed), details: [] };
  const large = ran.json.filter(({ size }) => size > 50);
  const deep = ran.json.find(({ size }) => size < 50)!;
  const most = (of: (own: Loaded) => number): number => Math.max(...large.map(of));
  const [seconds, memory] = [most((own) => own.seconds), most(({ peak, size }) => peak / size)];
  return {
    goal: {
      goal: goals[2],
      measured: `at most ${seconds.toFixed(2)} s and ${memory.toFixed(2)} ×; ${deep.seconds.toFixed(2)} s`,
      met: seconds < 2 && memory <= 1.5 && deep.seconds < 0.5,
    },
    details: [
      markdown(
        ['file', 'MiB', 'nodes', 'seconds', 'seconds of processors', 'peak, MiB'],
        ran.json.map(({ file, size, nodes, seconds: own, processors, peak }) => [
          file,
          size.toFixed(1),
          nodes,
          own.toFixed(2),
          processors.toFixed(2),
          peak.toFixed(0),
        ]),
      ),
    ],
  };
}

export const networks: Suite = {
  name: 'networks',
  title: 'Networks as others write them',
  goals,
  async run({ python }) {
    const found = [await conformance(python), await exported(), await loading()];
    return {
      goals: found.map(({ goal }) => goal),
      details: [machine(), ...found.flatMap(({ details }) => details)].join('\n\n'),
    };
  },
};
