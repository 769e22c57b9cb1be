// Runs the benchmarks, each in processes of its own, and writes bench/README.md: one table of goals and a section for each.
//   npm run bench [-- --only hs,nl] [--python python3] [--print] [--quick]
// --only keeps the other sections as they are; --print writes to standard output instead; --quick runs a small part of
// each suite to see that it works, and prints.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InputError } from '../index.js';
import { writeWhole } from '../runtime/node/draft.js';
import { packageRoot } from '../scenarios/data.js';
import { writeReport } from './report/readme.js';
import { type Findings, notMeasured, type Suite } from './report/suite.js';
import { formulations } from './report/suites/formulations.js';
import { gap } from './report/suites/gap.js';
import { hostile } from './report/suites/hostile.js';
import { hs } from './report/suites/hs.js';
import { linear } from './report/suites/linear.js';
import { mixed } from './report/suites/mixed.js';
import { mnist } from './report/suites/mnist.js';
import { modelling } from './report/suites/modelling.js';
import { models } from './report/suites/models.js';
import { networks } from './report/suites/networks.js';
import { nl } from './report/suites/nl.js';
import { oracle } from './report/suites/oracle.js';
import { pglib } from './report/suites/pglib.js';
import { qp } from './report/suites/qp.js';
import { qpHard } from './report/suites/qp-hard.js';
import { qpHead } from './report/suites/qp-head.js';
import { random } from './report/suites/random.js';
import { scale } from './report/suites/scale.js';
import { schur } from './report/suites/schur.js';
import { scopf } from './report/suites/scopf.js';
import { solve } from './report/suites/solve.js';
import { sparse } from './report/suites/sparse.js';
import { uses } from './report/suites/uses.js';

const suites: readonly Suite[] = [
  hs,
  nl,
  sparse,
  models,
  modelling,
  random,
  linear,
  mnist,
  mixed,
  hostile,
  networks,
  oracle,
  uses,
  schur,
  qp,
  qpHard,
  qpHead,
  gap,
  solve,
  pglib,
  scopf,
  formulations,
  scale,
];

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    print: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
});

const names = flags.only?.split(',').filter((name) => name !== '') ?? suites.map(({ name }) => name);
for (const name of names)
  if (!suites.some((suite) => suite.name === name)) {
    const known = suites.map((suite) => suite.name).join(', ');
    throw new InputError(`--only ${name}: no such suite; there is ${known}`);
  }

const file = join(packageRoot, 'bench', 'README.md');
const printed = flags.print || flags.quick;
const findings = new Map<string, Findings>();
const report = (): string =>
  writeReport(suites, findings, existsSync(file) && !flags.quick ? readFileSync(file, 'utf8') : '');

for (const suite of suites) {
  if (!names.includes(suite.name)) continue;
  console.error(`${suite.name} …`);
  const found = await suite
    .run({ quick: flags.quick, python: flags.python })
    .catch((error) => notMeasured(suite, error instanceof Error ? error.message : String(error)));
  findings.set(suite.name, found);
  // After each suite, so that a run that is broken off keeps what it has.
  if (!printed) writeWhole(file, report());
}
if (printed) console.log(report());
else {
  writeWhole(file, report());
  console.error(`wrote ${file}`);
}
