import { address } from './address.js';
import { box } from './box.js';
import { card } from './card.js';
import type { Format } from './format.js';
import { graphModel } from './graph-model.js';
import { grid } from './grid.js';
import { keras, kerasHdf5 } from './hdf5.js';
import { model } from './model.js';
import { nl } from './nl.js';
import { onnx } from './onnx.js';
import { picture } from './picture.js';
import { psse } from './psse.js';
import { qp } from './qp.js';
import { safetensors } from './safetensors.js';
import { saved, savedPoint } from './saved.js';

/** Every format that is read from strangers' files. */
export const formats: readonly Format[] = [
  nl,
  model,
  graphModel,
  onnx,
  kerasHdf5,
  keras,
  picture,
  grid,
  psse,
  qp,
  saved,
  savedPoint,
  box,
  safetensors,
  card,
  address,
];
