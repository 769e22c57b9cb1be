import type { State } from './state.js';

/** Hands the progress row of the current iterate to the monitor; objective and violation are the user's. */
export function reportIteration(s: State, objective: number, primal: number, restoration: boolean): void {
  const { run, residuals, record, first } = s;
  run.tell({
    iteration: run.iteration,
    objective,
    primal,
    dual: residuals.dual,
    barrier: s.μ,
    step: first ? 0 : record.length,
    regularization: first ? 0 : record.regularization,
    alphaDual: first ? 0 : record.alphaDual,
    alphaPrimal: first ? 0 : record.alphaPrimal,
    trials: first ? 0 : record.trials,
    restoration,
    seconds: run.seconds,
  });
}
