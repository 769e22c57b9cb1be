// Engine cuda on this machine’s card: milliseconds of y, y + J, and y + J + H end to end, by network and precision, beside what
// its products would take at the measured rate, and its weights at the measured bandwidth; and PyTorch on the same card, where
// the Python that is named has it.
//   node dist/bench/device/timings.js [--networks mnist-1024,…] [--precisions f64,…] [--budget 400] [--python python3] [--json FILE]
// Rows are appended to the file, and those that are there are not measured again.
import { parseArgs } from 'node:util';
import { table } from '../../cli/table.js';
import { Lines, readJsonLines } from '../../runtime/node/lines.js';
import { programsOf } from '../../runtime/programs.js';
import { flopsEach } from '../../src/derive/flops.js';
import { levels } from '../../src/derive/levels.js';
import type { Programs } from '../../src/derive/program.js';
import type { Order, Precision } from '../../src/engine/contract.js';
import type { Cuda } from '../../src/engine/cuda/cuda.js';
import { cudaEngineOver, openCuda } from '../../src/engine/cuda/index.js';
import { kernel } from '../../src/engine/cuda/kernels.js';
import { programOf } from '../../src/engine/programs.js';
import { boxShape } from '../../src/oracle/local.js';
import { makeSlot } from '../../src/oracle/slot.js';
import { machine, median } from '../machine.js';
import { benchmarkPoint, chainNetwork, publishedNetworks } from '../networks.js';
import { measurePeer } from '../scale/measure.js';

const { values: flags } = parseArgs({
  options: {
    networks: { type: 'string', default: publishedNetworks.map(({ name }) => name).join(',') },
    precisions: { type: 'string', default: 'f64,f32,tf32,mixed' },
    budget: { type: 'string', default: '400' },
    python: { type: 'string' },
    json: { type: 'string' },
  },
});

/** Milliseconds of a call: the median of as many as fit into the budget, five at least. */
async function timed(call: () => void | Promise<void>): Promise<number> {
  const times: number[] = [];
  const begin = performance.now();
  await call();
  while (times.length < 5 || (performance.now() - begin < Number(flags.budget) && times.length < 400)) {
    const from = performance.now();
    await call();
    times.push(performance.now() - from);
  }
  return median(times);
}

/** Operations a second of a large product, and bytes a second of copies within the card's reach. */
async function rates(cuda: Cuda) {
  const n = 4096;
  const product = async (float: 'f64' | 'f32', tf32: boolean): Promise<number> => {
    const bytes = n * n * (float === 'f64' ? 8 : 4);
    const [a, b, c] = [0, 1, 2].map(() => cuda.allocate(bytes)) as [bigint, bigint, bigint];
    const stride = { a: 0, b: 0, c: 0 };
    const same = { transposeA: false, transposeB: false, add: false, count: 1, lower: false };
    const milliseconds = await timed(() => {
      cuda.multiply({ float, tf32, m: n, n, k: n, a, b, c, stride, ...same });
      cuda.synchronize();
    });
    for (const address of [a, b, c]) cuda.free(address);
    return (2 * n ** 3) / (milliseconds / 1000);
  };
  /** Read plus written. */
  const bytes = async (): Promise<number> => {
    const count = 2 ** 26;
    const [from, to] = [cuda.allocate(8 * count), cuda.allocate(8 * count)];
    const { name, text } = kernel('carry', ['const double *a', 'double *b'], ['b[i] = a[i];']);
    const carry = cuda.kernel(cuda.load(cuda.compile(text)), name);
    const milliseconds = await timed(() => {
      cuda.launch(carry, count, [count, from, to]);
      cuda.synchronize();
    });
    for (const address of [from, to]) cuda.free(address);
    return (16 * count) / (milliseconds / 1000);
  };
  return {
    f64: await product('f64', false),
    f32: await product('f32', false),
    tf32: await product('f32', true),
    bytes: await bytes(),
  };
}

/**
 * Milliseconds below which `y`, `J` and `H` cannot be: products at their rates, H's in tf32 where the precision is mixed; and the
 * weights, read once with the tangents and once with the adjoints.
 */
