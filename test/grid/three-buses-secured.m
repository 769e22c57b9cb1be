% Three buses and three units that can do without one of them.
function mpc = three_buses_secured
mpc.version = '2';
mpc.baseMVA = 100;
mpc.bus = [
  1 3 0  0  0 0 1 1 0 230 1 1.1 0.9;
  2 2 90 30 0 0 1 1 0 230 1 1.1 0.9;
  3 2 20 5  0 0 1 1 0 230 1 1.1 0.9;
];
mpc.gen = [
  1 0 0 80 -60 1 120 1 100 5;
  2 0 0 80 -60 1 120 1 100 5;
  3 0 0 80 -60 1 120 1 100 5;
];
mpc.branch = [
  1 2 0.01 0.10 0.02 200 0 200 0 0 1 0 0;
  2 3 0.02 0.12 0.02 200 0 200 0 0 1 0 0;
  1 3 0.01 0.15 0.04 200 0 200 0 0 1 0 0;
];
mpc.gencost = [
  2 0 0 3 0.02 10 5;
  2 0 0 3 0.03 12 5;
  2 0 0 3 0.04 11 5;
];
