#!/usr/bin/env node
import { heedSignals } from './interruption.js';
import { print } from './output.js';
import { protocolLine, versionLine } from './version.js';

// A reader that closes the pipe early (`graybox … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
heedSignals();

const args = process.argv.slice(2);
// Callers ask for the version before every solve and do not wait long: without loading anything else.
const line = { '-v': versionLine, '--version': protocolLine }[args.join(' ')];
if (line !== undefined) print(line);
else process.exitCode = await (await import('./main.js')).main(args);
