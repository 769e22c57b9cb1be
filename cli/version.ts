import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../runtime/node/compiled.js';

const root = packageRoot(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const machine = `${process.platform} ${process.arch}, Node ${process.versions.node}`;

/** `graybox 0.1.0`: how the solver calls itself in messages and .sol files. */
export const solverName = `graybox ${version}`;

/** The line that AMPL and Pyomo ask for with `-v`. */
export const versionLine = `${solverName} (${machine})`;

/** The version of Ipopt whose command-line protocol and options are understood. */
export const ipoptVersion = '3.14.19';

/** The line of `--version`, by which Pyomo recognizes an executable that it may call as `ipopt`. */
export const protocolLine = `ipopt ${ipoptVersion} (its protocol and options, by ${solverName}, ${machine})`;
