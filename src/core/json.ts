import type { Budget } from './budget.js';
import { InputError } from './errors.js';

/**
 * The value of a JSON text, given as its bytes in UTF-8 (a byte-order mark is left out) or as text. Depth is checked
 * before anything is made of it. Of keys that occur twice in an object the last counts, as for every reader of JSON.
 */
export function readJson(source: Uint8Array | string, where: string, budget: Budget): unknown {
  budget.check('json', source.length, where);
  const text = typeof source === 'string' ? source : decoded(source, where);
  if (text.trim() === '') throw new InputError(`${where}: is empty, not JSON`);
  budget.check('depth', depthOf(text), where);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const [problem] = (cause as Error).message.split('\n');
    throw new InputError(`${where}: is not JSON (${problem!.slice(0, 200)})`);
  }
}

function decoded(bytes: Uint8Array, where: string): string {
  const [first, second] = bytes;
  const wide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (wide || (bytes.length > 1 && (first === 0 || second === 0)))
    throw new InputError(
      `${where}: is not JSON in UTF-8 (it looks like UTF-16 or binary data); save it as UTF-8`,
    );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(`${where}: is not JSON in UTF-8; save it as UTF-8`);
  }
}

const [quote, backslash] = [34, 92];

/** How many lists and objects stand inside one another at most. */
function depthOf(text: string): number {
  let [depth, most] = [0, 0];
  for (let k = 0; k < text.length; k++) {
    const code = text.charCodeAt(k);
    if (code === quote) {
      for (k++; k < text.length && text.charCodeAt(k) !== quote; k++)
        if (text.charCodeAt(k) === backslash) k++;
    } else if (code === 91 || code === 123) {
      depth++;
      if (depth > most) most = depth;
    } else if (code === 93 || code === 125) depth--;
  }
  return most;
}

/** Refuses plain data that is nested deeper than the budget has it, or that contains itself. */
export function checkDepth(value: unknown, where: string, budget: Budget): void {
  const most = budget.limit('depth');
  /** How deep each object was met. */
  const met = new Map<object, number>();
  const open: [unknown, number][] = [[value, 1]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [at, depth] = next;
    if (typeof at !== 'object' || at === null || ArrayBuffer.isView(at) || (met.get(at) ?? 0) >= depth)
      continue;
    if (depth > most) budget.check('depth', depth, where);
    met.set(at, depth);
    for (const entry of Object.values(at)) open.push([entry, depth + 1]);
  }
}
