export { equilibrate, gather } from './equilibrate';
export { multiply, multiplyWorkspace } from './multiply';
export { solve } from './solve';
export { setup } from './state';
export { factor } from './tree';
export { update, updateWorkspace, useHostFrom } from './update';
