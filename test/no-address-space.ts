import { afterAll, beforeAll } from 'vitest';
import '../runtime/node/provide.js';

/** As in a process of little address space, where V8 can reserve none for a WebAssembly memory. */
class Unreservable {
  constructor() {
    throw new RangeError('WebAssembly.Memory(): could not allocate memory');
  }
}

const wasm = WebAssembly as { Memory: unknown };

/** `work` where no WebAssembly memory can be had. */
export function withoutAddressSpace<T>(work: () => T): T {
  const { Memory } = wasm;
  wasm.Memory = Unreservable;
  try {
    return work();
  } finally {
    wasm.Memory = Memory;
  }
}

/** Has all tests of a file run where no WebAssembly memory can be had. */
export function denyAddressSpace(): void {
  const { Memory } = wasm;
  beforeAll(() => {
    wasm.Memory = Unreservable;
  });
  afterAll(() => {
    wasm.Memory = Memory;
  });
}
