import { InputError } from '../core/errors.js';
import { isNumbers, told } from '../core/given.js';
import type { Grid } from './grid.js';

/** Refuses what no reader made; `where` is the function that was called. */
export function requireGrid(grid: Grid, where: string): void {
  const whole = typeof grid === 'object' && grid !== null ? grid : undefined;
  const lists = [whole?.buses, whole?.units, whole?.loads, whole?.branches];
  if (typeof whole?.baseMVA !== 'number' || !lists.every(Array.isArray) || isNumbers(grid))
    throw new InputError(`${where}: ${told(grid)} is not a grid; read one with readMatpower or readPsse`);
}
