import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The built command. `npm test` builds before it runs. */
export const command = fileURLToPath(new URL('../../dist/cli/graybox.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `graybox` with these arguments in a process of its own. */
export function graybox(args: readonly string[], env: Record<string, string> = {}): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 120_000,
  });
  return { code: status, out: stdout, err: stderr };
}
