import { addProduct, product, transposed } from './product.js';

/** `Y = X W + b` for `rows` rows; W `[inputs, outputs]`. */
export function affine(
  X: Float64Array,
  W: Float64Array,
  b: Float64Array | undefined,
  rows: number,
  inputs: number,
  outputs: number,
): Float64Array {
  const Y = new Float64Array(rows * outputs);
  if (b) for (let r = 0; r < rows; r++) Y.set(b, r * outputs);
  addProduct(X, W, Y, rows, inputs, outputs);
  return Y;
}

/** Derivatives of {@link affine} from those by Y. */
export function affineBack(
  X: Float64Array,
  W: Float64Array,
  dY: Float64Array,
  rows: number,
  inputs: number,
  outputs: number,
): { dX: () => Float64Array; dW: Float64Array; db: Float64Array } {
  const db = new Float64Array(outputs);
  for (let k = 0; k < dY.length; k++) db[k % outputs]! += dY[k]!;
  return {
    dX: () => product(dY, transposed(W, inputs, outputs), rows, outputs, inputs),
    dW: product(transposed(X, rows, inputs), dY, inputs, rows, outputs),
    db,
  };
}

/** `max(x, 0)`, in place. */
export function rectify(x: Float64Array): Float64Array {
  for (let k = 0; k < x.length; k++) if (x[k]! < 0) x[k] = 0;
  return x;
}

/** Sets the derivatives to 0 where what {@link rectify} gave is 0. */
export function rectifyBack(y: Float64Array, dY: Float64Array): Float64Array {
  for (let k = 0; k < y.length; k++) if (y[k]! <= 0) dY[k] = 0;
  return dY;
}
