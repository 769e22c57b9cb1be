export { equilibrate, gather } from './equilibrate';
export { solve } from './solve';
export { setup } from './state';
export { factor } from './tree';
export { useHostFrom } from './update';
