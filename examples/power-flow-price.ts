// The price of power: an AC optimal power flow, and what one MWh more would cost at each bus.
import { readMatpowerText, solveOpf } from 'graybox-nlp';

const grid = readMatpowerText(`
function mpc = three_buses
mpc.version = '2';
mpc.baseMVA = 100;
mpc.bus = [
  1 3 0  0  0 0 1 1 0 230 1 1.1 0.9;
  2 1 90 30 0 0 1 1 0 230 1 1.1 0.9;
  3 2 20 5  0 0 1 1 0 230 1 1.1 0.9;
];
mpc.gen = [
  1 10 1 60 -30 1 100 1 90 5;
  3 20 2 60 -30 1 100 1 80 0;
];
mpc.branch = [
  1 2 0.01 0.10 0.02 60 0 0 0 0 1 -360 360;
  2 3 0.02 0.20 0.02 0  0 0 0 0 1 -360 360;
  1 3 0    0.15 0.04 80 0 0 0 0 1 -360 360;
];
mpc.gencost = [
  2 0 0 3 0.02 10 5;
  2 0 0 3 0.05 14 0;
];
`);
const { solution, report } = await solveOpf(grid);
console.log(solution.status);
console.log('cost of an hour', solution.objective);
for (const bus of report.buses) console.log('bus', bus.bus, 'price', bus.price);
