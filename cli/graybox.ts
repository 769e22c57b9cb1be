#!/usr/bin/env node

import { fileURLToPath } from 'node:url';

// Imports nothing of ours itself, so that also what cannot even be loaded is told in one line.
try {
  const { tooFewOpenFiles } = await import('./open-files.js');
  const refusal = tooFewOpenFiles();
  if (refusal !== undefined) refuse(refusal);
  else {
    const { restarted } = await import('./restart.js');
    if (!(await restarted(fileURLToPath(import.meta.url)))) await import('./start.js');
  }
} catch (error) {
  const { code, message, errno } = error as NodeJS.ErrnoException;
  const files = /EMFILE|ENFILE/.test(`${code} ${message}`);
  // Anything but a refusal of the system is a fault of ours and keeps its trace.
  if (errno === undefined && !files) throw error;
  refuse(files ? "too many open files: allow more, with 'ulimit -n 256' for example" : message);
}

function refuse(message: string): void {
  process.stderr.write(`graybox: ${message.replaceAll(/\p{Cc}/gu, '?')}\n`);
  process.exitCode = 2;
}
