import '../runtime/node/provide.js';
import { join } from 'node:path';
import type { Formulation, Model } from '../index.js';
import { readNl } from '../runtime/node/read-nl.js';
import { readTfjs } from '../runtime/node/read-tfjs.js';
import { findData, packageRoot } from '../scenarios/data.js';
import { drawnDigit } from '../scenarios/mnist/digit.js';
import { adversarialImage } from '../scenarios/mnist/problem.js';
import { solveWith } from '../solvers/interior-point/solve.js';
import { openLinearSolver } from '../solvers/linear/index.js';
import { derive } from '../src/derive/derive.js';
import { compileWasm } from '../src/engine/wasm/engine.js';
import type { Network } from '../src/network/graph.js';
import { assemble } from '../src/nlp/assemble.js';
import type { Nlp } from '../src/nlp/contract.js';
import { LocalBox } from '../src/oracle/local.js';
import type { TestMatrix } from './linear-matrices.js';

/** Which factorization of a solve is kept: one in the middle of it. */
const KEPT = 12;

/** The KKT matrix that the interior-point method factors in the middle of a solve of `nlp`. */
function captured(name: string, nlp: Nlp): TestMatrix {
  let kept: TestMatrix | undefined;
  solveWith(
    (matrix, options) => {
      const solver = openLinearSolver(matrix, options);
      const { row, column, expand } = matrix.triplets();
      let count = 0;
      return {
        name: solver.name,
        order: matrix.rows,
        factor(values, negativeLimit) {
          if (++count <= KEPT)
            kept = {
              name,
              order: matrix.rows,
              row,
              column,
              values: expand(values).slice(),
              structure: matrix,
            };
          return solver.factor(values, negativeLimit);
        },
        solve: (b, right) => solver.solve(b, right),
        increaseQuality: () => solver.increaseQuality(),
        statistics: solver.statistics,
        dispose: () => solver.dispose(),
      };
    },
    nlp,
    { max_iter: KEPT },
  );
  if (kept === undefined) throw new Error(`${name}: nothing was factored`);
  return kept;
}

/** The adversarial image of the drawn digit. */
function imageProblem(formulation: Formulation): Nlp {
  const network = readTfjs(join(packageRoot, 'models', 'mnist-tanh-128'));
  const { model } = adversarialImage({ network, image: drawnDigit().pixels, target: 9, formulation });
  return assemble(model.problem(), boxesOf(model));
}

const boxesOf = (model: Model): LocalBox[] =>
  model.grayBoxes.map(
    (network) =>
      new LocalBox(
        compileWasm(derive(network as Network), { device: 'cpu', precision: 'f64' }) as never,
        true,
      ),
  );

/** Matrices of real solves; those that need data are left out where it is missing. */
export function capturedMatrices(): Readonly<Record<string, () => TestMatrix>> {
  const nl = findData('nl');
  return {
    mnistReduced: () => captured('mnist-reduced', imageProblem('reduced')),
    mnistFull: () => captured('mnist-full', imageProblem('full')),
    ...(nl && {
      gaslib11: () => captured('gaslib11', assemble(readNl(join(nl, 'gaslib11_steady.nl')).problem)),
    }),
  };
}
