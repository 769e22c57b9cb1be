import { afterAll } from 'vitest';
import { shutdown } from '../../index.js';
import { address } from './address.js';
import { box } from './box.js';
import { card } from './card.js';
import { psse } from './psse.js';
import { qp } from './qp.js';
import { safetensors } from './safetensors.js';
import { saved, savedPoint } from './saved.js';
import { sharesHold } from './share.js';

afterAll(() => shutdown());

/** What is read beside networks and problems: results, boxes, cards, tensors, cases of PSS/E, what servers say. */
sharesHold([
  [psse, 40, { right: 3, refused: 15 }],
  [qp, 25, { right: 3, refused: 5 }],
  [saved, 50, { right: 6, refused: 10 }],
  [savedPoint, 25, { right: 3, refused: 5 }],
  [box, 50, { right: 6, refused: 15 }],
  [safetensors, 60, { right: 6, refused: 15 }],
  [card, 30, { right: 3, refused: 5 }],
  [address, 50, { right: 5, refused: 15 }],
]);
