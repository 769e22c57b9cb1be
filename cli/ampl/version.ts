import { readFileSync } from 'node:fs';
import { packageRoot } from '../../scenarios/data.js';

/** `graybox 0.1.0`: how the solver calls itself in messages and .sol files. */
export const solverName = `graybox ${
  (JSON.parse(readFileSync(new URL('package.json', `file://${packageRoot}/`), 'utf8')) as { version: string })
    .version
}`;

/** The line that AMPL and Pyomo ask for with `-v`. */
export const versionLine = `${solverName} (${process.platform} ${process.arch}, Node ${process.versions.node})`;
