const hexadecimal = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?\d+))?$/i;
const decimal = /^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const infinite = /^([+-]?)inf(inity)?$/i;

/**
 * A number in any notation that C's `strtod` takes: decimal, hexadecimal with a binary exponent, `inf`; NaN when the
 * text is none of these (also for `nan`, which means nothing in a problem).
 */
export function parseNumber(text: string): number {
  if (decimal.test(text)) return Number(text);
  const inf = infinite.exec(text);
  if (inf) return inf[1] === '-' ? -Infinity : Infinity;
  const hex = hexadecimal.exec(text);
  if (!hex) return Number.NaN;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = hex;
  const digits = whole + fraction;
  // 13 hexadecimal digits and a leading one fill the 53 bits; more would be rounded twice.
  if (digits === '' || digits.replace(/^0+/, '').length > 14 || exponent.length > 6) return Number.NaN;
  let value = 0;
  for (const digit of digits) value = value * 16 + Number.parseInt(digit, 16);
  let power = Number(exponent) - 4 * fraction.length;
  // Scale by halves: 2^power alone may leave the range of doubles.
  for (; power > 1000; power -= 1000) value *= 2 ** 1000;
  for (; power < -1000; power += 1000) value *= 2 ** -1000;
  value *= 2 ** power;
  return sign === '-' ? -value : value;
}
