import type { DataSet } from '../data-set.js';

/** Size in bytes and SHA-256 of each case at the release. */
const cases = {
  '3_lmbd': [4895, '168f73f389aa8abd7707fae04d26ee2046ef3622e8ea2f6661a89d815e9c637d'],
  '5_pjm': [5218, 'cadf7501a15c2d508820493cef6acc85757274197e74c40bcec4fc4ecf619e6f'],
  '14_ieee': [13781, 'bd5c568621de65e4b0922317010868bc7fa94173807faa10ea8fdbbe77c28106'],
  '24_ieee_rts': [16409, '5d4fc2d4a1a282f700c51747e592f5a5ac15fa6d5eadb7df7ae937bbe3063374'],
  '30_as': [11091, '46dc01a6e4528eafe417e32f2e548d7d1585e0d6de566a62544f43a481e5e9c3'],
  '30_ieee': [18119, 'cae3290639d989731d32428aacf30c0b918bc91db73bc54791f3aa62d3f76c70'],
  '39_epri': [18778, '83a1a6ec49c9a0533b51e928f6bd95b93aea745a620e5123bedcd88f716c286b'],
  '57_ieee': [41818, 'aa3b48f7cbaade2afd69cb3790ef72be981db8494dcef9277bee460f754bdb22'],
  '118_ieee': [80336, 'b1af0833849040c04babc3700631cff0d9afa66b79c5d3e13ae79bdf516cec78'],
  '300_ieee': [154407, '7ecf056d5942135765200ad7ae8791c28f0d35fb1dc888ba2c32dfc950f3c2f5'],
  '1354_pegase': [666250, 'cd6d27dff4a56684f1e4f82cfa346b36d84c4e90733228aa88331cd550e17652'],
} as const;

const RELEASE = 'v23.07';

/** Cases of pglib-opf, the benchmark of optimal power flows. */
export const pglib: DataSet = {
  about: `eleven optimal power flows of pglib-opf ${RELEASE}, 3 to 1,354 buses`,
  licence: 'CC BY 4.0, IEEE PES Task Force on Benchmarks for Validation of Emerging Power System Algorithms',
  files: Object.entries(cases).map(([name, [size, sha256]]) => ({
    file: `pglib_opf_case${name}.m`,
    url: `https://raw.githubusercontent.com/power-grid-lib/pglib-opf/${RELEASE}/pglib_opf_case${name}.m`,
    size,
    sha256,
  })),
};
