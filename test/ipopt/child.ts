import { spawnSync } from 'node:child_process';
import { compiled } from '../../runtime/node/compiled.js';

const module = (specifier: string): string => JSON.stringify(compiled(import.meta.url, specifier).href);

/**
 * Runs a script in a process of its own, on the compiled code: `solver()` opens the solver, `hs71` is an Nlp. What
 * `say` is given, and the message of an error, go to standard error, so that standard output shows who else prints.
 */
export function runScript(
  solver: 'openIpopt' | 'openIpoptWasm',
  body: string,
  env: Record<string, string> = {},
): { readonly out: string; readonly err: string } {
  const script = `
    import { ${solver} as solver } from ${module('../../solvers/ipopt/index.js')};
    import * as problems from ${module('../interior-point/problems.js')};
    const hs71 = problems.small(problems.hs71());
    const say = (text) => process.stderr.write(text + '\\n');
    try { ${body} } catch (error) { say(error.name + ': ' + error.message); }`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 60_000,
  });
  return { out: stdout, err: stderr };
}
