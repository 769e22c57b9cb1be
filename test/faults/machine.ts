import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelFolder } from '../../models/index.js';
import { orphans, type Ran, scratch, shell } from './command.js';

/** A machine that lacks something, and what the command must do there. */
export interface MachineFault {
  readonly name: string;
  /** Commands that it needs, besides a shell. */
  readonly needs?: string;
  /** Bash: `$GRAYBOX` is the command; `p.nl` lies in the working folder. */
  readonly script: string;
  readonly code: number;
  /** What standard output holds; default nothing. */
  readonly stdout?: 'nothing' | 'answer' | 'sol' | 'anything';
  /** What the one line on standard error must say, where only one is allowed. */
  readonly line?: RegExp;
}

const asNobody = 'setpriv --reuid=65534 --regid=65534 --clear-groups';
/** A name space of mounts of its own, where that may be made. */
const apart = (script: string): string => `unshare -m bash -c '${script}'`;
const mounts = apart('mount -t tmpfs none /mnt');

export const machineFaults: readonly MachineFault[] = [
  { name: 'nothing wrong', script: '$GRAYBOX solve p.nl --json', code: 0, stdout: 'answer' },
  { name: 'no HOME', script: 'unset HOME; $GRAYBOX solve p.nl --json', code: 0, stdout: 'answer' },
  {
    name: 'a HOME that is not there',
    script: 'HOME=/none $GRAYBOX solve p.nl --json',
    code: 0,
    stdout: 'answer',
  },
  { name: 'an empty environment', script: `env -i $GRAYBOX solve p.nl --json`, code: 0, stdout: 'answer' },
  {
    name: 'no folder for temporary files',
    script: 'TMPDIR=/none $GRAYBOX solve p.nl --json',
    code: 0,
    stdout: 'answer',
  },
  {
    name: 'one CPU',
    needs: 'taskset -c 0 true',
    script: 'taskset -c 0 $GRAYBOX solve p.nl --json',
    code: 0,
    stdout: 'answer',
  },
  {
    name: 'another user',
    needs: `${asNobody} true`,
    script: `${asNobody} $GRAYBOX solve p.nl --json`,
    code: 0,
    stdout: 'answer',
  },
  {
    name: 'no /tmp and no /dev/shm',
    needs: mounts,
    script: apart('mount --bind /proc/1 /tmp 2>/dev/null; umount /dev/shm; $GRAYBOX solve p.nl --json'),
    code: 0,
    stdout: 'answer',
  },
  {
    name: 'a working folder that cannot be written, and nothing to write',
    needs: mounts,
    script: apart(
      'mount --bind . . && mount -o remount,ro,bind . && cd "$PWD" && $GRAYBOX solve p.nl --json',
    ),
    code: 0,
    stdout: 'answer',
  },
  {
    name: 'EROFS: a .sol file on a read-only file system',
    needs: mounts,
    script: apart('mount --bind . . && mount -o remount,ro,bind . && cd "$PWD" && $GRAYBOX p -AMPL'),
    code: 2,
    line: /p\.sol: cannot be written \(EROFS\)/,
  },
  {
    name: 'EACCES: a .sol file in a folder of somebody else',
    needs: `${asNobody} true`,
    script: `chmod 755 .; ${asNobody} $GRAYBOX p -AMPL`,
    code: 2,
    line: /p\.sol: cannot be written \(EACCES\)/,
  },
  {
    name: 'EACCES: a problem that may not be read',
    needs: `${asNobody} true`,
    script: `chmod 600 p.nl; ${asNobody} $GRAYBOX solve p.nl --json`,
    code: 2,
    line: /p\.nl: cannot be read \(EACCES\)/,
  },
  {
    name: 'EACCES: an --out folder that cannot be made',
    needs: `${asNobody} true`,
    script: `chmod 755 .; ${asNobody} $GRAYBOX solve p.nl --out out`,
    code: 2,
    line: /out: cannot be written \(EACCES\)/,
  },
  {
    name: 'ENOSPC: no room for the .sol file',
    needs: mounts,
    script: apart(
      'mkdir full && mount -t tmpfs -o size=8k none full && cp p.nl full && cd full && (cat /dev/zero > fill 2>/dev/null; $GRAYBOX p -AMPL outlev=0)',
    ),
    code: 3,
    stdout: 'sol',
  },
  {
    name: 'ENOSPC: no room for --out',
    needs: mounts,
    script: apart(
      'mkdir full && mount -t tmpfs -o size=4k none full && (cat /dev/zero > full/fill 2>/dev/null; $GRAYBOX solve p.nl --json --out full)',
    ),
    code: 3,
    stdout: 'answer',
  },
  { name: '/dev/full as standard output', script: '$GRAYBOX solve p.nl --json > /dev/full', code: 3 },
  {
    name: '/dev/full as standard output, the answer in a file',
    script: '$GRAYBOX p -AMPL > /dev/full && grep -c "^objno 0 0" p.sol',
    code: 0,
  },
  {
    name: '/dev/full as standard error',
    script: '$GRAYBOX solve p.nl --json 2> /dev/full',
    code: 0,
    stdout: 'answer',
  },
  {
    name: 'closed standard streams',
    script: '$GRAYBOX p -AMPL <&- >&- 2>&-; grep -q "^objno 0 0" p.sol',
    code: 0,
  },
  {
    name: 'EMFILE: 24 open files',
    script: 'ulimit -n 24; $GRAYBOX solve p.nl --json',
    code: 2,
    line: /too many open files: 24 are allowed/,
  },
  // As few as it says that it needs: what loads more files at once must say so.
  { name: '224 open files', script: 'ulimit -n 224; $GRAYBOX solve p.nl --json', code: 0, stdout: 'answer' },
  {
    name: '223 open files',
    script: 'ulimit -n 223; $GRAYBOX solve p.nl --json',
    code: 2,
    line: /too many open files: 223 are allowed, 224 needed/,
  },
  ...[2, 4, 8].map(
    (gigabytes): MachineFault => ({
      name: `${gigabytes} GB of address space`,
      script: `ulimit -v ${gigabytes * 2 ** 20}; $GRAYBOX solve p.nl --json`,
      code: 0,
      stdout: 'answer',
    }),
  ),
  {
    name: '1 GB of address space',
    script: 'ulimit -v 1048576; $GRAYBOX solve p.nl --json',
    code: 2,
    line: /too little address space: 1\.00 GiB are allowed/,
  },
  {
    name: '64 MB of heap',
    script: '$NODE --max-old-space-size=64 $SCRIPT solve p.nl --json',
    code: 0,
    stdout: 'answer',
  },
  ...shortOf().flatMap(([limit, before, flags]) =>
    commands().map(
      ([what, args]): MachineFault => ({
        name: `${limit}: ${what}`,
        script: `${before}; $NODE ${flags} $SCRIPT ${args}`,
        code: 0,
        stdout: 'anything',
      }),
    ),
  ),
];

