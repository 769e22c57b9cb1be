import { cudaEngineOver } from '../../../src/engine/cuda/engine.js';
import { engineContract } from '../contract.js';
import { FakeCuda } from './fake.js';

engineContract({ engine: cudaEngineOver(async () => new FakeCuda()), precision: 'tf32', device: 'cuda' });
