import { barrierFunction } from './barrier/function.js';
import { primalFraction } from './boundary.js';
import { PrimalDual, sumNorm } from './iterate.js';
import type { State } from './state.js';
import { finishTrial, moveTrial } from './trial.js';

/**
 * Second-order corrections of a full step α that made the violation larger (Wächter & Biegler §2.4, A-5.5 … ):
 * solves again with `c_soc = α c_soc + c(trial)`. True when a corrected point was accepted; it is in `s.trial`.
 */
export function secondOrderCorrection(s: State, α: number): boolean {
  const { trial, rhs, options, acceptor, form } = s;
  if (options.max_soc === 0 || form.m === 0) return false;
  const { corrected, c } = scratch(s);
  const newtonRows = rhs.λ.slice();
  c.set(s.current.c);
  let αSoc = α;
  let θ = sumNorm(trial.c);
  let θBefore = 0;
  let accepted = false;
  for (let count = 0; count < options.max_soc && (count === 0 || θ <= options.kappa_soc * θBefore); count++) {
    s.run.checkLimits();
    θBefore = θ;
    for (let i = 0; i < form.m; i++) {
      c[i] = trial.c[i]! + αSoc * c[i]!;
      rhs.λ[i] = -c[i]!;
    }
    if (!s.newton.solve(s.current, rhs, corrected)) break;
    αSoc = primalFraction(s.current, corrected.w, s.τ);
    moveTrial(s, corrected, αSoc);
    if (!trial.evaluate(s.μ)) break;
    θ = sumNorm(trial.c);
    const φ = barrierFunction(trial, s.μ, options.kappa_d);
    if (acceptor.accepts(α, θ, φ) && finishTrial(s, corrected, αSoc)) {
      acceptor.conclude(α, φ);
      s.record.alphaPrimal = αSoc;
      s.step.copy(corrected);
      accepted = true;
      break;
    }
  }
  rhs.λ.set(newtonRows);
  return accepted;
}

const scratches = new WeakMap<State, { corrected: PrimalDual; c: Float64Array }>();

function scratch(s: State): { corrected: PrimalDual; c: Float64Array } {
  let found = scratches.get(s);
  if (!found) {
    found = { corrected: new PrimalDual(s.form.n, s.form.m), c: new Float64Array(s.form.m) };
    scratches.set(s, found);
  }
  return found;
}
