import { cudaEngineOver } from '../../../src/engine/cuda/engine.js';
import { engineContract } from '../contract.js';
import { FakeCuda } from './fake.js';

const engine = cudaEngineOver(async () => new FakeCuda());
engineContract({ engine, precision: 'mixed', device: 'cuda', lower: 'tf32' });
