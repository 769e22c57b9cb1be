// Hard quadratic programs (nearly and weakly active rows, Q → 0, dependent rows, one-point sets, bad scaling, no solution): how many
// statuses, solutions, gradients and flags are right, and what is wrong with the others; beside other libraries on the same problems.
//   node dist/bench/qp-hard.js [--python python3] [--peers proxsuite,qpth] [--json]
import '../runtime/node/provide.js';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../scenarios/data.js';
import { type Hard, hard } from '../test/batch/hard.js';
import { judgeHard, type Known, knownOf } from '../test/batch/judge-hard.js';
import { machine } from './machine.js';
import { markdown } from './markdown.js';

const { values: flags } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    peers: { type: 'string', default: 'proxsuite,qpth' },
    json: { type: 'boolean', default: false },
  },
});

/** Of how many problems each could be right, and was. */
export interface HardTally {
  readonly who: string;
  readonly answers: number;
  readonly gradients: number;
  readonly flags: number | null;
  readonly refused: number;
  readonly misses: readonly string[];
}

const solvable = hard.filter(({ status }) => status === 'optimal');
const smooth = solvable.filter(({ active }) => active !== undefined);
const unsolvable = hard.filter(({ status }) => status !== 'optimal');

function own(): HardTally {
  const verdicts = hard.map((one) => ({ one, ...judgeHard(one) }));
  const right = (
    list: readonly Hard[],
    of: (verdict: (typeof verdicts)[number]) => readonly string[] | undefined,
  ) => verdicts.filter((verdict) => list.includes(verdict.one) && of(verdict)?.length === 0).length;
  return {
    who: 'graybox',
    answers: right(solvable, ({ answer }) => answer),
    gradients: right(smooth, ({ gradient }) => gradient),
    flags: right(solvable, ({ answer, flags: odd }) => [...answer, ...odd]),
    refused: right(unsolvable, ({ answer }) => answer),
    misses: verdicts.flatMap(({ one, answer, flags: odd, gradient }) => {
      const wrong = [...answer, ...odd, ...(gradient ?? [])];
      return wrong.length > 0 ? [`${one.name}: ${wrong.join('; ')}`] : [];
    }),
  };
}

/** What a peer says of each problem: `refused` where it says that there is no answer. */
interface PeerAnswer {
  readonly refused: boolean;
  readonly z: readonly number[] | null;
  readonly dq: readonly number[] | null;
}

function ask(peer: string): HardTally | string {
  const known = hard.map(knownOf);
  const script = join(packageRoot, 'bench', 'peers', 'qp_hard.py');
  const { status, stdout, stderr, error } = spawnSync(flags.python, [script, peer], {
    encoding: 'utf8',
    input: JSON.stringify(known.map(({ data }) => data)),
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) return `${peer}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
  const { version, answers } = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
    version: string;
    answers: PeerAnswer[];
  };
  const close = (found: readonly number[] | null, wanted: Known['z'], tolerance: number): boolean => {
    if (!found || !wanted) return false;
    const size = Math.max(...Array.from(wanted, Math.abs));
    return wanted.every((value, k) => Math.abs(value - found[k]!) <= tolerance * size + 1e-13);
  };
  const which = (is: (k: number) => boolean): number => hard.filter((_, k) => is(k)).length;
  return {
    who: `${peer} ${version}`,
    answers: which(
      (k) =>
        hard[k]!.status === 'optimal' &&
        (known[k]!.z ? close(answers[k]!.z, known[k]!.z, 1e-6) : !answers[k]!.refused),
    ),
    gradients: which((k) => known[k]!.dq !== undefined && close(answers[k]!.dq, known[k]!.dq, 1e-5)),
    flags: null,
    refused: which((k) => hard[k]!.status !== 'optimal' && answers[k]!.refused),
    misses: [],
  };
}

const asked = flags.peers
  .split(',')
  .filter((name) => name !== '')
  .map(ask);
const rows = [own(), ...asked.filter((one): one is HardTally => typeof one !== 'string')];
const missing = asked.filter((one): one is string => typeof one === 'string');
export interface HardOutput {
  readonly machine: string;
  readonly problems: { readonly solvable: number; readonly smooth: number; readonly unsolvable: number };
  readonly rows: readonly HardTally[];
  readonly missing: readonly string[];
}

const output: HardOutput = {
  machine: machine(),
  problems: { solvable: solvable.length, smooth: smooth.length, unsolvable: unsolvable.length },
  rows,
  missing,
};
if (flags.json) process.stdout.write(`${JSON.stringify(output)}\n`);
else {
  console.log(
    `${machine()}; ${hard.length} hard problems, f64\n\n${markdown(
      [
        '',
        `answers of ${solvable.length}, to 1e-6`,
        `gradients of ${smooth.length}, to 1e-5`,
        `flags of ${solvable.length}`,
        `without a solution, ${unsolvable.length}`,
      ],
      rows.map((one) => [one.who, one.answers, one.gradients, one.flags ?? '–', one.refused]),
    )}`,
  );
  for (const line of [...rows.flatMap(({ misses }) => misses), ...missing]) console.log(line);
}
if (!flags.json) process.exitCode = rows[0]!.misses.length > 0 ? 1 : 0;
