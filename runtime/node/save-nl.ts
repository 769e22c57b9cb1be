import { InputError } from '../../src/core/errors.js';
import { told } from '../../src/core/given.js';
import type { Model } from '../../src/model/index.js';
import { writeNl } from '../../src/read/nl/write.js';
import { Draft } from './draft.js';
import { stubOf } from './stub.js';

/** Writes `stub.nl`, `stub.col` and `stub.row`; see {@link writeNl}, whose options it takes. `.nl` at the end of the path may be left out. */
export function saveNl(model: Model, path: string, options?: Parameters<typeof writeNl>[1]): void {
  if (typeof path !== 'string' || path === '')
    throw new InputError(`saveNl: ${told(path)} is not the path of a file`);
  const { stub } = stubOf(path);
  const texts = writeNl(model, options);
  const drafts: Draft[] = [];
  try {
    // The names come first: a .nl file is never there with those of another one.
    for (const kind of ['col', 'row', 'nl'] as const) {
      const draft = Draft.open(`${stub}.${kind}`);
      drafts.push(draft);
      draft.write(texts[kind]);
    }
    for (const draft of drafts) draft.finish();
  } finally {
    for (const draft of drafts) draft.close();
  }
}
