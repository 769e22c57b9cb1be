// The prices by which `auto` chooses an engine (src/engine/choose.ts), fitted to measured times of y + J + H.
//   node dist/bench/price.js [--engines blas,onnx,wasm] [--threads 2] [--seconds 1] [--cpu]
// Each engine's call, instruction, thousand operations of products and thousand other numbers, none below 0, so that relative
// errors are least in squares; then what is chosen by the prices of today, and what was quickest. --cpu: by processor time,
// which other work on the machine disturbs least; with --threads 1 it is that of a quiet core.
import '../runtime/node/provide.js';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadNetwork, type Network } from '../index.js';
import { packageRoot } from '../scenarios/data.js';
import { derive } from '../src/derive/derive.js';
import { amountsOf, type Priced, priceOf } from '../src/engine/choose.js';
import { openEngine } from '../src/engine/open.js';
import { makeSlot } from '../src/oracle/slot.js';
import { machine } from './machine.js';
import { markdown } from './markdown.js';
import { benchmarkPoint, chainNetwork, otherNetworks, publishedNetworks } from './networks.js';

const { values: flags } = parseArgs({
  options: {
    engines: { type: 'string', default: 'blas,onnx,wasm' },
    threads: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '1' },
    cpu: { type: 'boolean', default: false },
  },
});
const engines = flags.engines.split(',') as Priced[];
const threads = Number(flags.threads);
const kinds = ['call', 'instruction', 'product', 'number'] as const;
type Amounts = ReturnType<typeof amountsOf>;

const small = publishedNetworks.filter(({ widths }) => Math.max(...widths.slice(1)) <= 512);
const networks: Network[] = [...small, ...otherNetworks].map((spec) => chainNetwork(spec));
for (const kind of ['convolution', 'attention'])
  networks.push(await loadNetwork(join(packageRoot, 'models', `mnist-${kind}`)));

/** Least microseconds of a call. */
async function timed(call: () => void | Promise<void>): Promise<number> {
  await call();
  await call();
  let least = Number.POSITIVE_INFINITY;
  const end = performance.now() + 1000 * Number(flags.seconds);
  for (let k = 0; k < 5 || performance.now() < end; k++) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    await call();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, flags.cpu ? user + system : 1000 * (performance.now() - start));
  }
  return least;
}

const rows: { network: string; amounts: Amounts; times: Partial<Record<Priced, number>> }[] = [];
for (const network of networks)
  for (const through of ['expand', 'keep'] as const) {
    const programs = derive(network, { through });
    if (through === 'keep' && programs.through === undefined) continue;
    const times: Partial<Record<Priced, number>> = {};
    for (const name of engines) {
      const engine = await openEngine(name);
      const executable = await engine.compile(programs, { precision: 'f64', device: 'cpu', threads });
      const shape = { ...executable, accuracy: 0, secondDerivatives: true };
      const slot = { ...makeSlot(shape), ...benchmarkPoint(network.inputSize, network.outputSize) };
      times[name] = await timed(() => executable.evaluate(2, [slot]));
      await executable.dispose();
    }
    rows.push({ network: `${network.name}, ${through}`, amounts: amountsOf(programs.hessian), times });
    process.stderr.write(`${rows.at(-1)!.network}\n`);
  }

/** Numbers of 0 or more for which `Σ (amounts · prices / time − 1)²` is least, one after the other. */
function fitted(engine: Priced): number[] {
  const lines = rows.map(({ amounts, times }) => kinds.map((kind) => amounts[kind] / times[engine]!));
  const prices = kinds.map(() => 0);
  for (let sweep = 0; sweep < 20_000; sweep++)
    kinds.forEach((_, k) => {
      let [up, down] = [0, 0];
      for (const line of lines) {
        const rest = 1 - line.reduce((sum, each, i) => (i === k ? sum : sum + each * prices[i]!), 0);
        up += line[k]! * rest;
        down += line[k]! * line[k]!;
      }
      prices[k] = Math.max(0, up / down);
    });
  return prices;
}

const ms = (microseconds: number): string => (microseconds / 1000).toFixed(2);
const quickest = (of: (engine: Priced) => number): Priced => engines.toSorted((a, b) => of(a) - of(b))[0]!;
console.log(
  [
    `${machine()}; f64, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${flags.cpu ? 'processor time' : 'wall clock'}; microseconds.`,
    markdown(
      ['engine', ...kinds],
      engines.map((engine) => [engine, ...fitted(engine).map((price) => price.toPrecision(3))]),
    ),
    'Milliseconds measured, in parentheses as priced today.',
    markdown(
      ['network', ...engines, 'chosen', 'quickest'],
      rows.map(({ network, amounts, times }) => [
        network,
        ...engines.map((engine) => `${ms(times[engine]!)} (${ms(priceOf(engine, amounts))})`),
        quickest((engine) => priceOf(engine, amounts)),
        quickest((engine) => times[engine]!),
      ]),
    ),
  ].join('\n\n'),
);
process.exit(0);
