/** One line on standard output. */
export const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** One line on standard error: progress and remarks while standard output carries JSON. */
export const remark = (line: string): void => void process.stderr.write(`${line}\n`);

/** One JSON object on standard output. Infinity and NaN, which JSON lacks, become null. */
export const printJson = (value: unknown): void => print(toJson(value));

/** JSON in which typed arrays are arrays. */
export const toJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, (_, v) => (ArrayBuffer.isView(v) ? Array.from(v as Float64Array) : v), indent);