/** What may be short, what a shell does for that, and what Node is told. */
function shortOf(): (readonly [name: string, before: string, flags: string])[] {
  return [
    ...[2, 4, 8].map((own) => [`${own} GB of address space`, `ulimit -v ${own * 2 ** 20}`, ''] as const),
    ['64 MB of heap', ':', '--max-old-space-size=64'],
    ['a HOME that cannot be written', 'export HOME=/proc/x XDG_CACHE_HOME=/proc/x', ''],
  ];
}

/** Commands beside `solve p.nl`, small ones. */
function commands(): (readonly [name: string, args: string])[] {
  const network = modelFolder('scopf-nine-buses');
  const grid = '--case nine-buses';
  return [
    ['qp', 'qp q.json'],
    ['inspect', `inspect ${network}`],
    ['check by onnx', `check ${network} --engine onnx`],
    ['bounds', `bounds ${network} --box box.json`],
    ['export', `export ${network} --derivatives exported`],
    ['solve scopf', `solve scopf ${grid} --json`],
    ['simulate', `simulate ${grid}`],
    ['train', 'train scopf --samples 20 --epochs 1 --others 1 --out trained'],
  ];
}

/** Why a fault cannot be brought about here; undefined where it can. */
export function lacks({ needs }: MachineFault): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (needs === undefined) return undefined;
  return spawnSync('bash', ['-c', needs]).status === 0
    ? undefined
    : `'${needs.split(' ')[0]}' may not be used here`;
}

/** What the command did wrong under a fault; empty where nothing. */
export async function wrongs(fault: MachineFault): Promise<string[]> {
  const { folder, remove } = scratch();
  writeFileSync(join(folder, 'q.json'), '{ "Q": [[1]], "q": [1] }');
  writeFileSync(join(folder, 'box.json'), '{ "lower": 0, "upper": 1 }');
  try {
    const ran = await shell(fault.script, folder);
    return [...wrongEnd(fault, ran), ...orphans(folder).map((name) => `left ${name}`)];
  } finally {
    remove();
  }
}

function wrongEnd({ code, stdout = 'nothing', line }: MachineFault, ran: Ran): string[] {
  const wrong: string[] = [];
  if (ran.code !== code)
    wrong.push(`exit code ${ran.code} (${ran.signal}), not ${code}: ${ran.stderr.slice(-300)}`);
  if (/^ +at .*:\d+/m.test(ran.stderr)) wrong.push(`a trace: ${ran.stderr.slice(0, 300)}`);
  if (line && !(line.test(ran.stderr) && ran.stderr.trimEnd().split('\n').length === 1))
    wrong.push(`not one line with ${line}: ${ran.stderr.slice(0, 300)}`);
  if (stdout === 'answer' && !isAnswer(ran.stdout)) wrong.push(`no answer: ${ran.stdout.slice(0, 200)}`);
  if (stdout === 'sol' && !/^objno 0 0$/m.test(ran.stdout))
    wrong.push(`no .sol file: ${ran.stdout.slice(0, 200)}`);
  return wrong;
}

function isAnswer(text: string): boolean {
  try {
    return JSON.parse(text).status === 'optimal';
  } catch {
    return false;
  }
}
