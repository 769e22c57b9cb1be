import * as tf from '@tensorflow/tfjs';
import { tfjsEngineOn } from '../../src/engine/tfjs/engine.js';
import { engineContract } from './contract.js';

tf.enableProdMode();
engineContract({ engine: tfjsEngineOn(tf, 'cpu'), precision: 'f32' });
