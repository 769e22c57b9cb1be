import { describe } from 'vitest';
import { engineContract } from '../contract.js';
import { everything, lack } from './here.js';

describe.skipIf(lack !== '')(`by the library: ${lack || 'here'}`, () => {
  engineContract({ engine: everything, precision: 'f32' });
});
