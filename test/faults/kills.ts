import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Epoch } from '../../scenarios/training/train.js';
import { writeQuadratic } from '../cli/quadratic.js';
import { random } from '../engine/networks.js';
import { command, ended, orphans, type Ran, scratch } from './command.js';
import { crewVictim, layerThreadVictim } from './layers-killed.js';
import { openSolves, solveKinds } from './solves-killed.js';
import { type End, type Victim, wrongIn } from './victim.js';

/** What is ended in the middle of a solve: in this process, and processes. */
export const kinds: readonly string[] = [
  ...solveKinds,
  'crew thread, qp layer',
  'its thread, qp layer',
  ...['.nl', 'mnist', 'train'].flatMap((what) =>
    ['SIGINT', 'SIGHUP', 'SIGTERM', 'SIGKILL'].map((signal) => `${signal}, ${what}`),
  ),
];

/** What came of one kill. */
export interface Fate {
  readonly kind: string;
  /** When it came, as a share of the time of a whole run. */
  readonly at: number;
  /** The statuses told, or how the process ended. */
  readonly end: string;
  readonly wrong: readonly string[];
}

/** Kills at random times, one after the other; every kind in turn. */
export class Killer {
  readonly #next: () => number;
  readonly #victims = new Map<string, { readonly victim: Victim; readonly whole: readonly End[] }>();
  /** Milliseconds and answer of a whole process, by what it does. */
  readonly #whole = new Map<string, { readonly milliseconds: number; readonly value: unknown }>();
  readonly #scratch = scratch();

  constructor(seed: number) {
    const next = random(seed);
    this.#next = () => Math.abs(next());
    writeQuadratic(this.#scratch.folder, 'q', { variables: 4000, rows: 1500, perRow: 3 });
  }

  async kill(kind: string): Promise<Fate> {
    return kind.startsWith('SIG') ? this.#process(kind) : this.#inside(kind);
  }

  async close(): Promise<void> {
    for (const { victim } of this.#victims.values()) await victim.close?.();
    this.#scratch.remove();
  }

  async #open(kind: string) {
    const known = this.#victims.get(kind);
    if (known) return known;
    const victim =
      kind === 'crew thread, qp layer'
        ? crewVictim()
        : kind === 'its thread, qp layer'
          ? layerThreadVictim()
          : await openSolves(kind, this.#next);
    const opened = { victim, whole: await victim.run() };
    this.#victims.set(kind, opened);
    return opened;
  }

  async #inside(kind: string): Promise<Fate> {
    const { victim, whole } = await this.#open(kind);
    const at = this.#next();
    const ends = await victim.run(at);
    const next = wrongIn({ ...victim, most: 0 }, await victim.run(), whole);
    const wrong = [
      ...whole.filter(({ status }) => status !== 'optimal').map(({ status }) => `a whole run: ${status}`),
      ...wrongIn(victim, ends, whole),
      ...next.map((what) => `the next run: ${what}`),
    ];
    return { kind, at, end: [...new Set(ends.map(({ status }) => status))].sort().join(' and '), wrong };
  }

  async #process(kind: string): Promise<Fate> {
    const { folder } = this.#scratch;
    const [signal, what] = kind.split(', ') as [keyof typeof constants.signals, keyof typeof programs];
    const { args, answer, keeps } = programs[what];
    const file = join(folder, answer);
    const run = async (after?: number): Promise<Ran> => {
      rmSync(file, { force: true });
      const child = spawn(process.execPath, [command, ...args], { cwd: folder });
      const timer = after === undefined ? undefined : setTimeout(() => child.kill(signal), after);
      const ran = await ended(child);
      clearTimeout(timer);
      return ran;
    };
    const forget = (): void => {
      if (keeps) rmSync(join(folder, keeps), { recursive: true, force: true });
    };
    let whole = this.#whole.get(what);
    if (!whole) {
      const begin = performance.now();
      await run();
      whole = { milliseconds: performance.now() - begin, value: answerIn(file).value };
      this.#whole.set(what, whole);
    }
    forget();
    const at = this.#next() * 1.1;
    const ran = await run(at * whole.milliseconds);
    const wrong = orphans(folder).map((name) => `left ${name}`);
    if (/^ +at .*:\d+/m.test(ran.stderr)) wrong.push(`a trace: ${ran.stderr.slice(0, 300)}`);
    wrong.push(...told(ran, file, signal, whole.value));
    // What keeps its state goes on from there.
    const next = await run();
    if (next.code !== 0 || answerIn(file).value !== whole.value)
      wrong.push(`the next run: ${next.code} with ${answerIn(file).value}: ${next.stderr.slice(0, 200)}`);
    return { kind, at, end: ran.signal ?? `exit ${ran.code}`, wrong };
  }
}

/** Commands: where each writes its answer, and the folder in which it keeps what it goes on from. */
const programs = {
  '.nl': { args: ['q', '-AMPL', 'outlev=0'], answer: 'q.sol', keeps: undefined },
  mnist: {
    args: ['solve', 'mnist', '--engine', 'onnx', '--out', 'out'],
    answer: 'out/result.json',
    keeps: undefined,
  },
  train: {
    args: 'train sudoku --data own --only layer --epochs 2 --threads 2 --out training'.split(' '),
    answer: 'training/result.json',
    keeps: 'training',
  },
} as const;

/** Whether what the process told is what it wrote. */
function told(
  { code, signal: by, stderr }: Ran,
  file: string,
  signal: keyof typeof constants.signals,
  whole: unknown,
): string[] {
  const written = existsSync(file);
  // Before it listens a process just ends; so it does while Node takes itself down, when the answer is written.
  if (by === signal) return written ? answered(file, whole) : [];
  if (code === 128 + constants.signals[signal])
    return written ? ['wrote an answer and ended by the signal'] : [];
  if (code !== 0 && code !== 1) return [`exit code ${code} (${by}): ${stderr.slice(0, 300)}`];
  if (!written) return ['an exit code of an answer, and no answer'];
  return answered(file, whole);
}

/** Whether a written answer is right. */
function answered(file: string, whole: unknown): string[] {
  const { status, value } = answerIn(file);
  if (status === 'optimal') return value === whole ? [] : [`optimal with ${value}`];
  return status === 'interrupted' ? [] : [`status ${status}`];
}

/** What a .sol file or a result says; nothing where there is none. */
function answerIn(path: string): End {
  if (!existsSync(path)) return { status: 'none', value: undefined };
  const text = readFileSync(path, 'utf8');
  if (path.endsWith('.json')) return resultIn(JSON.parse(text));
  const code = /^objno 0 (\d+)$/m.exec(text)?.[1];
  const status = code === '0' ? 'optimal' : code === '403' ? 'interrupted' : `code ${code}`;
  return { status, value: Number(/objective (\S+),/.exec(text)?.[1]) };
}

function resultIn({ status, objective, trained }: Record<string, unknown>): End {
  if (!Array.isArray(trained)) return { status: String(status), value: objective };
  const curves = trained.map(({ curve }) =>
    curve.map(({ epoch, loss, test }: Epoch) => ({ epoch, loss, test })),
  );
  return { status: status === 'trained' ? 'optimal' : String(status), value: JSON.stringify(curves) };
}
