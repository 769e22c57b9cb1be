import { exitCode, exitCodeOf } from './exit-code.js';
import { endUnread, heedSignals, isAnsweredElsewhere } from './interruption.js';
import { guardStreams, lostOutput, print } from './output.js';
import { protocolLine, versionLine } from './version.js';

// What the command does; `graybox.ts` loads it.
guardStreams(endUnread);
heedSignals();

const args = process.argv.slice(2);
// Callers ask for the version before every solve and do not wait long: without loading anything else.
const line = { '-v': versionLine, '--version': protocolLine }[args.join(' ')];
let code: number = exitCode.done;
if (line !== undefined) print(line);
else code = await (await import('./main.js')).main(args);
const lost = await lostOutput();
// What was refused had nothing to print.
if (lost !== undefined && code !== exitCode.mistake && !isAnsweredElsewhere())
  code = lost === 'EPIPE' ? exitCodeOf('SIGPIPE') : exitCode.unwritten;
process.exitCode = code;
