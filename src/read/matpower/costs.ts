import { InputError } from '../../core/errors.js';
import type { Cost } from '../../grid/grid.js';
import type { Matrix } from './matrix.js';

/** Rows of `gencost`, `MODEL STARTUP SHUTDOWN N …`: 1 piecewise linear (N points), 2 polynomial (N coefficients, highest first). */
export function readCosts({ name, rows, lines }: Matrix, file: string): Cost[] {
  return rows.map((row, k) => {
    const at = `${file}:${lines[k]}`;
    const [model, , , count = Number.NaN] = row;
    const width = model === 1 ? 2 : model === 2 ? 1 : 0;
    if (width === 0)
      throw new InputError(
        `${at}: a row of ${name} begins with ${model}; 1 (piecewise) and 2 (polynomial) exist`,
      );
    if (!Number.isInteger(count) || count < (model === 1 ? 2 : 1))
      throw new InputError(
        `${at}: N in ${name} is ${count}; give the number of ${model === 1 ? 'points, at least 2' : 'coefficients, at least 1'}`,
      );
    const numbers = row.slice(4, 4 + width * count);
    if (numbers.length < width * count)
      throw new InputError(
        `${at}: a row of ${name} holds ${numbers.length} numbers behind N; ${width * count} are needed`,
      );
    const wrong = numbers.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) throw new InputError(`${at}: ${name} holds ${wrong}`);
    if (model === 2) return { kind: 'polynomial', coefficients: numbers.reverse(), at };
    const points = Array.from({ length: count }, (_, i) => [numbers[2 * i]!, numbers[2 * i + 1]!] as const);
    return { kind: 'piecewise', points, at };
  });
}
