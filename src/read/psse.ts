import { optionsOf, partsOf, recordOf, textOf } from '../core/given.js';
import { checkGrid } from '../grid/check.js';
import { checkContingencies } from '../grid/contingencies.js';
import type { Contingency, Grid } from '../grid/grid.js';
import { readContingencies } from './psse/contingencies.js';
import { withCosts } from './psse/costs.js';
import { readRaw } from './psse/raw.js';
import type { SourceText } from './psse/records.js';
import { withResponses } from './psse/responses.js';
import type { TransformerOptions } from './psse/transformers.js';

export type { SourceText };

/** The files of one case; without costs a grid cannot be dispatched, without responses none can be lost. */
export interface PsseTexts {
  readonly raw: SourceText;
  readonly rop?: SourceText;
  readonly inl?: SourceText;
  readonly con?: SourceText;
}

/** How PSS/E files are read. */
export type PsseOptions = TransformerOptions;

/**
 * Reads a case of PSS/E 33 from the texts of its files: network (`.raw`), costs (`.rop`), responses (`.inl`), contingencies
 * (`.con`). Throws {@link InputError}, one line with file and line, for what is no sound grid.
 */
export function readPsseTexts(texts: PsseTexts, options: PsseOptions = {}): Grid {
  const { raw, rop, inl, con } = partsOf(texts, 'readPsseTexts: the texts', ['raw']);
  for (const each of [raw, rop, inl, con])
    if (each !== undefined) textOf(recordOf(each, 'readPsseTexts: a text').text, 'readPsseTexts: a text');
  optionsOf(options, 'readPsseTexts', ['magnetizing']);
  const found = checkGrid({ ...readRaw(raw, options), contingencies: [] }, raw.file);
  const costed = rop ? withCosts(found.units, rop) : found.units;
  const units = inl ? withResponses(costed, inl) : costed;
  const grid = checkGrid({ ...found, units }, raw.file);
  const contingencies: readonly Contingency[] = con ? readContingencies(con) : [];
  return { ...grid, contingencies: checkContingencies(grid, contingencies) };
}
