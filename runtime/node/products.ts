import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { EvaluationError } from '../../src/core/errors.js';
import type { OpenProducts } from '../../src/engine/blas/engine.js';
import { type Factor, type Products, type ProductTask, WORTH } from '../../src/engine/wasm/products.js';
import { requireThread, threadLimits } from './address-space.js';
import { systemLibrary } from './blas.js';
import { compiled } from './compiled.js';
import { type Board, Control, Flag, productWork, State, WORDS, Word, type Work } from './product-calls.js';

/** From this many multiplications on a library beats the WebAssembly kernels together with the call. */
const FROM = 30_000;
/** Numbers from which on weights are not copied. */
const OUTSIDE = 1024;
/** Products that fit on the board; more are done in turns. */
const ROOM = 4096;
/** How long another thread may take: milliseconds, or times what this one needed, whichever is more. */
const PATIENCE = { least: 60_000, times: 50 };

/** One list of tasks, made ready: addresses of factors beside the arena are in it, those in the arena are relative. */
interface Ready {
  readonly words: Float64Array;
  readonly ends: Int32Array;
  /** Whether they are worth another thread. */
  readonly shared: boolean;
}

/** Threads that share products: the one that asks, and others that sleep between them and keep no process alive. */
class ProductCrew {
  readonly #board: Board = {
    products: new Float64Array(new SharedArrayBuffer(8 * WORDS * ROOM)),
    ends: new Int32Array(new SharedArrayBuffer(4 * ROOM)),
    control: new Int32Array(new SharedArrayBuffer(4 * (Control.states + 1024))),
  };
  readonly #work: Work;
  readonly #others: Worker[] = [];
  #base: { readonly memory: ArrayBufferLike; readonly at: number } | undefined;

  constructor(
    private readonly path: string,
    private readonly address: (view: ArrayBufferView) => number,
  ) {
    this.#work = productWork(path);
  }

  /** Has at least so many other threads, where the place allows them. */
  hire(count: number): void {
    while (this.#others.length < count) {
      requireThread('a thread for products');
      const other = new Worker(compiled(import.meta.url, './product-thread.js'), {
        workerData: { path: this.path, board: this.#board, place: this.#others.length },
        name: 'graybox products',
        execArgv: [],
        resourceLimits: threadLimits(1),
      });
      // One that has gone is never busy, and does nothing.
      other.on('error', () => {});
      other.unref();
      this.#others.push(other);
    }
  }

  ready(tasks: readonly ProductTask[]): Ready[] {
    const lists: Ready[] = [];
    for (let from = 0; from < tasks.length; ) {
      let [to, count] = [from, 0];
      while (to < tasks.length && (to === from || count + tasks[to]!.length <= ROOM))
        count += tasks[to++]!.length;
      const words = new Float64Array(WORDS * count);
      const ends = new Int32Array(to - from);
      let [k, work] = [0, 0];
      tasks.slice(from, to).forEach((task, i) => {
        for (const own of task) {
          const { float, m, n, a, lda, b, ldb, c, ldc } = own;
          const flags =
            (own.transposeA ? Flag.transposeA : 0) +
            (own.transposeB ? Flag.transposeB : 0) +
            (own.add ? Flag.add : 0) +
            (float === 'f32' ? Flag.f32 : 0) +
            (a.outside ? 0 : Flag.aHere) +
            (b.outside ? 0 : Flag.bHere);
          work += 2 * m * n * own.k;
          words.set([flags, m, n, own.k, this.#at(a), lda, this.#at(b), ldb, c, ldc], WORDS * k++);
        }
        ends[i] = k;
      });
      lists.push({ words, ends, shared: work >= WORTH });
      from = to;
    }
    return lists;
  }

  run({ words, ends, shared }: Ready, memory: ArrayBufferLike, threads: number): void {
    const base = this.#baseOf(memory);
    const fits = words.length <= this.#board.products.length;
    const { products, control } = fits ? this.#board : { ...this.#board, products: words.slice() };
    const board = { ...this.#board, products };
    if (fits) products.set(words);
    for (let at = 0; at < words.length; at += WORDS) {
      const flags = words[at]!;
      if (flags & Flag.aHere) products[at + Word.a]! += base;
      if (flags & Flag.bHere) products[at + Word.b]! += base;
      products[at + Word.c]! += base;
    }
    board.ends.set(ends);
    control[Control.tasks] = ends.length;
    Atomics.store(control, Control.next, 0);
    const helpers = fits && shared ? Math.min(threads, ends.length, this.#others.length + 1) - 1 : 0;
    for (let k = 0; k < helpers; k++) {
      Atomics.store(control, Control.states + k, State.rung);
      Atomics.notify(control, Control.states + k);
    }
    const began = performance.now();
    this.#work(board);
    const patience = Math.max(PATIENCE.least, PATIENCE.times * (performance.now() - began));
    for (let k = 0; k < helpers; k++) this.#await(Control.states + k, performance.now() + patience);
  }

  /** Waits for a thread that has begun; one that has not is not needed any more. */
  #await(state: number, until: number): void {
    const { control } = this.#board;
    if (Atomics.compareExchange(control, state, State.rung, State.idle) === State.rung) return;
    while (Atomics.load(control, state) === State.busy) {
      if (performance.now() > until)
        throw new EvaluationError('engine blas: a thread that computes products gave no answer', '', true);
      Atomics.wait(control, state, State.busy, 1000);
    }
  }

  #at({ at, outside }: Factor): number {
    return at + (outside ? this.address(outside) : 0);
  }

  #baseOf(memory: ArrayBufferLike): number {
    if (this.#base?.memory !== memory) this.#base = { memory, at: this.address(new Uint8Array(memory)) };
    return this.#base.at;
  }
}

let crew: ProductCrew | undefined;

/** Products by the system's BLAS on so many threads (default: all cores), or in words why there are none. */
export const openProducts: OpenProducts = (threads = availableParallelism()) => {
  const library = systemLibrary();
  if (typeof library === 'string') return `engine blas: ${library}; ${REMEDY}`;
  const { name, koffi, tuned } = library;
  if (!tuned) return `engine blas: ${name} is a BLAS for reference, slower than engine wasm; ${REMEDY}`;
  crew ??= new ProductCrew(name, (view) => Number(koffi.address(view)));
  const own = crew;
  own.hire(threads - 1);
  return productsOf(own, threads, FROM, OUTSIDE);
};

/** What brings it. */
const REMEDY =
  'apt-get install libopenblas0-pthread (Debian), brew install openblas (macOS), npm install koffi; or use engine onnx';

const productsOf = (own: ProductCrew, threads: number, from: number, outside: number): Products => ({
  from,
  outside,
  threads,
  prepare(tasks, memory) {
    const held = tasks;
    const lists = own.ready(held);
    return () => {
      for (const list of lists) own.run(list, memory(), threads);
    };
  },
});
