// What a machine can lack and what can be killed, and what the command makes of it:  node dist/bench/faults.js [--kills 200] [--seed 1] [--only machine|kills] [--kind layer]
// --kind: only kills whose kind holds this text.
// Exit code 1 where anything was wrong.
import { parseArgs } from 'node:util';
import { Killer, kinds } from '../test/faults/kills.js';
import { lacks, machineFaults, wrongs } from '../test/faults/machine.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    kind: { type: 'string', default: '' },
  },
});
let failures = 0;

if (values.only !== 'kills')
  for (const fault of machineFaults) {
    const missing = lacks(fault);
    const wrong = missing === undefined ? await wrongs(fault) : [];
    if (wrong.length > 0) failures++;
    console.log(
      `${missing ? 'skip' : wrong.length > 0 ? 'WRONG' : 'right'}  ${[fault.name, missing, ...wrong].filter(Boolean).join(': ')}`,
    );
  }

if (values.only !== 'machine') {
  const killer = new Killer(Number(values.seed));
  const chosen = kinds.filter((kind) => kind.includes(values.kind));
  const ends = new Map<string, number>();
  for (let k = 0; k < Number(values.kills) && chosen.length > 0; k++) {
    const { kind, at, end, wrong } = await killer.kill(chosen[k % chosen.length]!);
    const key = `${kind}: ${end}`;
    ends.set(key, (ends.get(key) ?? 0) + 1);
    process.stderr.write(`\r${k + 1} kills, ${failures} wrong `);
    if (wrong.length === 0) continue;
    failures++;
    console.log(`WRONG  kill ${k}, ${kind}, after ${(100 * at).toFixed(0)} %: ${wrong.join('; ')}`);
  }
  await killer.close();
  for (const [key, count] of [...ends].sort()) console.log(`${String(count).padStart(5)}  ${key}`);
}
console.log(failures === 0 ? 'nothing wrong' : `${failures} wrong`);
process.exitCode = failures === 0 ? 0 : 1;
