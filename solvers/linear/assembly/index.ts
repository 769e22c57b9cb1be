export { equilibrate, gather } from './equilibrate';
export { multiply, subtractRuns, subtractTimes, subtractTransposedTimes } from './multiply';
export { solve } from './solve';
export { prepareMany, solveMany } from './solve-many';
export { refusedBytes, setup } from './state';
export { factor } from './tree';
export { update, useHostFrom } from './update';
