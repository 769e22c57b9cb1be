import { InputError } from '../../src/core/errors.js';
import type { Nlp } from '../../src/nlp/contract.js';
import type { Result } from '../../src/nlp/result.js';
import { openLinearSolver } from '../linear/index.js';
import { byColumns, type ColumnAnswer, type ColumnRequest } from './columns.js';
import type { KktShape, KktSystem } from './contract.js';
import { openKkt } from './open.js';
import { sameShape } from './same-shape.js';
import {
  type ParameterDerivative,
  Sensitivity,
  type SolutionDerivative,
  type SolutionSeed,
} from './sensitivity.js';

/**
 * A solution with the KKT system that found it, for derivatives by parameters: its analysis is used again, and it is factored
 * once, at the solution, when derivatives are first asked for. Whoever received it owns it, keeps the problem open as long as
 * it asks, and disposes of it.
 */
export class KeptSolution {
  #kkt: KktSystem | undefined;
  #sensitivity: Sensitivity | undefined;

  /** Takes over `kkt`, a system for `nlp` whatever its scaling, with exact second derivatives. */
  constructor(
    readonly nlp: Nlp,
    readonly result: Result,
    kkt: KktSystem,
    /** How it was opened, as text. */
    private readonly how = '',
  ) {
    this.#kkt = kkt;
  }

  /** `d(x, λ, zL, zU)/dp` for every parameter; see {@link Sensitivity}. */
  forward(parameters: readonly ParameterDerivative[]): SolutionDerivative[] {
    return this.#at().forward(parameters);
  }

  /** What `dℓ/dp` is for scalars ℓ of the solution, and any parameter p; see {@link Sensitivity.adjoint}. */
  adjoint(seeds: readonly SolutionSeed[]): Required<ParameterDerivative>[] {
    return this.#at().adjoint(seeds);
  }

  /** Derivatives by parameters that are fixed columns of the problem. */
  byColumns(request: ColumnRequest): ColumnAnswer {
    return byColumns(this.#at(), this.nlp, this.result, request);
  }

  #at(): Sensitivity {
    if (this.#sensitivity) return this.#sensitivity;
    const kkt = this.#kkt;
    if (kkt === undefined) throw new InputError('sensitivity: the solution was disposed of');
    // From here on it belongs to the sensitivity, which disposes of it where it fails.
    this.#kkt = undefined;
    this.#sensitivity = new Sensitivity(this.nlp, this.result, (shape) => {
      if (sameShape(kkt.shape, shape)) return kkt;
      kkt.dispose();
      return openKkt(shape, null, openLinearSolver, {});
    });
    return this.#sensitivity;
  }

  /**
   * Gives its system up for another solve of a problem of this shape, opened in the same way, with its analysis; undefined
   * where it does not suit. It is as disposed of in both cases.
   */
  handOver(shape: KktShape, how: string): KktSystem | undefined {
    const kkt = this.#kkt ?? this.#sensitivity?.system;
    const suitable = how === this.how && kkt !== undefined && sameShape(kkt.shape, shape);
    const again = suitable ? kkt.again(shape) : undefined;
    if (again === undefined) this.dispose();
    this.#kkt = undefined;
    this.#sensitivity = undefined;
    return again;
  }

  /** Frees its memory; a second call does nothing. */
  dispose(): void {
    this.#kkt?.dispose();
    this.#sensitivity?.dispose();
    this.#kkt = undefined;
    this.#sensitivity = undefined;
  }
}
