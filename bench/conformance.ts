/**
 * Reads every case of the onnx package's node test data (`bench/peers/onnx_node_tests.py` writes it) and compares the outputs:
 *
 *     node dist/bench/conformance.js FOLDER [--json] [--check] [--only PATTERN]
 *
 * `--check` compares derivatives with differences as well, near the case's own input, where that and the outputs are few.
 * Refusals are listed by operator and cause. What no differentiable network can be is counted apart: loops, random numbers,
 * training steps, sequences, empty values, steps that are constant between their jumps. Exit code 1 where a value is wrong.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkNetwork, evaluate, InputError, loadNetwork } from '../index.js';

interface Row {
  readonly name: string;
  readonly operator: string;
  readonly verdict: 'right' | 'wrong' | 'refused' | 'no network';
  readonly why: string;
}

/** Operators that could not be read, and why. */
export interface Unread {
  readonly operator: string;
  readonly cases: number;
  readonly why: string;
}
export interface ConformanceReport {
  readonly cases: number;
  readonly right: number;
  readonly wrong: readonly { readonly name: string; readonly why: string }[];
  readonly share: number;
  readonly refused: readonly Unread[];
  readonly outside: readonly Unread[];
}

/** Causes after which a case is none of a smooth network. */
const outside =
  /loops cannot|is random|training mode|preview\.training|constant between its jumps|trees have|no output of floats|positive whole lengths|is computed from the inputs|element type undefined|\(0\)$|into \[0|does not depend on any input|Hardmax|OptionalGetElement|has no length/;
const tolerance = 1e-3;
/** Numbers of inputs and outputs up to which derivatives are checked, and how far from the case's input. */
const [most, near] = [150, 1e-2];

async function judge(folder: string, name: string): Promise<Row> {
  const data = JSON.parse(readFileSync(join(folder, name, 'case.json'), 'utf8'));
  const operator = data.ops.length === 1 ? data.ops[0] : `function of ${data.ops.length} operators`;
  const row = (verdict: Row['verdict'], why: string): Row => ({ name, operator, verdict, why });
  try {
    const x = (data.x as (number | null)[]).map(Number);
    const network = await loadNetwork(join(folder, name, 'model.onnx'));
    const y = evaluate(network, x);
    if (y.length !== data.y.length) return row('wrong', `${y.length} outputs, not ${data.y.length}`);
    let worst = 0;
    for (const [i, wanted] of (data.y as (number | null)[]).entries()) {
      if (wanted === null) continue;
      const gap = Math.abs(y[i]! - wanted) / (1 + Math.abs(wanted));
      if (!(gap <= worst)) worst = gap;
    }
    if (!(worst <= tolerance)) return row('wrong', `off by ${worst.toExponential(1)}`);
    if (derivatives && x.length <= most && y.length <= most) {
      const lower = x.map((own) => own - near);
      const upper = x.map((own) => own + near);
      const check = { engine: 'wasm', points: 1, directions: 1, lower, upper, kinks: 'allow' } as const;
      const { findings } = await checkNetwork(network, check);
      // Differences are no better than this where derivatives are small; slopes break at kinks.
      const failed = findings.filter(
        ({ name: own, worst: by }) => !own.includes('remainder') && !(by <= 1e-5),
      );
      if (failed.length > 0)
        return row(
          'wrong',
          failed.map(({ name: own, worst: by }) => `${own} off by ${by.toExponential(1)}`).join(', '),
        );
    }
    return row('right', '');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const why = error.message.replace(/^.*?model\.onnx: /, '').replace(/^layer "[^"]*": /, '');
    return row(outside.test(why) ? 'no network' : 'refused', why);
  }
}

const [folder, ...flags] = process.argv.slice(2);
const derivatives = flags.includes('--check');
const only = new RegExp(flags.includes('--only') ? flags[flags.indexOf('--only') + 1]! : '');
if (folder === undefined) {
  process.stderr.write('give the folder that bench/peers/onnx_node_tests.py wrote\n');
  process.exitCode = 2;
} else {
  const rows: Row[] = [];
  for (const name of readdirSync(folder)
    .sort()
    .filter((own) => only.test(own)))
    rows.push(await judge(folder, name));
  const of = (verdict: Row['verdict']): Row[] => rows.filter((row) => row.verdict === verdict);
  const [right, wrong, refused] = [of('right'), of('wrong'), of('refused')];
  const share = right.length / (right.length + wrong.length + refused.length);
  const operators = (all: readonly Row[]) =>
    [...new Set(all.map(({ operator }) => operator))].map((operator) => {
      const own = all.filter((row) => row.operator === operator);
      return { operator, cases: own.length, why: own[0]!.why };
    });
  const report: ConformanceReport = {
    cases: rows.length,
    right: right.length,
    wrong: wrong.map(({ name, why }) => ({ name, why })),
    share,
    refused: operators(refused),
    outside: operators(of('no network')),
  };
  if (flags.includes('--json')) process.stdout.write(`${JSON.stringify(report, null, 1)}\n`);
  else {
    process.stdout.write(
      `${rows.length} cases: ${right.length} right, ${wrong.length} wrong, ${refused.length} refused, ${of('no network').length} no network; ${(100 * share).toFixed(1)} % of those that are one\n`,
    );
    for (const { name, why } of wrong) process.stdout.write(`wrong: ${name}, ${why}\n`);
    for (const { operator, cases, why } of report.refused)
      process.stdout.write(`refused: ${operator} (${cases}): ${why}\n`);
  }
  if (wrong.length > 0) process.exitCode = 1;
}
