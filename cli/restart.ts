import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Has V8 check the bounds of WebAssembly memories in code, instead of reserving 10 GiB of address space for each. */
const flag = '--disable-wasm-trap-handler';

/** Tells the second process that it is one. */
const marker = 'GRAYBOX_RESTARTED';

/**
 * Where address space is too short for WebAssembly (`ulimit -v`, some containers), runs the command again with the flag
 * of Node that helps: same arguments, streams and environment. In place of this process where Node can do so; otherwise
 * beside it, signals going on to the second process and its end becoming ours. Resolves to whether all is done then.
 */
export async function restarted(script: string): Promise<boolean> {
  if (process.env[marker] !== undefined) {
    delete process.env[marker];
    // The second process ends with the first, however that ends.
    process.once('disconnect', () => process.exit(1));
    process.channel?.unref();
    return false;
  }
  if (!isShort()) return false;
  const args = [...process.execArgv, flag, script, ...process.argv.slice(2)];
  const env = { ...process.env, [marker]: '1' };
  const { execve } = process as { execve?: (file: string, args: string[], env: NodeJS.ProcessEnv) => never };
  try {
    execve?.(process.execPath, [process.argv0, ...args], env);
  } catch {
    // Not on this system.
  }
  const child = spawn(process.execPath, args, {
    argv0: process.argv0,
    // A session of its own: a terminal's Ctrl-C reaches this process alone, which passes it on once.
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env,
  });
  const end = await endOf(child);
  if (end?.signal) endBy(end.signal);
  else if (end) process.exitCode = end.code ?? 1;
  return end !== undefined;
}

/** Whether this process cannot reserve a WebAssembly memory, although the flag would help. */
function isShort(): boolean {
  if (process.execArgv.includes(flag) || !process.allowedNodeEnvironmentFlags.has(flag)) return false;
  try {
    new WebAssembly.Memory({ initial: 1, maximum: 65536 });
    return false;
  } catch {
    return true;
  }
}

/** Signals that ask a process to end and go on to the second one. */
const ending = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How the second process ended; undefined where it could not be started. */
async function endOf(child: ChildProcess): Promise<End | undefined> {
  const handlers = new Map<NodeJS.Signals, () => void>(ending.map((name) => [name, () => child.kill(name)]));
  // Of its own session, the second process would ignore a terminal's Ctrl-Z.
  handlers.set('SIGTSTP', () => {
    child.kill('SIGSTOP');
    process.kill(process.pid, 'SIGSTOP');
  });
  handlers.set('SIGCONT', () => child.kill('SIGCONT'));
  for (const [name, pass] of handlers) if (name in constants.signals) process.on(name, pass);
  try {
    return await new Promise((resolve) => {
      child.once('error', () => resolve(undefined));
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
  } finally {
    for (const [name, pass] of handlers) process.off(name, pass);
  }
}

/** Ends this process by the signal that ended the other. */
function endBy(signal: NodeJS.Signals): void {
  process.exitCode = 128 + constants.signals[signal];
  process.kill(process.pid, signal);
}
