import '../../../runtime/node/provide.js';
import { describe, it } from 'vitest';
import { openEngine } from '../../../src/engine/open.js';
import { engineContract } from '../contract.js';

/** Devices this machine is said to have; one that is named here and absent fails. */
const here = (process.env['GRAYBOX_DEVICES'] ?? '').split(',').includes('cuda');
if (here) {
  const engine = await openEngine('cuda');
  for (const precision of ['f64', 'f32', 'tf32'] as const)
    engineContract({ engine, precision, device: 'cuda' });
  engineContract({ engine, precision: 'mixed', device: 'cuda', lower: 'tf32' });
}
describe.skipIf(here)('engine cuda on a card', () => {
  it.skip('needs a card: GRAYBOX_DEVICES=cuda says that there is one', () => {});
});
