import type { TestProblem } from './define.js';
import { hs001to010 } from './hs001-010.js';
import { hs011to020 } from './hs011-020.js';
import { hs021to030 } from './hs021-030.js';
import { hs031to040 } from './hs031-040.js';
import { hs041to050 } from './hs041-050.js';
import { hs051to057 } from './hs051-057.js';
import { hs059to066 } from './hs059-066.js';
import { hs067to070 } from './hs067-070.js';
import { hs071to080 } from './hs071-080.js';
import { hs081to087 } from './hs081-087.js';
import { hs088to098 } from './hs088-098.js';
import { hs099to105 } from './hs099-105.js';
import { hs106to112 } from './hs106-112.js';
import { hs113to119 } from './hs113-119.js';
import { variants } from './variants.js';

export type { TestProblem } from './define.js';

/**
 * The Hock–Schittkowski collection: the 115 problems of the book (its numbers 58, 82, 94 and 115 are not defined) and
 * nine variants. Where the AMPL models of the CUTE collection state a problem otherwise than the book, they are
 * followed, since published solver runs use them; a comment says so.
 */
export const hockSchittkowski: readonly TestProblem[] = [
  ...hs001to010,
  ...hs011to020,
  ...hs021to030,
  ...hs031to040,
  ...hs041to050,
  ...hs051to057,
  ...hs059to066,
  ...hs067to070,
  ...hs071to080,
  ...hs081to087,
  ...hs088to098,
  ...hs099to105,
  ...hs106to112,
  ...hs113to119,
  ...variants,
];
