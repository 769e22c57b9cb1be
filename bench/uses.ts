// K uses of one network asked together, as a solve asks them: time of y, J and H a use, through an oracle host (one wake-up,
// one call of its engine) and in the asking thread.
//   node dist/bench/uses.js [--network DIR] [--uses 1,10,50] [--runs 15] [--json]
import '../runtime/node/provide.js';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../cli/table.js';
import { loadNetwork } from '../index.js';
import { BlockingClient } from '../runtime/client.js';
import { openRuntime } from '../runtime/node/runtime.js';
import { openExecutable } from '../runtime/open.js';
import { programsOf } from '../runtime/programs.js';
import { packageRoot } from '../scenarios/data.js';
import type { Slot } from '../src/engine/contract.js';
import { LocalBox } from '../src/oracle/local.js';
import { machine, median } from './machine.js';

const { values: flags } = parseArgs({
  options: {
    network: { type: 'string', default: join(packageRoot, 'models', 'mnist-tanh-128') },
    uses: { type: 'string', default: '1,10,50' },
    runs: { type: 'string', default: '15' },
    json: { type: 'boolean', default: false },
  },
});

/** Milliseconds a use, and calls of the engine an evaluation. */
export interface UsesRow {
  readonly where: 'oracle host, onnx' | 'own thread, wasm';
  readonly uses: number;
  readonly least: number;
  readonly median: number;
  readonly calls: number;
}

interface Asked {
  readonly where: UsesRow['where'];
  readonly slots: readonly Slot[];
  evaluate(slots: readonly Slot[]): void;
  calls(): Promise<number> | number;
  readonly times: number[];
}

const counts = flags.uses.split(',').map(Number);
const network = await loadNetwork(flags.network);
const programs = programsOf(network, { through: 'keep' });
const spec = { programs, device: 'cpu', precision: 'f64' } as const;
const runtime = openRuntime();
const wasm = await openExecutable({ ...spec, engine: 'wasm' });
const asked: Asked[] = [];
for (const count of counts) {
  const hosted = await runtime.lease({ ...spec, engine: 'onnx' }).hosted;
  const { descriptor } = await hosted.attach(count);
  const client = new BlockingClient(descriptor);
  const box = new LocalBox(wasm);
  const slots = (of: { slot(): Slot }): Slot[] => Array.from({ length: count }, () => of.slot());
  asked.push(
    {
      where: 'oracle host, onnx',
      slots: slots(client),
      evaluate: (own) => client.evaluate(2, own),
      calls: async () => (await hosted.statistics()).calls,
      times: [],
    },
    {
      where: 'own thread, wasm',
      slots: slots(box),
      evaluate: (own) => box.evaluate(2, own),
      calls: () => box.statistics.calls,
      times: [],
    },
  );
}

/** Evaluates at a new point; milliseconds. */
function time({ slots, evaluate }: Asked, run: number): number {
  slots.forEach(({ x, λ }, k) => {
    for (let i = 0; i < x.length; i++) x[i] = 0.5 + 0.5 * Math.sin(i + 7 * k + 13 * run);
    for (let i = 0; i < λ.length; i++) λ[i] = Math.cos(i + k + run);
  });
  const begin = performance.now();
  evaluate(slots);
  return performance.now() - begin;
}

const runs = Number(flags.runs);
const called = asked.map(() => 0);
for (let run = -1; run < runs; run++)
  for (const [k, one] of asked.entries()) {
    const before = await one.calls();
    const taken = time(one, run);
    called[k] = (await one.calls()) - before;
    if (run >= 0) one.times.push(taken / one.slots.length); // the first run compiles
  }
const rows = asked.map(
  ({ where, slots, times }, k): UsesRow => ({
    where,
    uses: slots.length,
    least: Math.min(...times),
    median: median(times),
    calls: called[k]!,
  }),
);
wasm.dispose();
await runtime.close();

if (flags.json) console.log(JSON.stringify({ machine: machine(), network: network.name, rows }));
else
  console.log(
    `${machine()}; ${network.name}, f64, y + J + H, milliseconds a use\n\n${table(
      ['where', 'uses', 'least', 'median', 'calls of the engine'],
      rows.map(({ where, uses, least, median, calls }) => [
        where,
        uses,
        least.toFixed(2),
        median.toFixed(2),
        calls,
      ]),
    )}`,
  );
