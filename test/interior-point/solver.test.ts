import { interiorPoint } from '../../solvers/interior-point/index.js';
import { solveWith } from '../../solvers/interior-point/solve.js';
import { solverContract } from './contract.js';
import { openDenseReference } from './dense-ldl.js';

solverContract('interior-point', interiorPoint);
solverContract('interior-point on the reference LDLᵀ', {
  name: 'reference',
  solve: (nlp, options, monitor, warm) => solveWith(openDenseReference, nlp, options, monitor, warm),
});
