import { loadIpopt } from '../../solvers/ipopt/library.js';
import { ipoptIntegers, ipoptOptions } from '../../src/core/ipopt-options.js';

// A script: Ipopt explains every refusal on standard output, so the verdict goes to standard error.

/** A value that an option takes. */
function inside(range: string): string | number {
  if (!range.startsWith('a ')) return range === 'text' ? 'a' : range.split(' | ')[0]!;
  const [low, high] = range
    .replace(/.*[[(]|[\])]/g, '')
    .split(', ')
    .map((end) => Number(end.replace('∞', 'Infinity')));
  if (Number.isFinite(high))
    return Number.isInteger(high) && range.includes(']') ? high! : (low! + high!) / 2;
  return Number.isFinite(low) ? low! + 1 : 1;
}

const { create, free, callback, ...set } = await loadIpopt();
const calls = (['f', 'g', 'gradient', 'jacobian', 'hessian'] as const).map((name) =>
  callback(name, () => false),
);
const [x, g] = [new Float64Array(1), new Float64Array(0)];
const [f, c, gradient, jacobian, hessian] = calls.map(({ pointer }) => pointer);
const problem = create(1, x, x, 0, g, g, 0, 0, 0, f, c, gradient, jacobian, hessian);
/** What Ipopt takes as the table says, and what it takes although the table says that it does not. */
const [taken, wrong]: [string[], string[]] = [[], []];
for (const [name, { range }] of Object.entries(ipoptOptions)) {
  const value = inside(range);
  if (typeof value === 'string') {
    if (range === 'text') continue; // files and libraries
    if (set.stringOption(problem, name, value)) taken.push(name);
    if (set.stringOption(problem, name, 'no such word')) wrong.push(name);
  } else {
    const [right, other] = ipoptIntegers.has(name)
      ? [set.integerOption, set.numberOption]
      : [set.numberOption, set.integerOption];
    if (right(problem, name, value)) taken.push(name);
    if (other(problem, name, Math.ceil(value))) wrong.push(name);
  }
}
free(problem);
for (const { release } of calls) release();
process.stderr.write(JSON.stringify({ taken, wrong }));
