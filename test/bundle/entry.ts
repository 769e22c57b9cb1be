import { interiorPoint, solveHere } from '../../browser.js';
import { assemble } from '../../src/nlp/assemble.js';
import { nearest } from '../pool/problem.js';
import { hockSchittkowski } from '../problems/hs/index.js';

/** What a page would do with the bundle: every Hock–Schittkowski problem, … */
export const solveHockSchittkowski = () =>
  hockSchittkowski.map((problem) => {
    const { status, objective, iterations } = interiorPoint.solve(assemble(problem.build().problem()));
    return { name: problem.name, status, objective, iterations };
  });

/** … and a problem with a network, computed in WebAssembly. */
export async function solveNetwork() {
  const { model, y } = nearest(0.5);
  const solution = await solveHere(model, { engine: 'wasm', tol: 1e-8 });
  const { status, objective, iterations, network } = solution;
  return { status, objective, iterations, engine: network!.engine, y: solution.value(y.at(0)) };
}
