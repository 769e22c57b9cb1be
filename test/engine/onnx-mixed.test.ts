import { onnxEngine } from '../../src/engine/onnx/engine.js';
import { engineContract } from './contract.js';

engineContract({ engine: onnxEngine, precision: 'mixed' });
