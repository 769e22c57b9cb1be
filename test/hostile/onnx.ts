import { encode } from '../../src/core/onnx/schema.js';
import { pick, whole } from '../read/random.js';
import { damageJson } from './damage-json.js';
import { networkFile } from './network-file.js';
import { graphOf, greedyGraph, type OnnxGraph } from './onnx-grammar.js';

const modelOf = (graph: OnnxGraph, opset = 17) => ({
  irVersion: 8,
  producerName: 'hostile',
  graph,
  opsetImport: [{ domain: '', version: opset }],
});

/** The message, changed until it can still be written. */
function twisted(random: () => number, model: object): Uint8Array {
  for (let k = 0; k < 20; k++) {
    const copy = structuredClone(model);
    try {
      for (let d = 1 + whole(random, 2); d > 0; d--) damageJson(random, copy);
      return encode('ModelProto', copy);
    } catch {
      // A field that cannot hold the value: another one.
    }
  }
  return encode('ModelProto', model);
}

/** ONNX files: models by the grammar lowered to its operators. */
export const onnx = networkFile({
  name: 'onnx',
  file: 'model.onnx',
  write: (generated) => encode('ModelProto', modelOf(graphOf(generated))),
  twist: (random, generated) =>
    twisted(random, modelOf(graphOf(generated), pick(random, [7, 9, 11, 13, 17, 99, -1]))),
  greedy: (random) => encode('ModelProto', modelOf(greedyGraph(random))),
});
