import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.js';
import { expr, Model } from '../../src/model/index.js';

const m = new Model();
const x = m.variable('x');
const y = m.variable('y');
const v = m.variables('v', 3);
const at = [2, 3, 5, 7, 11];
const value = (e: Parameters<Model['value']>[0]): number => m.value(e, at);

describe('expr', () => {
  it('binds as mathematics does', () => {
    expect(value(expr`${x} + ${y}*2`)).toBe(8);
    expect(value(expr`${x} - ${y} - 1`)).toBe(-2);
    expect(value(expr`12/${x}/${y}`)).toBe(2);
    expect(value(expr`-${x}^2`)).toBe(-4);
    expect(value(expr`(-${x})^2`)).toBe(4);
    expect(value(expr`2^${y}^2`)).toBe(512);
    expect(value(expr`2**-${x}`)).toBe(0.25);
    expect(value(expr`2*-${x} + +1`)).toBe(-3);
    expect(value(expr`100*(${y} - ${x}^2)^2 + (1 - ${x})^2`)).toBe(101);
    expect(value(expr`1.5e1 + .5 + 2.`)).toBe(17.5);
  });

  it('knows functions, pi and lists', () => {
    expect(value(expr`sin(pi/2) + max(${x}, ${y}, 1) + sqrt(4)`)).toBe(6);
    expect(value(expr`atan2(${x}, ${y})`)).toBe(Math.atan2(2, 3));
    expect(value(expr`sum(${v}) + sum(${x}, ${y})`)).toBe(28);
    expect(value(expr`dot(${v}, ${[1, 2, 3]})`)).toBe(52);
    expect(value(expr`min(${v}, ${x})`)).toBe(2);
    expect(value(expr`${3}`)).toBe(3);
  });

  it('takes many templates of one place apart once, with values of their own', () => {
    const values = [1, 2, 3].map((k) => value(expr`${x}*${k}`));
    expect(values).toEqual([2, 4, 6]);
  });

  const wrong: [text: string, () => unknown, RegExp][] = [
    ['missing operand', () => expr`${x} + `, /expected a number.*position 7 of '\$\{1\} \+ ', found the end/],
    [
      'missing operator',
      () => expr`${x} ${y}`,
      /expected an operator or the end at position 5.*found \$\{2\}/,
    ],
    ['open parenthesis', () => expr`(${x} + 1`, /expected '\)' at position 9/],
    ['stray sign', () => expr`${x} * ) `, /at position 7.*found '\)'/],
    ['unknown character', () => expr`${x} % 2`, /unexpected '%' at position 5/],
    ['unknown name', () => expr`2*foo(${x})`, /unknown name 'foo' at position 2.*known are pi/],
    ['function without call', () => expr`sin + 1`, /expected '\(' at position 4/],
    ['number of arguments', () => expr`1 + sin(${x}, 2)`, /sin at position 4.*takes 1 arguments, not 2/],
    ['list as a scalar', () => expr`${x} + ${v}`, /list.*sum\(…\)/],
    ['nothing', () => expr``, /found the end/],
    ['undefined', () => expr`1 + ${undefined as unknown as number}`, /undefined/],
  ];
  for (const [name, make, message] of wrong)
    it(`refuses: ${name}`, () => {
      expect(make).toThrow(InputError);
      expect(make).toThrow(message);
    });

  /** The template of some strings around as many values. */
  const template = (parts: readonly string[], ...values: Parameters<typeof expr>[1][]) =>
    expr(Object.assign([...parts], { raw: parts }) as unknown as TemplateStringsArray, ...values);
  const between = (sign: string, count: number) => ['', ...Array<string>(count - 1).fill(sign), ''];

  it('takes products and signs of any length', () => {
    const n = 10_001;
    const minus = Array<number>(n - 1).fill(-1);
    expect(value(template(between('*', n), x, ...minus))).toBe(2);
    expect(value(template(between('/', n), x, ...minus))).toBe(2);
    expect(value(template(['', '/', '*', '/', ''], x, y, 4, 8))).toBe(((2 / 3) * 4) / 8);
    expect(value(template(['-'.repeat(n), ''], x))).toBe(-2);
  });

  it.each([
    ['parentheses', ['('.repeat(600), ')'.repeat(600)]],
    ['functions', ['sin('.repeat(600), ')'.repeat(600)]],
    ['powers', ['1^'.repeat(600), '']],
  ])('refuses too many levels of %s', (_, parts) => {
    expect(() => template(parts, 1)).toThrow(InputError);
    expect(() => template(parts, 1)).toThrow(
      /^expr: more than 500 levels .* at position \d+; build .* in parts$/,
    );
  });
});
