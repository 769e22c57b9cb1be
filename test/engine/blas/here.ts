import { openProducts } from '../../../runtime/node/products.js';
import { blasEngineOver } from '../../../src/engine/blas/engine.js';
import type { Products } from '../../../src/engine/wasm/products.js';

const found = openProducts(2);

/** Why there is no BLAS here; empty where there is one. */
export const lack = typeof found === 'string' ? found : '';
export const products = (): Products | string => found;

/** Engine blas with every product and every weight by the library, on two threads. */
export const everything = blasEngineOver(() =>
  typeof found === 'string' ? found : { ...found, from: 0, outside: 0 },
);