function floorOf(programs: Programs, precision: Precision, rate: Awaited<ReturnType<typeof rates>>): number {
  const program = programOf(programs, 2, precision);
  const level = levels(program);
  const own = (k: number): 'f64' | 'f32' | 'tf32' => {
    if (precision !== 'mixed') return precision;
    return level[k] === 'lower' ? 'tf32' : 'f64';
  };
  const products = flopsEach(program.instructions).reduce((sum, each, k) => sum + each / rate[own(k)], 0);
  const read = 2 * programs.parameters * (precision === 'f64' || precision === 'mixed' ? 8 : 4);
  return 1000 * Math.max(products, read / rate.bytes);
}

const cuda = await openCuda();
const engine = cudaEngineOver(async () => cuda);
const lines = flags.json === undefined ? undefined : Lines.open(flags.json);
const known = new Set((lines ? readJsonLines(lines.path) : []).map(({ key }) => key));
const rate = await rates(cuda);
console.log(
  `# ${machine()}; ${cuda.card}, ${cuda.compiler}; products TFLOP/s, memory TB/s: ${Object.entries(rate)
    .map(([name, own]) => `${name} ${(own / 1e12).toFixed(1)}`)
    .join(', ')}`,
);
const rows: string[][] = [];
for (const name of flags.networks.split(',')) {
  const spec = publishedNetworks.find((own) => own.name === name);
  if (spec === undefined) throw new Error(`no network ${name}`);
  const wanted = flags.precisions.split(',').filter((precision) => !known.has(`${name} ${precision}`));
  if (wanted.length === 0) continue;
  // Sines of 592 million numbers take minutes.
  const network = chainNetwork(spec, spec.large ? 'f32' : 'f64');
  const programs = programsOf(network, {
    through: 'keep',
    limits: { derived: 1e10, constants: 1e10 },
  });
  for (const precision of wanted as Precision[]) {
    const begin = performance.now();
    try {
      const executable = await engine.compile(programs, { precision, device: 'cuda' });
      const compiling = performance.now() - begin;
      const { x, λ } = benchmarkPoint(programs.inputs, programs.outputs);
      const slot = makeSlot(boxShape(executable));
      slot.x.set(x);
      slot.λ.set(λ);
      const of = (order: Order) => timed(() => executable.evaluate(order, [slot]));
      const milliseconds = [await of(0), await of(1), await of(2)] as const;
      const finite = [slot.y, slot.J, slot.H].every((own) => own.every(Number.isFinite));
      const { cardBytes = 0 } = executable;
      await executable.dispose();
      const floor = floorOf(programs, precision, rate);
      const row = {
        key: `${name} ${precision}`,
        card: cuda.card,
        network: name,
        parameters: programs.parameters,
        precision,
        value: milliseconds[0],
        jacobian: milliseconds[1],
        hessian: milliseconds[2],
        floor,
        cardBytes,
        compiling,
        finite,
        machine: machine(),
      };
      lines?.append(JSON.stringify(row));
      rows.push([
        name,
        precision,
        ...milliseconds.map((own) => own.toFixed(3)),
        floor.toFixed(3),
        compiling.toFixed(0),
        String(finite),
      ]);
    } catch (error) {
      rows.push([name, precision, (error as Error).message]);
    }
  }
}
if (flags.python !== undefined)
  for (const name of flags.networks.split(',')) {
    const spec = publishedNetworks.find((own) => own.name === name)!;
    const asked = {
      network: name,
      engine: 'torch',
      device: 'cuda',
      precision: 'f64',
      seconds: 0.4,
      solve: false,
    } as const;
    const key = `${name} torch`;
    if (known.has(key)) continue;
    const row = await measurePeer(flags.python, spec, asked);
    lines?.append(JSON.stringify({ key, card: cuda.card, machine: machine(), ...row }));
    const shown = [row.value, row.jacobian, row.hessian].map((own) =>
      (1000 * (own ?? Number.NaN)).toFixed(3),
    );
    rows.push([name, 'torch f64', ...(row.error === undefined ? shown : [row.error])]);
  }
console.log(
  table(
    ['network', 'precision', 'y ms', 'y + J', 'y + J + H', 'floor', 'compiling', 'finite'],
    rows.map((row) => [...row, ...new Array<string>(8 - row.length).fill('')]),
  ),
);
lines?.close();
