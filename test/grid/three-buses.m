% Three buses with a shift, a shunt, a limited line and two kinds of cost.
function mpc = three_buses
mpc.version = '2';
mpc.baseMVA = 100;
mpc.bus = [
  1 3 0  0  0 0  1 1 0 230 1 1.1 0.9;
  2 1 90 30 2 17 1 1 0 230 1 1.1 0.9;
  3 2 20 5  0 0  1 1 0 230 1 1.1 0.9;
];
mpc.gen = [
  1 10 1 60 -30 1 100 1 90 5;
  3 20 2 60 -30 1 100 1 80 0;
];
mpc.branch = [
  1 2 0.01 0.10 0.02 45 0 0 0    0 1 0 0;
  2 3 0.02 0.20 0.02 0  0 0 0.98 5 1 -360 30;
  1 3 0    0.15 0.04 80 0 0 0    0 1 0 0;
];
mpc.gencost = [
  2 0 0 3 0.02 10 5 0 0 0;
  1 0 0 3 0 0 40 400 80 1000;
];
