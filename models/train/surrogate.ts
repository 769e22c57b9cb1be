import { join } from 'node:path';
import { writeWhole } from '../../runtime/node/draft.js';
import type { SurrogateCard } from '../../scenarios/scopf/card.js';
import {
  fitLinear,
  fitRegression,
  type Layers,
  predict,
  type RegressionOptions,
  rootMeanSquare,
  rowsOf,
  type Samples,
} from './regression.js';
import { saveLayers } from './save-layers.js';

/** What a surrogate is trained on. */
export interface SurrogateData {
  readonly grid: string;
  readonly samples: Samples;
  /** Samples that are spread over the whole range, the first ones; others lie around dispatches. Default all. */
  readonly spread?: number;
  /** What the others lie around. */
  readonly around?: string;
  readonly names: readonly string[];
  /** A dispatch at which seeds are compared, and what it is. */
  readonly reference: { readonly x: ArrayLike<number>; readonly what: string };
}

export interface SurrogateOptions extends Omit<RegressionOptions, 'report'> {
  readonly tell?: (line: string) => void;
  /** Networks trained for the card beside the one that is kept: folds and seeds. Default 5 each. */
  readonly others?: number;
}

/** Rows held out: every fifth. */
const HELD = 5;
const mean = (samples: Samples): Layers => fitLinear(samples, 1e12);

/**
 * Trains a surrogate, every fifth sample held out, and measures it on those that are spread over the range: against the mean
 * and a linear model, over folds, and by how much seeds disagree at one dispatch; apart on those around dispatches.
 */
export function trainSurrogate(
  { grid, samples, names, reference, spread = samples.count, around = 'dispatches' }: SurrogateData,
  options: SurrogateOptions,
): { readonly layers: Layers; readonly card: Omit<SurrogateCard, 'name' | 'sha256'> } {
  const { tell = () => {}, others = 5, ...how } = options;
  const started = performance.now();
  const error = (layers: Layers, rows: Samples): number => rootMeanSquare(rows, (x) => predict(layers, x));
  const split = (fold: number) => ({
    learned: rowsOf(samples, (row) => row % HELD !== fold),
    held: rowsOf(samples, (row) => row % HELD === fold && row < spread),
  });
  const { learned, held } = split(0);
  const near = rowsOf(samples, (row) => row % HELD === 0 && row >= spread);
  const layers = fitRegression(learned, {
    ...how,
    report: (epoch, loss) => {
      if (epoch % Math.ceil(how.epochs / 10) === 0)
        tell(
          `epoch ${epoch} of ${how.epochs}, loss ${loss.toExponential(3)}, ${((performance.now() - started) / 1000).toFixed(0)} s`,
        );
    },
  });
  const rmse = error(layers, held);
  tell(
    `held out: ${(1000 * rmse).toFixed(1)} mHz${near.count > 0 ? `, near the answers ${(1000 * error(layers, near)).toFixed(1)} mHz` : ''}`,
  );
  const folds = Array.from({ length: others }, (_, fold) => {
    if (fold === 0) return rmse;
    const { learned: rows, held: out } = split(fold);
    return error(fitRegression(rows, how), out);
  });
  const foretold = Array.from({ length: others }, (_, k) => {
    const other = k === 0 ? layers : fitRegression(learned, { ...how, seed: how.seed + k });
    return Math.min(...predict(other, reference.x));
  });
  const column = (j: number): number[] =>
    Array.from({ length: samples.count }, (_, i) => samples.x[i * samples.inputs + j]!);
  const inputs = names.map((name, j) => {
    const values = column(j);
    const [lower, upper] = [Math.min(...values), Math.max(...values)];
    const moving = upper - lower > 1e-9 * Math.max(1, Math.abs(upper));
    return { name, lower, upper, moving, used: moving && !(how.ignored ?? []).includes(j) };
  });
  return {
    layers,
    card: {
      grid,
      inputs,
      heldOut: {
        rows: held.count,
        rmse,
        mean: error(mean(learned), held),
        linear: error(fitLinear(learned, 1e-3, how.ignored), held),
      },
      ...(near.count > 0 && {
        near: {
          around,
          rows: near.count,
          rmse: error(layers, near),
          mean: error(mean(rowsOf(samples, (row) => row % HELD !== 0 && row >= spread)), near),
        },
      }),
      folds,
      disagreement: {
        at: reference.what,
        seeds: others,
        hertz: Math.max(...foretold) - Math.min(...foretold),
      },
      training: {
        samples: learned.count,
        ...(spread < samples.count && { spread }),
        hidden: how.hidden.join(' × '),
        epochs: how.epochs,
        rate: how.rate,
        decay: how.decay,
        seed: how.seed,
        optimizer: 'Adam in standardized units, rate along half a cosine to a hundredth',
        batch: Math.min(how.batch ?? learned.count, learned.count),
        date: new Date().toISOString().slice(0, 10),
        seconds: Math.round((performance.now() - started) / 1000),
      },
    },
  };
}

/** Writes a surrogate with its card into a folder. */
export function saveSurrogate(
  folder: string,
  { layers, card }: ReturnType<typeof trainSurrogate>,
  command: string,
): SurrogateCard {
  const digest = saveLayers(layers, folder);
  const name = folder.replace(/[\\/]+$/, '').replace(/.*[\\/]/, '');
  const whole = { name, ...card, training: { ...card.training, command }, sha256: { 'weights.bin': digest } };
  writeWhole(join(folder, 'card.json'), `${JSON.stringify(whole, null, 2)}\n`);
  return whole;
}
