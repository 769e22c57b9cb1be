// The published networks by size, engine, device and precision: seconds of y, y + J and y + J + H asked as a solve asks them,
// what of it is the engine, and the nearest point at which the first three outputs are raised; beside PyTorch and the floor.
//   node dist/bench/scale.js [--networks scopf-1000x7,…] [--engines blas,onnx,wasm] [--devices cpu] [--precisions f64,f32]
//     [--open] [--solve] [--large] [--seconds 2] [--python PYTHON] [--out out/scale]
// Every row is measured in a process of its own and appended to OUT/rows.jsonl; rows that are there are not measured again,
// but those that failed are.
// --open: networks of 1,000 to 100,000 inputs and outputs, with a narrow entry and without: where does transfer overtake
// arithmetic?
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '../cli/table.js';
import { openFolder, writeWhole } from '../runtime/node/draft.js';
import { Lines, readJsonLines } from '../runtime/node/lines.js';
import { machine } from './machine.js';
import { publishedNetworks } from './networks.js';
import { measurePeer, measureScale, type ScaleCase, type ScaleRow } from './scale/measure.js';
import { openNetworks } from './scale/open-networks.js';
import { plot } from './scale/plot.js';

const { values: flags } = parseArgs({
  options: {
    networks: { type: 'string', default: '' },
    engines: { type: 'string', default: 'blas,onnx,wasm' },
    devices: { type: 'string', default: 'cpu' },
    precisions: { type: 'string', default: 'f64,f32' },
    open: { type: 'boolean', default: false },
    solve: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '2' },
    python: { type: 'string' },
    out: { type: 'string', default: 'out/scale' },
    /** Measures this one case, as JSON, and prints its row: the process of its own. */
    case: { type: 'string' },
  },
});

const keyOf = ({ network, engine, device, precision, solve }: ScaleCase): string =>
  [network, engine, device, precision, ...(solve ? ['solved'] : [])].join(' ');

/** The latest row of each key. */
const latest = (rows: readonly Readonly<Record<string, unknown>>[]): ScaleRow[] => [
  ...new Map(rows.map((row) => [row['key'], row as unknown as ScaleRow])).values(),
];

/** One row, measured by this script in another process: memory is then that of this row alone. */
function apart(own: ScaleCase): Promise<ScaleRow> {
  return new Promise((resolve) => {
    const script = fileURLToPath(import.meta.url);
    const child = spawn(process.execPath, [script, '--case', JSON.stringify(own)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    child.stdout.on('data', (text) => {
      told += text;
    });
    child.on('close', (code, signal) => {
      try {
        resolve(JSON.parse(told.trim().split('\n').at(-1) ?? ''));
      } catch {
        resolve({ ...own, error: `the process ended with ${signal ?? `code ${code}`}` });
      }
    });
  });
}

const list = (text: string): string[] => text.split(',').filter((part) => part !== '');

async function main(): Promise<void> {
  if (flags.case !== undefined) {
    console.log(JSON.stringify(await measureScale(JSON.parse(flags.case))));
    return;
  }
  const specs = flags.open ? openNetworks : publishedNetworks;
  const wanted = list(flags.networks);
  const unknown = wanted.find((name) => !specs.some((spec) => spec.name === name));
  if (unknown !== undefined)
    throw new Error(`no network ${unknown}; there is ${specs.map(({ name }) => name).join(', ')}`);
  const chosen = specs.filter((spec) =>
    wanted.length > 0 ? wanted.includes(spec.name) : flags.large || !spec.large,
  );
  openFolder(flags.out);
  const lines = Lines.open(join(flags.out, 'rows.jsonl'));
  try {
    const found = readJsonLines(lines.path) as unknown as readonly Record<string, unknown>[];
    const known = new Set(found.flatMap(({ key, error }) => (error === undefined ? [key] : [])));
    const record = async (own: ScaleCase, measure: () => Promise<ScaleRow>): Promise<void> => {
      const key = keyOf(own);
      if (known.has(key)) return;
      process.stderr.write(`${key} … `);
      const row = await measure();
      lines.append(JSON.stringify({ key, machine: machine(), ...row }));
      process.stderr.write(`${row.error ?? `${row.hessian!.toFixed(4)} s`}\n`);
    };
    for (const spec of chosen)
      for (const precision of list(flags.precisions)) {
        const rest = { network: spec.name, precision, seconds: Number(flags.seconds), solve: flags.solve };
        for (const engine of list(flags.engines))
          for (const device of list(flags.devices)) {
            if (engine === 'wasm' && (precision !== 'f64' || device !== 'cpu')) continue;
            const own = { ...rest, engine, device } as ScaleCase;
            await record(own, () => apart(own));
          }
        const { python } = flags;
        if (python === undefined) continue;
        const own = { ...rest, engine: 'torch', device: 'cpu' } as ScaleCase;
        await record(own, () => measurePeer(python, spec, own));
      }
    const rows = latest(readJsonLines(lines.path) as unknown as Record<string, unknown>[]);
    tell(rows);
    writeWhole(join(flags.out, 'scale.svg'), plot(rows));
    console.log(`Wrote ${join(flags.out, 'scale.svg')}.`);
  } finally {
    lines.close();
  }
}

function tell(rows: readonly ScaleRow[]): void {
  const milliseconds = (seconds: number | undefined): string =>
    seconds === undefined ? '' : (1000 * seconds).toPrecision(3);
  console.log(`# ${machine()}`);
  console.log(
    table(
      [
        'network',
        'engine',
        'device',
        'precision',
        'y ms',
        'y+J',
        'y+J+H',
        'transfer',
        'floor ms',
        'solve s',
        'iter',
        's/iter',
        'GB',
        '',
      ],
      rows.map((row) => [
        row.network,
        row.engine,
        row.device,
        row.precision,
        milliseconds(row.value),
        milliseconds(row.jacobian),
        milliseconds(row.hessian),
        row.transfer === undefined ? '' : `${(100 * row.transfer).toFixed(0)} %`,
        milliseconds(row.floor),
        row.solved?.seconds.toFixed(2) ?? '',
        row.solved?.iterations ?? '',
        row.solved === undefined ? '' : (row.solved.seconds / Math.max(1, row.solved.iterations)).toFixed(3),
        row.gigabytes?.toFixed(1) ?? '',
        (row.error ?? row.solved?.status ?? '').slice(0, 60),
      ]),
    ),
  );
}

await main();
