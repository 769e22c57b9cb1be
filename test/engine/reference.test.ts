import { referenceEngine } from '../../src/engine/reference/engine.js';
import { engineContract } from './contract.js';

engineContract({ engine: referenceEngine, precision: 'f64' });
engineContract({ engine: referenceEngine, precision: 'f32' });
engineContract({ engine: referenceEngine, precision: 'mixed' });
