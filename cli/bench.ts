import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { InputError } from '../index.js';
import { packageRoot } from '../scenarios/data.js';
import { print } from './output.js';

/** Each benchmark is a script of its own, so that it also runs alone and measures a fresh process. */
const SCRIPTS: Readonly<Record<string, string>> = {
  oracle: 'value, Jacobian and Hessian of the reference networks, by engine and precision, beside PyTorch',
  uses: 'many uses of one network, asked together',
  many: 'solves at the same time on one host, beside one after another',
  gap: 'how long solves keep the main thread',
  scale: 'the published networks by size, engine, device and precision, with solves; resumable, with a plot',
  solve: 'the adversarial image: seconds per iteration and where they go, beside Ipopt with PyTorch',
  linear: 'factorization of KKT matrices, beside MUMPS',
  qp: 'batches of quadratic programs with gradients, beside Moreau, proxsuite and qpth',
  'qp-hard': 'hard quadratic programs: right answers, gradients and flags, beside proxsuite and qpth',
  'qp-head': 'the adversarial image of a classifier that ends with a quadratic program, by treatment',
  hs: 'the Hock–Schittkowski problems, beside Ipopt',
  sparse: 'large sparse problems, beside Ipopt',
  models: 'large models taken apart and read; functions of long sums, beside Ipopt',
  modelling: 'control, estimation beside CasADi, several starts, a thousand solves of a prepared model',
  nl: 'AMPL problem files, beside the reference',
  random: 'random small QPs and NLPs, degenerate ones included, beside Ipopt',
  mnist: 'the adversarial image over many samples',
  mixed: 'the adversarial image with Hessians of the network in f32, beside f64',
  pglib: 'optimal power flows of pglib-opf, beside Ipopt',
  scopf: 'the secured power flow with frequency surrogates of growing size',
  bounds: 'bounds of networks: whether they hold, what they cost, beside auto_LiRPA, what they prove',
  images:
    'the convolutional network and the transformer: derivatives beside torch.func, the adversarial image',
  formulations: 'the adversarial image by network, formulation and solver: structure and runtime',
  hostile: 'hostile files of every format that is read, and servers that lie; resumable',
  loading: 'networks of 100 MB in every format: seconds and peak memory',
  conformance: "the onnx package's node tests, read and compared",
  exporters: 'random networks that real exporters wrote, values and derivatives',
  faults: 'machines that lack something, and 200 random kills during solves',
  determinism: 'the same bits over many runs, threads and engines',
  report: 'all of these, judged against their goals',
};

/** `graybox bench NAME`: runs `bench/NAME`; what follows the name goes to the script. */
export function benchCommand(): Command {
  return new Command('bench')
    .description('run a benchmark')
    .argument('<name>', 'which one')
    .argument('[flags...]', "the benchmark's own flags; '--help' after its name lists them")
    .passThroughOptions()
    .addHelpText(
      'after',
      `\nBenchmarks:\n${Object.entries(SCRIPTS)
        .map(([name, about]) => `  ${name.padEnd(12)} ${about}`)
        .join('\n')}`,
    )
    .action(async (name: string, flags: string[]) => {
      if (!Object.hasOwn(SCRIPTS, name))
        throw new InputError(`no benchmark '${name}': there is ${Object.keys(SCRIPTS).join(', ')}`);
      const script = join(packageRoot, 'dist', 'bench', `${name}.js`);
      if (!existsSync(script))
        throw new InputError(`${script} is missing: benchmarks need a checkout built with 'npm run build'`);
      if (flags.includes('--help') || flags.includes('-h')) {
        print(usageOf(readFileSync(script, 'utf8')));
        return;
      }
      process.exitCode = await new Promise<number>((resolve, reject) => {
        spawn(process.execPath, [script, ...flags], { stdio: 'inherit' })
          .on('error', reject)
          .on('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
      });
    });
}

/** What the comment of a script that shows its call says of it. */
const usageOf = (source: string): string => {
  const comments = [...source.matchAll(/^\/\*\*[\s\S]*?\*\/|^(?:\/\/.*\n)+/gm)].map(([comment]) => comment);
  const usage = comments.find((comment) => /dist\/bench|run bench/.test(comment)) ?? '';
  return usage
    .replaceAll(/^(?:\/\*\*|\/\/| ?\*\/| ?\*) ?/gm, '')
    .replaceAll(/ ?\*\/$/gm, '')
    .trim();
};
