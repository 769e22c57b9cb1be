import { cudaEngineOver } from '../../../src/engine/cuda/engine.js';
import { engineContract } from '../contract.js';
import { FakeCuda } from './fake.js';

// On a card in JavaScript: calls, shapes, lifetimes and the text of every kernel are those of a real one.
const engine = cudaEngineOver(async () => new FakeCuda());
engineContract({ engine, precision: 'f64', device: 'cuda' });
