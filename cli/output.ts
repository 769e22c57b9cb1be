import { shown, shownJson } from '../index.js';

/** What ended standard output, an error code of the system; undefined while it takes what is printed. */
let lost: string | undefined;

/** A line, or several, on standard output; what a terminal would obey in it is escaped. */
export const print = (line: string): void => {
  if (lost === undefined) process.stdout.write(`${shown(line)}\n`);
};

/** One line on standard error: progress and remarks while standard output carries JSON. */
export const remark = (line: string): void => void process.stderr.write(`${shown(line)}\n`);

/** One JSON object on standard output. Infinity and NaN, which JSON lacks, become null. */
export const printJson = (value: unknown): void => print(toJson(value));

/** JSON in which typed arrays are arrays. */
export const toJson = (value: unknown, indent?: number): string =>
  shownJson(
    JSON.stringify(value, (_, v) => (ArrayBuffer.isView(v) ? Array.from(v as Float64Array) : v), indent),
  );

/**
 * From here on a standard output or error that fails (a reader that closed the pipe, a full disk) is no crash: nothing
 * more is printed there. `unread` is called when the reader of standard output is gone.
 */
export function guardStreams(unread: () => void): void {
  process.stdout.on('error', ({ code = 'EIO' }: NodeJS.ErrnoException) => {
    if (lost !== undefined) return;
    lost = code;
    if (code === 'EPIPE') unread();
    else remark(`graybox: standard output takes nothing more (${code})`);
  });
  process.stderr.on('error', () => {});
}

/** What ended standard output, once everything printed has been taken or refused. */
export async function lostOutput(): Promise<string | undefined> {
  if (lost === undefined) await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  // The error comes a turn after the callback.
  await new Promise<void>((resolve) => setImmediate(resolve));
  return lost;
}
