import { describe, expect, it } from 'vitest';
import {
  add,
  concat,
  diff,
  divide,
  dot,
  type Expression,
  type ExpressionArray,
  exp,
  InputError,
  Model,
  matmul,
  matvec,
  maximum,
  multiply,
  negate,
  power,
  stack,
  subtract,
  sum,
  sumOfSquares,
} from '../../index.js';

const model = new Model();
const A = model.variables('A', [2, 3]);
const v = model.variables('v', 3);
/** A = [[1, 2, 3], [4, 5, 6]], v = [10, 20, 30]. */
const x = [1, 2, 3, 4, 5, 6, 10, 20, 30];
const at = (e: Expression): number => model.value(e, x);
const numbers = (array: ExpressionArray): number[] => array.elements.map(at);

describe('arrays', () => {
  it('are looked at in parts, which stay variables', () => {
    expect(A.row(1).elements.map(({ name }) => name)).toEqual(['A[1,0]', 'A[1,1]', 'A[1,2]']);
    expect(numbers(A.column(1))).toEqual([2, 5]);
    expect(A.column(1).shape).toEqual([2]);
    expect(numbers(A.slice(1))).toEqual([4, 5, 6]);
    expect(A.slice(0, -1, 1).shape).toEqual([2, 2]);
    expect(numbers(A.slice(0, -1, 1))).toEqual([1, 2, 4, 5]);
    expect(numbers(A.slice(-1, undefined, -1))).toEqual([3, 6]);
    expect(numbers(A.transpose())).toEqual([1, 4, 2, 5, 3, 6]);
    expect(A.transpose().at(2, 1).name).toBe('A[1,2]');
    expect(A.reshape([3, -1]).shape).toEqual([3, 2]);
    expect(numbers(A.reshape(6).slice(4))).toEqual([5, 6]);
    expect([...A.row(0)].length).toBe(3);
    const [first, ...others] = v;
    expect([first!.name, others.length]).toEqual(['v[0]', 2]);
    expect([...v.slice(1).indices()]).toEqual([7, 8]);
    expect(v.map((e, k) => multiply(k, e)).shape).toEqual([3]);
    expect(model.variables('empty', 0).slice().size).toBe(0);
    expect(String(A)).toBe('A[2, 3]');
  });

  it('are added, multiplied, … entry by entry, and repeated where an extent is 1 or missing', () => {
    expect(numbers(add(A, v))).toEqual([11, 22, 33, 14, 25, 36]);
    expect(numbers(add(A, 1, A))).toEqual([3, 5, 7, 9, 11, 13]);
    expect(numbers(subtract([100, 200], A.column(0)))).toEqual([99, 196]);
    expect(numbers(multiply(A, [[2], [3]]))).toEqual([2, 4, 6, 12, 15, 18]);
    expect(numbers(divide(v, Float64Array.of(1, 2, 3)))).toEqual([10, 10, 10]);
    expect(numbers(power(A, 2))).toEqual([1, 4, 9, 16, 25, 36]);
    expect(numbers(exp(A.row(0)))).toEqual([1, 2, 3].map(Math.exp));
    expect(numbers(negate([v.at(0), 2]))).toEqual([-10, -2]);
    expect(numbers(maximum(A, 3))).toEqual([3, 3, 3, 4, 5, 6]);
    const shaped = { shape: [2, 3], data: [1, 1, 1, 2, 2, 2] };
    expect(numbers(multiply(shaped, A))).toEqual([1, 2, 3, 8, 10, 12]);
    // A transposed view, as an ndarray holds it.
    const turned = { shape: [3, 2], stride: [1, 3], offset: 0, data: [1, 2, 3, 4, 5, 6] };
    expect(numbers(add(turned, 0))).toEqual([1, 4, 2, 5, 3, 6]);
    expect(add(A.reshape([2, 1, 3]), v.reshape([3, 1])).shape).toEqual([2, 3, 3]);
    expect(add([], 1).shape).toEqual([0]);
  });

  it('are reduced', () => {
    expect(at(sum(A))).toBe(21);
    expect(numbers(sum(A, 0))).toEqual([5, 7, 9]);
    expect(numbers(sum(A, 1))).toEqual([6, 15]);
    expect(numbers(sum(A, -1))).toEqual([6, 15]);
    expect(at(sumOfSquares(A))).toBe(91);
    expect(at(dot(A.row(0), v))).toBe(140);
    expect(numbers(diff(v))).toEqual([10, 10]);
    expect(numbers(diff(A, 0))).toEqual([3, 3, 3]);
  });

  it('are multiplied by matrices', () => {
    expect(numbers(matvec(A, v))).toEqual([140, 320]);
    expect(numbers(matvec([[1, 0, 2]], v))).toEqual([70]);
    expect(numbers(matvec(A.transpose(), [1, 2]))).toEqual([9, 12, 15]);
    expect(numbers(matvec([[1, 2, 0]], exp(v)))).toEqual([Math.exp(10) + 2 * Math.exp(20)]);
    const B = matmul(A, [
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
    expect([B.shape, numbers(B)]).toEqual([
      [2, 2],
      [4, 5, 10, 11],
    ]);
    // Numbers times variables are one node a row.
    expect(model.value(matvec([[0, 0, 0]], v).at(0), x)).toBe(0);
  });

  it('are joined', () => {
    expect(numbers(concat([v, [1, 2]]))).toEqual([10, 20, 30, 1, 2]);
    expect(numbers(concat([A, A], 1))).toEqual([1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);
    expect(stack([v, v]).shape).toEqual([2, 3]);
  });

  it('say what does not fit', () => {
    const refused: [() => unknown, RegExp][] = [
      [() => add(A, [1, 2]), /add: shapes \[2, 3\] and \[2\] do not fit each other/],
      [() => add([[1, 2], [3]], 1), /add: row 1 has shape \[1\], row 0 \[2\]/],
      [() => add([1, [2]] as never, 1), /add: .*rows and single entries|got an array/],
      [() => exp([1, Number.NaN]), /NaN/],
      // biome-ignore lint/suspicious/noSparseArray: a hole
      [() => exp([1, , 2] as never), /got undefined/],
      [() => A.reshape([4, 2]), /6 entries of shape \[2, 3\] do not fill shape \[4, 2\]/],
      [() => A.reshape([-1, 4]), /do not fill/],
      [() => A.row(2), /2 is not an index of shape \[2, 3\]/],
      [() => A.slice(0, 1, 5), /no axis 5/],
      [() => matvec(A, [1, 2]), /matrix of shape \[2, 3\] times 2 entries/],
      [() => matmul(A, A), /shapes \[2, 3\] and \[2, 3\] do not fit/],
      // @ts-expect-error a matrix where a vector belongs
      [() => dot(A, A), /takes lists, not an array of rank 2/],
      // @ts-expect-error one index for two axes
      [() => A.at(1), /1 indices for shape \[2, 3\]/],
      [() => concat([v, A] as never), /differ beside axis 0/],
      [() => sum(5 as never), /sum: its list is 5, not an array/],
      [() => exp('1' as never), /got a string/],
      [() => add(A, new Model('other').variables('w', 3)), /'A\[0,0\]' and 'w\[0\]'/],
    ];
    for (const [make, message] of refused) {
      expect(make).toThrow(InputError);
      expect(make).toThrow(message);
    }
  });

  it('refuse JavaScript’s operators with what to write', () => {
    const y = model.variable('y');
    for (const misuse of [
      () => (y as never as number) + 1,
      () => (y as never as number) * 2,
      () => -(v as never as number),
      () => (add(y, 1) as never as number) < 2,
    ])
      expect(misuse).toThrow(/JavaScript's operators.*write add\(x, 1\)/);
    expect(`${y}`).toBe('y');
  });
});

describe('a formula as text', () => {
  const y = model.variable('z');
  it.each<[Expression, string]>([
    [add(multiply(100, power(subtract(y, power(y, 2)), 2)), exp(y)), '100*(z - z^2)^2 + exp(z)'],
    [subtract(1, subtract(y, 2)), '1 - (z - 2)'],
    [divide(1, multiply(y, y)), '1/(z*z)'],
    [negate(power(negate(y), 2)), '-(-z)^2'],
    [power(2, power(y, 3)), '2^z^3'],
    [matvec([[1, -1, 2]], v).at(0), 'v[0] - v[1] + 2*v[2]'],
    [add(y, -1), 'z - 1'],
    [multiply(-2, y), '-2*z'],
  ])('%s', (e, text) => {
    expect(String(e)).toBe(text);
  });

  it('is abbreviated where it is long or deep', () => {
    const long = sum(Array.from({ length: 1000 }, () => exp(y)));
    expect(String(long).length).toBeLessThan(300);
    let deep: Expression = y;
    for (let k = 0; k < 1e5; k++) deep = exp(deep);
    expect(String(deep).length).toBeLessThan(1000);
  });
});
