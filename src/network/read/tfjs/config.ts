import { InputError } from '../../../core/errors.js';

/** A JSON object of unknown content. */
export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value in messages. */
export const brief = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 60);

/** The numbers of an array that Keras 3 wrote as an object. */
function plain(value: unknown): unknown {
  if (!isObject(value) || (value['class_name'] !== '__numpy__' && value['class_name'] !== '__tensor__'))
    return value;
  return isObject(value['config']) ? value['config']['value'] : value;
}

export const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Reads configurations whose keys are in snake_case (Keras, saved models) or camelCase (live tfjs objects). */
export class Config {
  /** Keys asked for so far, in snake_case. */
  readonly #asked = new Set<string>();

  constructor(
    readonly json: Json,
    /** Begins every message: the file and the layer. */
    readonly where: string,
  ) {}

  error(problem: string): InputError {
    return new InputError(`${this.where}: ${problem}`);
  }

  /** The value at `key` (given in snake_case), undefined where it is absent or null. */
  get(key: string): unknown {
    this.#asked.add(key);
    const camel = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return this.json[key] ?? this.json[camel] ?? undefined;
  }

  /**
   * Fails for a key that holds something, that nobody asked for and that `harmless` does not know: what it changes would
   * be lost. `owner` says whose key it is.
   */
  finish(owner: string, harmless: (key: string) => boolean): void {
    for (const [key, value] of Object.entries(this.json)) {
      const name = snake(key);
      if (value === null || value === undefined || this.#asked.has(name) || harmless(name)) continue;
      throw this.error(`${owner} has "${key}" = ${brief(value)}, which cannot be read; save it without`);
    }
  }

  /** Fails unless `key` is absent or holds `value`. `why` says what else it would mean. */
  only(key: string, value: unknown, why: string): void {
    const given = this.get(key);
    if (given !== undefined && given !== value) throw this.error(`"${key}" is ${brief(given)}: ${why}`);
  }

  text(key: string, standard?: string): string {
    const value = this.get(key) ?? standard;
    if (typeof value !== 'string') throw this.#wrong(key, value, 'a text');
    return value;
  }

  number(key: string, standard?: number): number {
    const value = plain(this.get(key)) ?? standard;
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw this.#wrong(key, value, 'a finite number');
    return value;
  }

  flag(key: string, standard: boolean): boolean {
    const value = this.get(key) ?? standard;
    if (typeof value !== 'boolean') throw this.#wrong(key, value, 'true or false');
    return value;
  }

  list(key: string, standard?: readonly unknown[]): readonly unknown[] {
    const value = this.get(key) ?? standard;
    if (!Array.isArray(value)) throw this.#wrong(key, value, 'a list');
    return value;
  }

  object(key: string): Config {
    const value = this.get(key);
    if (!isObject(value)) throw this.#wrong(key, value, 'an object');
    return new Config(value, this.where);
  }

  /** A number, or a list of numbers (perhaps nested), as a flat list. */
  numbers(key: string, standard?: number): number[] {
    const value = plain(this.get(key)) ?? standard;
    const flat = (Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value]) as unknown[];
    if (flat.length === 0 || !flat.every((entry) => typeof entry === 'number' && Number.isFinite(entry))) {
      throw this.#wrong(key, value, 'finite numbers');
    }
    return flat as number[];
  }

  /**
   * An axis given by a whole number (or a list of one), negative from the end, counted with the batch dimension of an
   * input of batchless rank `rank`. Returns it counted without the batch.
   */
  axis(key: string, rank: number, standard: number): number {
    const [axis, ...more] = this.numbers(key, standard) as [number, ...number[]];
    const counted = axis < 0 ? axis + rank + 1 : axis;
    if (more.length > 0 || !Number.isInteger(axis) || counted < 1 || counted > rank) {
      throw this.error(
        `${key} is ${JSON.stringify(this.get(key) ?? standard)}, expected one axis from 1 to ${rank}`,
      );
    }
    return counted - 1;
  }

  #wrong(key: string, value: unknown, expected: string): InputError {
    const found = value === undefined ? 'missing' : brief(value);
    return this.error(`"${key}" is ${found}, expected ${expected}`);
  }
}
