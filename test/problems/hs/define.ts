import { Model } from '../../../src/model/index.js';

/** One problem of the collection, stated through the modelling API. */
export interface TestProblem {
  /** `hs071`, or the CUTE name of a variant, `hs100lnp`. */
  readonly name: string;
  readonly source: string;
  /** CUTE classification: objective, constraints, smoothness, derivatives, origin, internal variables, sizes. */
  readonly classification: string;
  /** Variables that are not fixed by their bounds. */
  readonly n: number;
  readonly equalities: number;
  /** Inequality rows, a row with two finite bounds counted once. */
  readonly inequalities: number;
  /** Best objective known. */
  readonly objective: number;
  /** Objectives of other local minima: a local solver that ends there has done its work. */
  readonly localMinima: readonly number[];
  /** The best point known, to the digits of the literature; all variables, fixed ones included. */
  readonly solution?: readonly number[];
  /** Why the rows differ in number from the CUTE/AMPL model whose runs are used as reference. */
  readonly differs?: string;
  build(): Model;
}

interface Facts {
  readonly classification: string;
  readonly n: number;
  readonly equalities?: number;
  readonly inequalities?: number;
  readonly objective: number;
  readonly localMinima?: readonly number[];
  readonly solution?: readonly number[];
  readonly differs?: string;
}

/** A problem by its name, origin and facts; `state` adds variables, objective and rows to an empty model. */
export function define(
  name: string,
  source: string,
  facts: Facts,
  state: (model: Model) => void,
): TestProblem {
  return {
    name,
    source,
    equalities: 0,
    inequalities: 0,
    localMinima: [],
    ...facts,
    build() {
      const model = new Model(name);
      state(model);
      return model;
    },
  };
}

/** A problem of W. Hock, K. Schittkowski, *Test Examples for Nonlinear Programming Codes*, Springer LNEMS 187, 1981. */
export const book = (number: number, facts: Facts, state: (model: Model) => void): TestProblem =>
  define(
    `hs${String(number).padStart(3, '0')}`,
    `Hock & Schittkowski (1981), problem ${number}`,
    facts,
    state,
  );
