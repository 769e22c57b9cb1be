import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type Ended = { readonly output: string } | { readonly failed: string };

/** Runs a program to its end; its standard error is shown as it comes. */
export function runProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let output = '';
    let complaint = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      complaint = (complaint + chunk).slice(-4000);
      process.stderr.write(chunk);
    });
    child.on('error', ({ message }) => resolve({ failed: message }));
    child.on('close', (code, signal) => {
      if (code === 0) resolve({ output });
      else {
        const lines = complaint.trim().split('\n');
        const last = lines.find((line) => /^\w*Error/.test(line.trim())) ?? lines.at(-1);
        resolve({ failed: `${last?.trim() || 'no message'} (${signal ?? `exit code ${code}`})` });
      }
    });
  });
}

/** Runs the benchmark `name` beside this folder in a process of its own. */
export const runBench = (name: string, args: readonly string[]): Promise<Ended> =>
  runProgram(process.execPath, [fileURLToPath(new URL(`../${name}.js`, import.meta.url)), ...args]);

/** What it says with `--json`, even where it ends with a code that says that not all went well. */
export async function runJson<T>(
  name: string,
  args: readonly string[],
): Promise<{ readonly json: T } | { readonly failed: string }> {
  const ended = await runBench(name, [...args, '--json']);
  if ('failed' in ended) return ended;
  try {
    return { json: JSON.parse(ended.output) as T };
  } catch {
    return { failed: `bench/${name} printed no JSON` };
  }
}
