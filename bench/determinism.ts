// The same bits over many runs at once and with more threads:  node dist/bench/determinism.js [--runs 20] [--together 8]
// Exit code 1 where anything differed.
import { parseArgs } from 'node:util';
import { repeat } from '../test/faults/determinism.js';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '20' }, together: { type: 'string', default: '8' } },
});
const found = await repeat(Number(values.runs), Number(values.together));
for (const { name, runs, results, first } of found)
  console.log(`${results === 1 ? 'same ' : 'DIFFER'}  ${name}: ${results} of ${runs} (${first})`);
process.exitCode = found.every(({ results }) => results === 1) ? 0 : 1;
