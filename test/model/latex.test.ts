import { describe, expect, it } from 'vitest';
import {
  abs,
  add,
  divide,
  exp,
  expr,
  le,
  Model,
  multiply,
  negate,
  network,
  power,
  sqrt,
  subtract,
  toLatex,
} from '../../index.js';
import { Graph } from '../formulate/networks.js';

/** Whether braces and \\left, \\right pair up. */
function isBalanced(text: string): boolean {
  let depth = 0;
  for (const c of text.replaceAll(/\\[{}]/g, '')) {
    if (c === '{') depth++;
    if (c === '}') depth--;
    if (depth < 0) return false;
  }
  const count = (part: string): number => text.split(part).length - 1;
  return depth === 0 && count('\\left') === count('\\right') && count('\\begin') === count('\\end');
}

describe('LaTeX', () => {
  const m = new Model('m');
  const x = m.variables('x', [2, 2], { lower: 0 });
  const alpha = m.variable('alpha');
  const rate = m.variable('flow rate_2', { upper: 3 });

  it.each([
    [power(subtract(x.at(0, 1), 1), 2), '\\left(x_{0,1} - 1\\right)^{2}'],
    [
      divide(add(alpha, 1), exp(negate(rate))),
      '\\frac{\\alpha + 1}{\\exp\\left(-\\mathrm{flow rate\\_2}\\right)}',
    ],
    [multiply(2, add(x.at(0, 0), alpha)), '2 \\, \\left(x_{0,0} + \\alpha\\right)'],
    [sqrt(abs(alpha)), '\\sqrt{\\left|\\alpha\\right|}'],
    [subtract(alpha, subtract(alpha, 1e-9)), '\\alpha - \\left(\\alpha - 1 \\cdot 10^{-9}\\right)'],
    [power(power(alpha, 2), 3), '\\left(\\alpha^{2}\\right)^{3}'],
  ])('of %s', (e, wanted) => {
    expect(toLatex(e)).toBe(wanted);
    expect(isBalanced(wanted)).toBe(true);
  });

  it('of relations, arrays and models', () => {
    expect(toLatex(le(alpha, 3))).toBe('\\begin{aligned}\n\\alpha &\\le 3\n\\end{aligned}');
    expect(toLatex(x.row(0))).toBe('\\begin{pmatrix}\nx_{0,0} \\\\\nx_{0,1}\n\\end{pmatrix}');
    const graph = new Graph();
    const net = graph.network(2, [graph.elementwise(graph.affine(graph.input(2), 2), { name: 'tanh' })]);
    const y = network(net, x.row(1));
    m.minimize(expr`(${y.at(0)} - 1)^2 + ${alpha}`);
    m.constrain(add(alpha, rate), { lower: -1, upper: 1 });
    m.constrain(alpha, '=', 0.5);
    const text = toLatex(m);
    expect(isBalanced(text)).toBe(true);
    expect(text).toContain('\\min \\quad & \\left(y_{0} - 1\\right)^{2} + \\alpha');
    expect(text).toContain('(y_{0}, y_{1}) &= ');
    expect(text).toContain('-1 \\le \\alpha + \\mathrm{flow rate\\_2} &\\le 1');
    expect(text).toContain('\\alpha &= 0.5');
    expect(text).toContain('\\mathrm{flow rate\\_2} &\\le 3');
    expect(() => toLatex(3 as never)).toThrow(/neither a model nor a formula/);
  });

  it('abbreviates what is long or deep', () => {
    const big = new Model();
    const z = big.variables('z', 300);
    let deep = add(z.at(0), 1);
    for (let k = 0; k < 5000; k++) deep = exp(deep);
    big.minimize(add(deep, add(...z)));
    for (const v of z) big.constrain(power(v, 2), { upper: 1 });
    const text = toLatex(big);
    expect(isBalanced(text)).toBe(true);
    expect(text.length).toBeLessThan(10_000);
    expect(text).toContain('\\vdots');
  });
});
