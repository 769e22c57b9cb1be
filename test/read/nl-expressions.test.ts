import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNl } from '../../runtime/node/read-nl.js';
import { Model } from '../../src/model/model.js';
import { expressions } from '../../src/model/nodes.js';
import { algebraOf } from '../../src/read/nl/algebra.js';
import { BinaryLexer } from '../../src/read/nl/binary-lexer.js';
import type { Algebra } from '../../src/read/nl/expressions.js';
import { readHeader } from '../../src/read/nl/header.js';
import { operators } from '../../src/read/nl/operators.js';
import { readBody } from '../../src/read/nl/segments.js';
import { TextLexer } from '../../src/read/nl/text-lexer.js';
import { randomTree } from './hostile.js';
import { isFiniteThroughout, numbers, treeValue } from './nl-numbers.js';
import { type Encoding, o, type Spec, type Tree, v, writeNl } from './nl-writer.js';
import { randomFrom } from './random.js';

const encodings: readonly Encoding[] = ['text', 'little', 'big'];

const free = (count: number): Spec['variables'] => Array.from({ length: count }, () => ({}));
const single = (tree: Tree, variables: number): Spec => ({
  variables: free(variables),
  rows: [],
  objectives: [{ tree }],
});

/** The expression of the objective in a file, made with `algebra`. */
function objectiveFrom<E>(bytes: Uint8Array, algebra: Algebra<E>): E {
  const header = readHeader(bytes, 'test.nl');
  const lexer =
    header.encoding === 'text'
      ? new TextLexer(bytes, 'test.nl', header.end)
      : new BinaryLexer(bytes, 'test.nl', header.end, header.arithmetic === 1);
  return readBody(lexer, header, algebra).objectives[0]!.expression;
}

/** Read straight to its value at `x`. */
const valueFrom = (bytes: Uint8Array, x: readonly number[]): number => objectiveFrom(bytes, numbers(x));

/** Read to nodes of a model, which then evaluates them. */
function modelValue(bytes: Uint8Array, x: readonly number[]): number {
  const model = new Model('test');
  const variables = model.variables('x', [x.length]);
  return model.value(
    objectiveFrom(
      bytes,
      algebraOf(expressions, (index) => variables.elements[index]!),
    ),
    x,
  );
}

/** The model may add in another order. */
function expectClose(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
}

/** The tree with its constants moved by some 1e-10 relative, each by another amount. */
function nudged(tree: Tree, random: () => number): Tree {
  // Whole numbers stay: some operators take nothing else.
  if (typeof tree === 'number') return Number.isInteger(tree) ? tree : tree * (1 + 1e-10 * (random() - 0.5));
  return 'args' in tree ? { ...tree, args: tree.args.map((arg) => nudged(arg, random)) } : tree;
}

