import { InputError } from '../../core/errors.js';
import type { Engine, Executable } from '../contract.js';
import { lacks, requireSupport } from '../programs.js';
import { allowed, WasmExecutable } from '../wasm/engine.js';
import type { Products } from '../wasm/products.js';

/** Opens products on so many threads, or says why there are none. */
export type OpenProducts = (threads?: number) => Products | string;

/**
 * The kernels of engine wasm with large products by a system BLAS, on all cores: for the host thread of a device. Large
 * weights are read where they are, in f64 or f32 as they are kept.
 */
export function blasEngineOver(open: OpenProducts): Engine {
  const engine: Engine = {
    name: 'blas',
    synchronous: false,
    devices: ['cpu'],
    precisions: ['f64', 'f32', 'mixed'],
    async available(device = 'cpu') {
      const products = lacks(engine, device) ?? open(1);
      return typeof products === 'string' ? products : allowed();
    },
    async compile(programs, options): Promise<Executable> {
      requireSupport(engine, options);
      const products = open(options.threads);
      if (typeof products === 'string') throw new InputError(products);
      const reason = allowed();
      if (reason !== true) throw new InputError(reason);
      const own = new WasmExecutable(programs, options.precision, 'blas', products);
      const { device, precision, inputs, outputs, through } = own;
      return {
        ...{ engine: 'blas', device, precision, inputs, outputs, ...(through && { through }) },
        evaluate: async (order, slots) => own.evaluate(order, slots),
        dispose: () => own.dispose(),
      };
    },
  };
  return engine;
}
