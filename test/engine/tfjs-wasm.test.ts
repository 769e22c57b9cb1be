import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { tfjsEngineOn } from '../../src/engine/tfjs/engine.js';
import { engineContract } from './contract.js';

tf.enableProdMode();
engineContract({ engine: tfjsEngineOn(tf, 'wasm'), precision: 'f32' });
