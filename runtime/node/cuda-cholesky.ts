import type { DenseFactorizer } from '../../solvers/linear/factorizer.js';
import { type Address, type Cuda, CudaError, type Pinned } from '../../src/engine/cuda/cuda.js';
import { type Cholesky, openCusolver } from '../../src/engine/cuda/cusolver.js';
import { openCudaNow } from '../../src/engine/cuda/native.js';

/** What a matrix of one order needs on the card. */
interface Places {
  readonly n: number;
  readonly rows: number;
  readonly a: Address;
  readonly borders: Address;
  readonly work: Address;
  readonly size: number;
  /** The diagonal, then a right-hand side; then the Int32 of the library. */
  readonly numbers: Address;
  readonly pinned: Pinned;
  free(): void;
}

let card: { readonly cuda: Cuda; readonly cholesky: Cholesky } | undefined;

/** Cholesky by cuSOLVER on the first card, or in words why there is none. */
export function openCudaCholesky(): DenseFactorizer | string {
  try {
    if (card === undefined) {
      const cuda = openCudaNow();
      card = { cuda, cholesky: openCusolver(cuda.stream) };
    }
    return cudaCholesky(card.cuda, card.cholesky);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The same on a card that is open. A failure of the card is told as −1: nothing was factored. */
export function cudaCholesky(cuda: Cuda, cholesky: Cholesky): DenseFactorizer {
  let places: Places | undefined;
  const placesFor = (n: number, rows: number): Places => {
    if (places?.n === n && places.rows >= rows) return places;
    places?.free();
    places = undefined;
    places = reserve(cuda, cholesky, n, rows);
    return places;
  };
  const infoAt = (n: number): bigint => BigInt(16 * n);
  return {
    name: `cusolver (${cuda.card})`,
    factor(n, a, borders) {
      if (n === 0) return 0;
      try {
        const rows = borders.length / n;
        const own = placesFor(n, rows);
        cuda.upload(own.a, a.subarray(0, n * n));
        if (rows > 0) {
          cuda.upload(own.borders, borders);
          const [transposeA, transposeB, add] = [true, false, true];
          const [from, stride] = [own.borders, { a: 0, b: 0, c: 0 }];
          const factors = { a: from, b: from, c: own.a, transposeA, transposeB, add };
          cuda.multiply({
            ...{ float: 'f64', tf32: false, m: n, n, k: rows, count: 1, stride, lower: false },
            ...factors,
          });
        }
        const info = own.numbers + infoAt(n);
        cholesky.factor(n, own.a, own.work, own.size, info);
        cholesky.diagonal(n, own.a, own.numbers);
        cuda.copyOut(own.pinned, 0, own.numbers, 8 * n);
        cuda.copyOut(own.pinned, 16 * n, info, 4);
        cuda.synchronize();
        const diagonal = new Float64Array(own.pinned.memory, 0, n);
        for (let k = 0; k < n; k++) a[k * (n + 1)] = diagonal[k]!;
        return new Int32Array(own.pinned.memory, 16 * n, 1)[0]!;
      } catch (error) {
        if (!(error instanceof CudaError)) throw error;
        quietly(() => places?.free());
        places = undefined;
        return -1;
      }
    },
    solve(b) {
      if (b.length === 0) return true;
      const { n, a, numbers, pinned } = places!;
      const at = numbers + BigInt(8 * n);
      const host = new Float64Array(pinned.memory, 0, n);
      host.set(b);
      try {
        cuda.copyIn(at, pinned, 8 * n);
        cholesky.solve(n, a, at, numbers + infoAt(n));
        cuda.copyOut(pinned, 0, at, 8 * n);
        cuda.synchronize();
      } catch (error) {
        if (!(error instanceof CudaError)) throw error;
        return false;
      }
      b.set(host);
      return true;
    },
    dispose() {
      quietly(() => places?.free());
      places = undefined;
    },
  };
}

function reserve(cuda: Cuda, cholesky: Cholesky, n: number, rows: number): Places {
  const undo: (() => void)[] = [];
  const allocate = (numbers: number): Address => {
    const address = cuda.allocate(8 * Math.max(1, numbers));
    undo.push(() => cuda.free(address));
    return address;
  };
  const free = (): void => {
    for (const step of undo.splice(0).reverse()) quietly(step);
  };
  try {
    const [a, borders] = [allocate(n * n), allocate(rows * n)];
    const size = cholesky.workspace(n, a);
    const [work, numbers] = [allocate(size), allocate(2 * n + 1)];
    const pinned = cuda.pin(16 * n + 8);
    undo.push(() => cuda.unpin(pinned));
    return { n, rows, a, borders, work, size, numbers, pinned, free };
  } catch (error) {
    free();
    throw error;
  }
}

/** A card that is lost gives back nothing. */
function quietly(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof CudaError)) throw error;
  }
}
