import { openDense, openLinearSolver, openSparse } from '../../solvers/linear/index.js';
import { linearSolverContract } from './contract.js';

linearSolverContract('dense', openDense);
linearSolverContract('sparse', openSparse);
linearSolverContract('chosen', openLinearSolver);
