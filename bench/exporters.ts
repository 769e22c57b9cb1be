/**
 * Reads networks that real exporters wrote (`bench/peers/networks/with_*.py` draws them, the other scripts there list them) and compares values,
 * Jacobians and Hessian-vector products with those of the program they come from:
 *
 *     node dist/bench/exporters.js FOLDER [--json]
 *
 * Counts by exporter and file, and every failure by name; exit code 1 where a number is wrong.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkNetwork, InputError, loadNetwork, openOracle } from '../index.js';

interface Case {
  readonly exporter: string;
  readonly files: readonly string[];
  readonly layers: readonly string[];
  readonly x: number[];
  readonly y: number[];
  /** Derivatives; where a case tells none, they are only checked against differences of values. */
  readonly J?: number[];
  readonly lambda?: number[];
  readonly d?: number[];
  readonly Hd?: number[];
  /** Relative accuracy of the derivatives, where they are no automatic ones. */
  readonly accuracy?: number;
  /** Relative accuracy of the values, where a runtime of single precision told them. */
  readonly rounding?: number;
  /** Lengths of axes that the files leave open. */
  readonly shapes?: Readonly<Record<string, number>>;
}
/** What became of the files of one exporter. */
export interface ExporterCount {
  readonly kind: string;
  readonly files: number;
  readonly right: number;
  readonly wrong: number;
  readonly refused: number;
}
export interface ExporterReport {
  readonly counts: readonly ExporterCount[];
  readonly failures: readonly Row[];
}
interface Row {
  readonly name: string;
  readonly exporter: string;
  readonly file: string;
  readonly layers: readonly string[];
  readonly verdict: 'right' | 'wrong' | 'refused';
  readonly why: string;
}

/** Files store attributes, and some activations, in single precision. */
const [ofValues, ofDerivatives] = [1e-6, 1e-5];

/** `‖a − b‖∞ / (1 + ‖b‖∞)`. */
function gap(a: ArrayLike<number>, b: readonly number[]): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  const size = 1 + b.reduce((most, own) => Math.max(most, Math.abs(own)), 0);
  return b.reduce((most, own, k) => {
    const off = Math.abs(a[k]! - own) / size;
    return off <= most ? most : off;
  }, 0);
}

/** A GraphModel's signature keeps no order: cases tell its ends in that of their names. */
function endsOf(path: string): { inputs?: string[]; outputs?: string[] } {
  const file = join(path, 'model.json');
  if (!existsSync(file)) return {};
  const { format, signature } = JSON.parse(readFileSync(file, 'utf8'));
  if (format !== 'graph-model') return {};
  const sorted = (ends: object) => Object.keys(ends).sort();
  return { inputs: sorted(signature.inputs), outputs: sorted(signature.outputs) };
}

async function judge(folder: string, name: string, file: string, given: Case): Promise<Row> {
  const { exporter, layers, x, y, accuracy = 0, rounding = ofValues } = given;
  const lambda = given.lambda ?? y.map((_, k) => 1 / (k + 1));
  const d = given.d ?? x.map(() => 1);
  const row = (verdict: Row['verdict'], why: string): Row => ({
    name,
    exporter,
    file,
    layers,
    verdict,
    why,
  });
  try {
    const network = await loadNetwork(join(folder, name, file), {
      shapes: given.shapes ?? {},
      ...endsOf(join(folder, name, file)),
    });
    if (network.inputSize !== x.length)
      return row('wrong', `${network.inputSize} inputs instead of ${x.length}`);
    const oracle = await openOracle(network, { engine: 'wasm', kinks: 'allow' });
    try {
      const found = await oracle.hessian(Float64Array.from(x), Float64Array.from(lambda));
      const product = d.map((_, i) =>
        d.reduce((sum, own, j) => {
          const [high, low] = i > j ? [i, j] : [j, i];
          return sum + own * found.H[(high * (high + 1)) / 2 + low]!;
        }, 0),
      );
      const tolerance = Math.max(ofDerivatives, accuracy);
      const gaps = {
        y: gap(found.y, y),
        J: given.J ? gap(found.J, given.J) : 0,
        Hd: given.Hd ? gap(product, given.Hd) : 0,
      };
      const wrong = Object.entries(gaps).filter(
        ([what, off]) => !(off <= (what === 'y' ? rounding : what === 'J' ? tolerance : 10 * tolerance)),
      );
      if (wrong.length > 0)
        return row('wrong', wrong.map(([what, off]) => `${what} off by ${off.toExponential(1)}`).join(', '));
    } finally {
      oracle.dispose();
    }
    const near = { points: 1, directions: 1, lower: x.map((v) => v - 1e-3), upper: x.map((v) => v + 1e-3) };
    const { findings } = await checkNetwork(network, { engine: 'wasm', kinks: 'allow', ...near });
    // Slopes break at kinks; small derivatives are lost in differences.
    const flat = given.J?.every((own) => Math.abs(own) < 1e-6);
    const failed = findings.filter(
      ({ name: own, worst }) => !flat && !own.includes('remainder') && !(worst <= 1e-5),
    );
    if (failed.length > 0)
      return row(
        'wrong',
        `check: ${failed.map(({ name: own, worst }) => `${own} ${worst.toExponential(1)}`)}`,
      );
    return row('right', '');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return row('refused', error.message.replace(/^.*\/(?=[^/]*: )/, ''));
  }
}

const [folder, ...flags] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('give the folder that bench/peers/networks/*.py wrote\n');
  process.exitCode = 2;
} else {
  const rows: Row[] = [];
  for (const name of readdirSync(folder).sort()) {
    let text: string;
    try {
      text = readFileSync(join(folder, name, 'case.json'), 'utf8');
    } catch {
      continue; // The exporter refused it.
    }
    const given = JSON.parse(text) as Case;
    for (const file of given.files) rows.push(await judge(folder, name, file, given));
  }
  const kinds = [...new Set(rows.map(({ exporter, file }) => `${exporter}, ${file}`))].sort();
  const counts = kinds.map((kind): ExporterCount => {
    const own = rows.filter(({ exporter, file }) => `${exporter}, ${file}` === kind);
    const of = (verdict: Row['verdict']): number => own.filter((row) => row.verdict === verdict).length;
    return { kind, files: own.length, right: of('right'), wrong: of('wrong'), refused: of('refused') };
  });
  const failures = rows.filter(({ verdict }) => verdict !== 'right');
  if (flags.includes('--json'))
    process.stdout.write(`${JSON.stringify({ counts, failures } satisfies ExporterReport, null, 1)}\n`);
  else {
    for (const { kind, files, right, wrong, refused } of counts)
      process.stdout.write(`${kind}: ${files} files, ${right} right, ${wrong} wrong, ${refused} refused\n`);
    for (const { name, file, verdict, why, layers } of failures)
      process.stdout.write(`${verdict}: ${name}/${file}: ${why} (${layers.join(', ')})\n`);
  }
  if (failures.some(({ verdict }) => verdict === 'wrong')) process.exitCode = 1;
}
