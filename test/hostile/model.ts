import { generateGreedy } from './model-grammar.js';
import { tfjsFormat } from './tfjs-files.js';

/** tfjs LayersModels. */
export const model = tfjsFormat(
  'model.json',
  ({ topology, weights }) => ({ json: { format: 'layers-model', modelTopology: topology }, weights }),
  (random) => ({ modelTopology: generateGreedy(random) }),
);
