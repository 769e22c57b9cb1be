/** A matrix in an array: entry `(i, j)` is `data[i·row + j·column]`. */
export interface Strided {
  readonly data: Float64Array;
  readonly row: number;
  readonly column: number;
}

export const plain = (data: Float64Array, columns: number): Strided => ({ data, row: columns, column: 1 });
export const transposed = ({ data, row, column }: Strided): Strided => ({ data, row: column, column: row });

/** `C += A B`, `A: [n × k]`, `B: [k × m]`, `C: [n × m]` row-major; sixteen sums at a time stay in registers. */
export function addProduct(A: Strided, B: Strided, C: Float64Array, n: number, k: number, m: number): void {
  const [rows, columns] = [n - (n % 4), m - (m % 4)];
  for (let j = 0; j < columns; j += 4) for (let i = 0; i < rows; i += 4) addTile(A, B, C, i, j, k, m);
  for (let i = 0; i < n; i++)
    for (let j = i < rows ? columns : 0; j < m; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++)
        sum += A.data[i * A.row + l * A.column]! * B.data[l * B.row + j * B.column]!;
      C[i * m + j]! += sum;
    }
}

/** Four rows and four columns of the product. */
function addTile(A: Strided, B: Strided, C: Float64Array, i: number, j: number, k: number, m: number): void {
  const { data: x, row: ai, column: ak } = A;
  const { data: y, row: bk, column: bj } = B;
  let [c00, c01, c02, c03, c10, c11, c12, c13] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [c20, c21, c22, c23, c30, c31, c32, c33] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [a, b] = [i * ai, j * bj];
  for (let l = 0; l < k; l++) {
    const a0 = x[a]!;
    const a1 = x[a + ai]!;
    const a2 = x[a + 2 * ai]!;
    const a3 = x[a + 3 * ai]!;
    const b0 = y[b]!;
    const b1 = y[b + bj]!;
    const b2 = y[b + 2 * bj]!;
    const b3 = y[b + 3 * bj]!;
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
    a += ak;
    b += bk;
  }
  let c = i * m + j;
  C[c]! += c00;
  C[c + 1]! += c01;
  C[c + 2]! += c02;
  C[c + 3]! += c03;
  c += m;
  C[c]! += c10;
  C[c + 1]! += c11;
  C[c + 2]! += c12;
  C[c + 3]! += c13;
  c += m;
  C[c]! += c20;
  C[c + 1]! += c21;
  C[c + 2]! += c22;
  C[c + 3]! += c23;
  c += m;
  C[c]! += c30;
  C[c + 1]! += c31;
  C[c + 2]! += c32;
  C[c + 3]! += c33;
}
