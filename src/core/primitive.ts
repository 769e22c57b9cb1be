import { InputError } from './errors.js';

/** The text of what is no number; JavaScript's own operators, which would make text or NaN of it, are refused. */
export function asPrimitive(hint: string, text: string, advice: string): string {
  if (hint === 'string') return text;
  throw new InputError(`JavaScript's operators do not compute with ${text}: ${advice}`);
}

/** The object itself, on which JavaScript's own operators are refused as by {@link asPrimitive}. */
export const refusing = <T extends object>(object: T, text: string, advice: string): T =>
  Object.defineProperty(object, Symbol.toPrimitive, {
    value: (hint: string) => asPrimitive(hint, text, advice),
  });
