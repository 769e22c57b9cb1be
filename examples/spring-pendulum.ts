// A pendulum on a spring is swung up and held: optimal control of equations, drawn as a picture.
import { writeFileSync } from 'node:fs';
import { add, cos, expr, multiply, ocp, power, sin, solve } from 'graybox-nlp';

const [gravity, stiffness, rest] = [9.81, 60, 0.5];
const swing = ocp({
  name: 'spring pendulum',
  states: {
    r: { initial: 0.6635, lower: 0.2, upper: 1.2 },
    θ: { initial: 0, final: 1.2 },
    vr: { initial: 0, final: 0 },
    ω: { initial: 0, final: 0 },
  },
  controls: { torque: { lower: -6, upper: 6 }, pull: { lower: -8, upper: 8 } },
  horizon: { steps: 40, duration: 1.5 },
  dynamics: ({ r, θ, vr, ω }, { torque, pull }) => ({
    r: vr,
    θ: ω,
    vr: add(expr`${r}*${ω}^2 - ${stiffness}*(${r} - ${rest})`, multiply(gravity, cos(θ)), pull),
    ω: expr`(${torque}/${r} - ${gravity}*${sin(θ)} - 2*${vr}*${ω})/${r}`,
  }),
  cost: (_, { torque, pull }) => add(power(torque, 2), power(pull, 2)),
});
const solution = await solve(swing.model);
const { states } = swing.trajectory(solution);
console.log(solution.status);
console.log('effort', solution.objective);
console.log('angle at the end', states.θ.at(-1));
console.log(
  'turning fastest',
  states.ω.reduce((a, b) => Math.max(a, b)),
);
if (process.argv[2] !== undefined) writeFileSync(process.argv[2], swing.plot(solution));
