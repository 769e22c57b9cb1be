import {
  type BatchDerivative,
  type BatchSolution,
  differentiate,
  type Gradients,
  type QpBatch,
  type QpPoint,
  type QpShape,
  solveBatch,
} from '../solvers/batch/index.js';
import { InputError } from '../src/core/errors.js';
import { optionsOf } from '../src/core/given.js';
import { asymmetry, batchOf, type QpData } from './blocks.js';
import { cotangentsOf, type GivenCotangents } from './cotangents.js';
import { directionsOf } from './directions.js';
import { answered } from './failure.js';
import { type QpLayerOptions, type QpLayerSettings, readQpLayerOptions } from './options.js';
import { elementsOf, keepWarmStarts, type WarmStarts, warmStartOf } from './warm.js';

/** What one forward pass may be told. */
export interface ForwardOptions {
  /** With `keepWarm`, and refused without: the number of each element in the data set; default 0, 1, … */
  readonly elements?: ArrayLike<number>;
}

/**
 * The solutions of quadratic programs as a layer,
 *
 *     z* = argmin ½ zᵀQz + qᵀz   s.t.   Az = b (m rows, multipliers ν),  Gz ≤ h (p rows, multipliers λ ≥ 0),  s = h − Gz
 *
 * all in f64. With K = [Q Aᵀ Gᵀ; A 0 0; G 0 0] on the active rows, `K u = g` gives the gradients −½(u_z zᵀ + z u_zᵀ) of Q,
 * −u_z of q, −(u_ν zᵀ + ν u_zᵀ) of A, u_ν of b, −(u_λ zᵀ + λ u_zᵀ) of G and u_λ of h (Amos & Kolter, arXiv 1703.00443).
 */
export interface QpLayer extends QpShape {
  /**
   * Solves a batch and keeps it for the derivatives. Every list of the answer has one element after the other.
   * Throws InputError for bad data, by input and element, and EvaluationError for elements without a solution where
   * `onFailure` is `'throw'`.
   */
  forward(data: QpData, options?: ForwardOptions): BatchSolution;
  /**
   * Derivatives of a scalar by the six inputs of the last batch, from those by its answers. That of an input that all
   * elements share is the sum over the batch. Q counts as ½(Q + Qᵀ): its gradient is symmetric. `into`: what an earlier call returned
   * and nobody needs any more, to be overwritten and returned; new memory costs as much as the derivatives.
   */
  backward(cotangents: GivenCotangents, options?: { readonly into?: Gradients }): Gradients;
  /** The change of the answers of the last batch along directions of its inputs, which have the shapes of the inputs. */
  tangent(directions: QpData): QpPoint;
  /**
   * With `keepWarm`: the active rows of each element's last solution, by its number. May be changed, as by a training that is resumed and
   * shall go on to the bit.
   */
  readonly warmStarts: WarmStarts | undefined;
  /** What users of the last batch's derivatives ought to know, by element. */
  readonly flags: BatchDerivative['flags'];
  /** Frees the last batch; the layer is of no use afterwards. */
  dispose(): void;
}

/**
 * A layer for problems of one shape; see {@link QpLayer}.
 *
 *     const layer = qpLayer({ n: 2, p: 3 });
 *     const { z } = layer.forward({ Q: [[1, 0], [0, 1]], q: [[-1, 0], [0, -2]], G, h }); // two elements
 *     const { q, G: dG } = layer.backward({ z: [[1, 0], [0, 1]] });
 */
export const qpLayer = (options: QpLayerOptions): QpLayer =>
  openQpLayer(readQpLayerOptions(options), asymmetry.f64);

/** {@link qpLayer} of settings that were read, with Q symmetric to `rounding`. */
export function openQpLayer(settings: QpLayerSettings, rounding: number): QpLayer {
  const { n, m, p, shared, onFailure, weaklyActive, threads, keepWarm } = settings;
  const shape: QpShape = { n, m, p };
  const warm: WarmStarts | undefined = keepWarm ? new Map() : undefined;
  let last: { batch: QpBatch; solution: BatchSolution; derivative?: BatchDerivative } | undefined;
  let disposed = false;

  const release = (): void => {
    last?.derivative?.dispose();
    last = undefined;
  };
  const alive = (what: string): void => {
    if (disposed) throw new InputError(`qp layer: ${what} after dispose; make another layer`);
  };
  const current = (what: string) => {
    alive(what);
    if (last === undefined) throw new InputError(`qp layer: ${what} before forward; solve a batch first`);
    last.derivative ??= differentiate(last.batch, last.solution, {
      weaklyActive,
      onFailure: onFailure === 'nan' ? 'nan' : 'zero',
    });
    return { batch: last.batch, derivative: last.derivative };
  };

  return {
    ...shape,
    warmStarts: warm,
    forward(data, given) {
      alive('forward');
      const { elements } = optionsOf(given, 'forward', ['elements']);
      if (elements !== undefined && !warm)
        throw new InputError(
          'qp layer: forward was given elements, which say whose last solution to begin with; make the layer with keepWarm: true, or leave them out',
        );
      release();
      const batch = batchOf(data, shape, { shared, rounding, visible: threads > 1 });
      const numbers = warm && elementsOf(elements, batch.batch);
      const warmStart = numbers && warmStartOf(warm, numbers, shape);
      const solution = solveBatch(batch, {
        threads,
        onInvalid: onFailure === 'throw' ? 'throw' : 'mark',
        ...(warmStart && { warmStart }),
      });
      if (numbers) keepWarmStarts(warm, numbers, solution);
      const answer = answered(solution, onFailure);
      last = { batch, solution };
      return answer;
    },
    backward(given, options) {
      const { batch, derivative } = current('backward');
      const { into } = optionsOf(options, 'backward', ['into']);
      return derivative.backward(cotangentsOf(given, shape, batch.batch), into as Gradients | undefined);
    },
    tangent(given) {
      const { batch, derivative } = current('tangent');
      return derivative.forward(directionsOf(given, batch));
    },
    get flags() {
      return current('flags').derivative.flags;
    },
    dispose() {
      release();
      warm?.clear();
      disposed = true;
    },
  };
}
