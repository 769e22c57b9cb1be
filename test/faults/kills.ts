import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { solve } from '../../api/solve.js';
import { Runtime } from '../../runtime/node/runtime.js';
import { writeQuadratic } from '../cli/quadratic.js';
import { random } from '../engine/networks.js';
import { smallNetwork } from '../oracle/networks.js';
import { nearest } from '../pool/problem.js';
import { command, ended, orphans, type Ran, scratch } from './command.js';

/** What is ended in the middle of a solve. */
export const kinds = [
  'solver thread, onnx',
  'solver thread, wasm',
  'host',
  'SIGINT, .nl',
  'SIGHUP, .nl',
  'SIGTERM, .nl',
  'SIGKILL, .nl',
  'SIGINT, mnist',
  'SIGHUP, mnist',
  'SIGTERM, mnist',
  'SIGKILL, mnist',
] as const;
export type Kind = (typeof kinds)[number];

/** What came of one kill. */
export interface Fate {
  readonly kind: Kind;
  /** Milliseconds after the start at which it came. */
  readonly after: number;
  /** The status told, or how the process ended. */
  readonly end: string;
  readonly wrong: readonly string[];
}

/** Kills at random times, one after the other; every kind in turn. */
export class Killer {
  readonly #network = smallNetwork(24, 200, 3);
  readonly #next: () => number;
  readonly #runtime = new Runtime({ threads: 1 });
  /** Milliseconds and objective of a whole solve, by kind. */
  readonly #whole = new Map<
    Kind,
    { readonly milliseconds: number; readonly status: string; readonly objective: number }
  >();
  readonly #scratch = scratch();

  constructor(seed: number) {
    const next = random(seed);
    this.#next = () => Math.abs(next());
    writeQuadratic(this.#scratch.folder, 'q', { variables: 4000, rows: 1500, perRow: 3 });
  }

  async kill(kind: Kind): Promise<Fate> {
    return kind.includes('thread') || kind === 'host' ? this.#inside(kind) : this.#process(kind);
  }

  async close(): Promise<void> {
    await this.#runtime.close();
    this.#scratch.remove();
  }

  #model = () => nearest(0.35, this.#network).model;

  #options(kind: Kind) {
    return {
      runtime: this.#runtime,
      engine: kind.endsWith('wasm') ? ('wasm' as const) : ('onnx' as const),
      threads: 1,
    };
  }

  async #inside(kind: Kind): Promise<Fate> {
    const wrong: string[] = [];
    const begin = performance.now();
    let whole = this.#whole.get(kind);
    if (!whole) {
      const { status, objective } = await solve(this.#model(), this.#options(kind));
      whole = { milliseconds: performance.now() - begin, status, objective };
      this.#whole.set(kind, whole);
    }
    const after = this.#next() * whole.milliseconds;
    const timer = setTimeout(() => this.#end(kind), after);
    const killed = await solve(this.#model(), this.#options(kind));
    clearTimeout(timer);
    if (killed.status === whole.status) {
      if (killed.objective !== whole.objective)
        wrong.push(`${killed.status} at ${killed.objective}, not ${whole.objective}`);
    } else if (killed.status !== 'evaluation-error') wrong.push(`status ${killed.status}: ${killed.message}`);
    if (killed.iterations > 0 && !Number.isFinite(killed.objective)) wrong.push('the point held is lost');
    const next = await solve(this.#model(), this.#options(kind));
    if (next.status !== whole.status || next.objective !== whole.objective)
      wrong.push(`the next solve: ${next.status} at ${next.objective}: ${next.message}`);
    return { kind, after, end: killed.status, wrong };
  }

  #end(kind: Kind): void {
    if (kind !== 'host') void this.#runtime.threads[0]?.terminate();
    else this.#runtime.endHosts();
  }

  async #process(kind: Kind): Promise<Fate> {
    const { folder } = this.#scratch;
    const [signal, what] = kind.split(', ') as [keyof typeof constants.signals, string];
    const sol = join(folder, what === '.nl' ? 'q.sol' : 'out/result.json');
    const args =
      what === '.nl' ? ['q', '-AMPL', 'outlev=0'] : ['solve', 'mnist', '--engine', 'onnx', '--out', 'out'];
    const run = async (after?: number): Promise<Ran> => {
      rmSync(sol, { force: true });
      const child = spawn(process.execPath, [command, ...args], { cwd: folder });
      const timer = after === undefined ? undefined : setTimeout(() => child.kill(signal), after);
      const ran = await ended(child);
      clearTimeout(timer);
      return ran;
    };
    let whole = this.#whole.get(kind);
    if (!whole) {
      const begin = performance.now();
      await run();
      whole = { milliseconds: performance.now() - begin, status: statusIn(sol), objective: objectiveIn(sol) };
      this.#whole.set(kind, whole);
    }
    const after = this.#next() * 1.1 * whole.milliseconds;
    const ran = await run(after);
    const wrong = orphans(folder).map((name) => `left ${name}`);
    if (/^ +at .*:\d+/m.test(ran.stderr)) wrong.push(`a trace: ${ran.stderr.slice(0, 300)}`);
    wrong.push(...this.#told(ran, sol, signal, whole.objective));
    const next = await run();
    if (next.code !== 0 || objectiveIn(sol) !== whole.objective)
      wrong.push(`the next solve: ${next.code} at ${objectiveIn(sol)}: ${next.stderr.slice(0, 200)}`);
    return { kind, after, end: ran.signal ?? `exit ${ran.code}`, wrong };
  }

  /** Whether what the process told is what it wrote. */
  #told(
    { code, signal: by, stderr }: Ran,
    sol: string,
    signal: keyof typeof constants.signals,
    whole: number,
  ): string[] {
    const written = existsSync(sol);
    // Before it listens a process just ends; so it does while Node takes itself down, when the answer is written.
    if (by === signal) return written ? this.#answered(sol, whole) : [];
    if (code === 128 + constants.signals[signal])
      return written ? ['wrote an answer and ended by the signal'] : [];
    if (code !== 0 && code !== 1) return [`exit code ${code} (${by}): ${stderr.slice(0, 300)}`];
    if (!written) return ['an exit code of an answer, and no answer'];
    return this.#answered(sol, whole);
  }

  /** Whether a written answer is right. */
  #answered(sol: string, whole: number): string[] {
    const status = statusIn(sol);
    if (status === 'optimal') return objectiveIn(sol) === whole ? [] : [`optimal at ${objectiveIn(sol)}`];
    return status === 'interrupted' ? [] : [`status ${status}`];
  }
}

/** What a .sol file or a result says. */
function statusIn(path: string): string {
  const text = readFileSync(path, 'utf8');
  if (path.endsWith('.json')) return JSON.parse(text).status;
  const code = /^objno 0 (\d+)$/m.exec(text)?.[1];
  return code === '0' ? 'optimal' : code === '403' ? 'interrupted' : `code ${code}`;
}

function objectiveIn(path: string): number {
  if (!existsSync(path)) return Number.NaN;
  const text = readFileSync(path, 'utf8');
  return Number(path.endsWith('.json') ? JSON.parse(text).objective : /objective (\S+),/.exec(text)?.[1]);
}
