/**
 * Optimal power flows of pglib-opf v23.07 in this formulation: objective, Ipopt's iterations, sizes (CasADi 3.8 with
 * Ipopt 3.14 and MUMPS, tol 1e-8). Objectives agree with pglib's BASELINE to its five digits.
 */
export const pglibReference: Readonly<
  Record<
    string,
    { objective: number; iterations: number; sizes: [n: number, m: number, J: number, H: number] }
  >
> = {
  '3_lmbd': { objective: 5812.64294, iterations: 16, sizes: [24, 28, 97, 35] },
  '5_pjm': { objective: 17551.8908, iterations: 21, sizes: [44, 53, 191, 63] },
  '14_ieee': { objective: 2178.08041, iterations: 15, sizes: [118, 169, 612, 202] },
  '24_ieee_rts': { objective: 63352.2011, iterations: 19, sizes: [266, 315, 1208, 382] },
  '30_as': { objective: 803.12731, iterations: 11, sizes: [236, 348, 1245, 424] },
  '30_ieee': { objective: 8208.51543, iterations: 18, sizes: [236, 348, 1245, 418] },
  '39_epri': { objective: 138415.563, iterations: 26, sizes: [282, 401, 1401, 485] },
  '57_ieee': { objective: 37589.3382, iterations: 15, sizes: [448, 675, 2418, 803] },
  '118_ieee': { objective: 97213.6069, iterations: 29, sizes: [1088, 1539, 5703, 1814] },
  '300_ieee': { objective: 565219.972, iterations: 33, sizes: [2382, 3478, 12500, 4180] },
  '1354_pegase': { objective: 1258843.99, iterations: 49, sizes: [11192, 16646, 61333, 18866] },
};
