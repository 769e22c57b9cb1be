import { bratu } from './bratu.js';
import { catalyst } from './catalyst.js';
import type { SparseProblem } from './define.js';
import { obstacle } from './obstacle.js';
import { rosenbrock } from './rosenbrock.js';
import { vanDerPol } from './van-der-pol.js';

export type { SparseProblem } from './define.js';

/** Families of sparse problems of any size. */
export const sparseProblems: readonly SparseProblem[] = [vanDerPol, catalyst, bratu, rosenbrock, obstacle];
