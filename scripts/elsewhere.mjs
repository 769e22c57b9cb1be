// Solves a small problem with the built package in Node, Deno and Bun, and from bundles by webpack; says which versions did.
//   npm run build && node scripts/elsewhere.mjs [--tools FOLDER] [--only node,deno,bun,webpack]
// FOLDER is where `npm i deno bun webpack` was run (default: what PATH has); what is not there is named and left out.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({ options: { tools: { type: 'string' }, only: { type: 'string' } } });
const wanted = (name) => flags.only === undefined || flags.only.split(',').includes(name);
const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'graybox-elsewhere-'));
const tools = flags.tools === undefined ? undefined : resolve(flags.tools, 'node_modules');

const problem = `
const net = dense([{ W: [[0.3, -0.2], [0.5, 0.4]], activation: 'tanh' }, { W: [[1], [0.7]] }]);
const model = new Model('small');
const p = model.parameter('p', [2], [0.4, 0.2]);
const x = model.variables('x', 2, { lower: -1, upper: 1, start: 0.1 });
model.constrain(network(net, x).at(0), { lower: 0.2 });
model.minimize(sumOfSquares(subtract(x, p)));`;
const programs = {
  solveHere: `import { dense, Model, network, solveHere, subtract, sumOfSquares } from 'graybox-nlp';${problem}
const told = [(await solveHere(model)).status];`,
  solve: `import { dense, Model, network, shutdown, solve, subtract, sumOfSquares } from 'graybox-nlp';${problem}
const told = [(await solve(model)).status];
await shutdown();`,
  prepare: `import { dense, Model, network, prepare, subtract, sumOfSquares } from 'graybox-nlp';${problem}
const prepared = await prepare(model);
const told = [];
for (const at of [0.4, 0.3]) told.push((await prepared.solve({ parameters: { p: at } })).status);
await prepared.dispose();`,
};
let failed = false;

function run(name, program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
  });
  const told = (stdout ?? '').trim().split('\n').at(-1);
  const good = status === 0 && /^optimal( optimal)?$/.test(told);
  failed ||= !good;
  const trouble = error?.message ?? (stderr ?? '').trim().split('\n').slice(-3).join(' | ');
  console.log(`${name}: ${good ? told : `failed: ${told} ${trouble}`}`);
}

const versionOf = (program) => {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0].trim() : undefined;
};

try {
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "dependencies": { "graybox-nlp": "*" } }');
  symlinkSync(root, join(folder, 'node_modules', 'graybox-nlp'), 'junction');
  symlinkSync(join(root, 'node_modules', 'piscina'), join(folder, 'node_modules', 'piscina'), 'junction');
  for (const [verb, text] of Object.entries(programs))
    writeFileSync(join(folder, `${verb}.mjs`), `${text}\nconsole.log(told.join(' '));\n`);

  for (const name of ['node', 'deno', 'bun'].filter(wanted)) {
    const own = tools === undefined ? name : join(tools, '.bin', name);
    const program = name === 'node' ? process.execPath : own;
    const version = versionOf(program);
    if (version === undefined) {
      console.log(`${name}: left out, ${own} is not there`);
      continue;
    }
    for (const verb of Object.keys(programs))
      run(`${name} ${version.replace(/^\D*/, '').replace(/ .*/, '')}, ${verb}`, program, [
        ...(name === 'deno' ? ['run', '-A'] : []),
        `${verb}.mjs`,
      ]);
  }

  const from = createRequire(tools === undefined ? join(root, 'package.json') : join(tools, 'x.js'));
  const webpackAt = tools === undefined || existsSync(join(tools, 'webpack')) ? 'webpack' : undefined;
  let webpack;
  try {
    webpack = webpackAt && from(webpackAt);
  } catch {}
  if (!wanted('webpack')) webpack = undefined;
  else if (!webpack) console.log('webpack: left out, it is not there');
  if (webpack)
    for (const verb of ['solve', 'solveHere']) {
      const stats = await new Promise((done, fail) =>
        webpack(
          {
            ...{ mode: 'none', target: 'node20', context: folder, entry: `./${verb}.mjs` },
            experiments: { outputModule: true },
            output: { path: join(folder, 'out'), filename: `${verb}.mjs`, module: true },
            externals: [/^piscina$/, /^onnxruntime-node/, /^koffi/, /^@tensorflow\//],
            externalsType: 'import',
            infrastructureLogging: { level: 'none' },
          },
          (error, found) => (error ? fail(error) : done(found)),
        ),
      );
      if (stats.hasErrors()) {
        failed = true;
        const [first] = stats.toJson({ all: false, errors: true }).errors;
        console.log(`webpack ${webpack.version}, ${verb}: failed: ${first.message.split('\n')[0]}`);
        continue;
      }
      run(`webpack ${webpack.version}, ${verb}`, process.execPath, [join('out', `${verb}.mjs`)]);
    }
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = failed ? 1 : 0;
