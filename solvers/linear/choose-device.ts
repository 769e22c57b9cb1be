import { InputError } from '../../src/core/errors.js';
import { CondensedSolver, isCondensable } from './condensed.js';
import type { OpenLinearSolver } from './contract.js';
import { type FactorizerDevice, openFactorizer } from './factorizer.js';

/** `open`; on `cpu` matrices of one large dense block are factored by one call of the system's LAPACK, on all cores, on `cuda` by cuSOLVER. */
export const onDevice = (device: 'auto' | FactorizerDevice, open: OpenLinearSolver): OpenLinearSolver =>
  device === 'auto'
    ? open
    : (matrix, options) => {
        const factorizer = openFactorizer(device);
        if (typeof factorizer === 'string')
          throw new InputError(
            device === 'cuda'
              ? `kkt_device: ${factorizer.replace(/^engine cuda: /, '')}, or choose cpu or auto`
              : `kkt_device: no LAPACK (${factorizer}); install koffi (npm install koffi) and a BLAS with LAPACK (Debian: apt-get install libopenblas0-pthread), or choose auto`,
          );
        if (isCondensable(matrix)) return new CondensedSolver(matrix, factorizer, options);
        factorizer.dispose();
        return open(matrix, options);
      };