describe('expressions', () => {
  it.each(encodings)('keeps the value of random expressions (%s)', (encoding) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = randomFrom(seed);
        const tree = randomTree(random, 3, 4);
        const x = [random() * 4 - 2, random() * 4 - 2, random() * 4 - 2];
        const bytes = writeNl(single(tree, 3), encoding);
        const expected = treeValue(tree, x);
        expect(valueFrom(bytes, x)).toBe(expected);
        // Where plain arithmetic leaves the reals on the way the model may do so elsewhere (a factor 0 is dropped), and
        // at a jump (rounding, comparison) another order of additions may land on the other side.
        const jumps = [1, 2, 3, 4].some((k) => {
          const nudge = randomFrom(k);
          const beside = treeValue(
            nudged(tree, nudge),
            x.map((v) => v * (1 + 1e-10 * (nudge() - 0.5))),
          );
          return !(Math.abs(beside - expected) <= 1e-3 * Math.max(1, Math.abs(expected)));
        });
        if (!jumps && isFiniteThroughout(tree, x)) expectClose(modelValue(bytes, x), expected);
      }),
      { numRuns: 300 },
    );
  });

  it('reads every operator of the table', () => {
    const x = [0.7, 0.3, 1.6];
    for (const [code, { arity, name }] of operators) {
      const args = [v(0), v(1), v(2)].slice(0, arity === 'count' ? 3 : arity);
      // acosh needs an argument above 1; rounding needs a whole number of digits.
      const tree =
        name === 'acosh'
          ? o(code, v(2))
          : /round|trunc|precision/.test(name)
            ? o(code, v(0), 1)
            : o(code, ...args);
      const expected = treeValue(tree, x);
      expect(expected, name).not.toBeNaN();
      for (const encoding of encodings)
        expect(valueFrom(writeNl(single(tree, 3), encoding), x), `${name} ${encoding}`).toBe(expected);
    }
  });

  it('reads piecewise-linear terms', () => {
    // Slopes −1, 0.5, 2 with breaks at 1 and 3; zero at zero.
    const file = (x: string) =>
      new TextDecoder()
        .decode(writeNl(single(o(16, v(0)), 1)))
        .replace('o16\n', `o64\n3\nn-1\nn1\nn0.5\ns3\nn2\n`)
        .replace('v0\n', `${x}\n`);
    const at = (x: number) => valueFrom(new TextEncoder().encode(file('v0')), [x]);
    expect(at(-2)).toBe(2);
    expect(at(0.5)).toBe(-0.5);
    expect(at(2)).toBe(-0.5);
    expect(at(5)).toBe(4);
    for (const x of [-2, 0.5, 2, 5])
      expect(modelValue(new TextEncoder().encode(file('v0')), [x])).toBeCloseTo(at(x), 12);
  });

  it('shares defined variables, linear terms included', () => {
    // V2 = 3 x0 + x1·x1; V3 = V2·V2 + 2 V2.
    const spec: Spec = {
      variables: free(2),
      rows: [],
      objectives: [{ tree: o(0, v(2), v(3)) }],
      defined: [
        { linear: [[0, 3]], tree: o(2, v(1), v(1)) },
        { linear: [[2, 2]], tree: o(2, v(2), v(2)) },
      ],
    };
    const x = [1.5, -2];
    const inner = 3 * 1.5 + 4;
    for (const encoding of encodings) {
      expect(valueFrom(writeNl(spec, encoding), x)).toBe(inner + inner * inner + 2 * inner);
      expect(modelValue(writeNl(spec, encoding), x)).toBeCloseTo(inner + inner * inner + 2 * inner, 10);
    }
  });

  it('reads a tower of shared variables without unfolding it', () => {
    // Each level uses the one below twice: 2⁶⁰ leaves when unfolded.
    const levels = 60;
    const defined = Array.from({ length: levels }, (_, k) => ({
      linear: [],
      tree: k === 0 ? o(41, v(0)) : o(2, 0.5, o(0, v(k), o(41, v(k)))),
    }));
    const spec: Spec = { variables: free(1), rows: [], objectives: [{ tree: v(levels) }], defined };
    let expected = Math.sin(0.4);
    for (let k = 1; k < levels; k++) expected = 0.5 * (expected + Math.sin(expected));
    expect(modelValue(writeNl(spec), [0.4])).toBeCloseTo(expected, 12);
  });

  it('reads expressions 100,000 operators deep', () => {
    let tree: Tree = v(0);
    for (let k = 0; k < 100_000; k++) tree = o(k % 2 ? 41 : 0, ...(k % 2 ? [tree] : [tree, v(0)]));
    const bytes = writeNl(single(tree, 1));
    expect(valueFrom(bytes, [0])).toBe(0);
    expect(modelValue(bytes, [0])).toBe(0);
    expect(readNl(bytes).problem.objectiveConstant).toBe(0);
  });

  it('reads sums and extremes of 100,000 operands', () => {
    const args = Array.from({ length: 100_000 }, (_, k) => o(2, k + 1, v(0)));
    for (const [code, expected] of [
      [54, 5000050000],
      [11, 1],
      [12, 100_000],
    ] as const)
      expect(modelValue(writeNl(single(o(code, ...args), 1)), [1])).toBe(expected);
  });
});
