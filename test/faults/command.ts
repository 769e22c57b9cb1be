import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiled } from '../../runtime/node/compiled.js';
import { writeQuadratic } from '../cli/quadratic.js';

/** The compiled command. */
export const command = compiled(import.meta.url, '../../cli/graybox.js').pathname;

/** How a process ended and what it said. */
export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Waits for the end of a process with its streams read. */
export function ended(child: ChildProcess): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Runs a shell script in which `$GRAYBOX` stands for the command, unquoted, in `folder`. */
export const shell = (script: string, folder: string): Promise<Ran> =>
  ended(
    spawn('bash', ['-c', script], {
      cwd: folder,
      env: {
        ...process.env,
        GRAYBOX: `${process.execPath} ${command}`,
        NODE: process.execPath,
        SCRIPT: command,
      },
      timeout: 120_000,
    }),
  );

/** A folder of its own with a small problem, `p.nl`; the user `nobody` may read and write there. */
export function scratch(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'graybox-faults-'));
  chmodSync(folder, 0o777);
  writeQuadratic(folder, 'p', { variables: 6, rows: 2, perRow: 3 });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Drafts that somebody left in a folder. */
export const orphans = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.part'));
