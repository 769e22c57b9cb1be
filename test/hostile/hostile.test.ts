import { graphModel } from './graph-model.js';
import { grid } from './grid.js';
import { keras, kerasHdf5 } from './hdf5.js';
import { model } from './model.js';
import { onnx } from './onnx.js';
import { picture } from './picture.js';
import { type Share, sharesHold } from './share.js';

/** What a seeded share of the full run must find; that of .nl files stands beside their solver's tests. */
const shares: Share[] = [
  [model, 150, { right: 10, read: 10, refused: 60 }],
  [graphModel, 100, { right: 8, read: 5, refused: 40 }],
  [onnx, 150, { right: 10, read: 5, refused: 60 }],
  [kerasHdf5, 50, { right: 3, read: 3, refused: 12 }],
  [keras, 50, { right: 3, read: 3, refused: 12 }],
  [grid, 60, { right: 4, refused: 15 }],
  [picture, 80, { 'right picture': 3, refused: 20 }],
];

sharesHold(shares);
