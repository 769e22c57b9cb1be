import type { Format } from './format.js';
import { model } from './model.js';
import { nl } from './nl.js';
import { picture } from './picture.js';

/** Every format that is read from strangers' files. */
export const formats: readonly Format[] = [nl, model, picture];
