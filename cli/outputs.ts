import { existsSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../index.js';
import { Draft, openFolder } from '../runtime/node/draft.js';
import { remark } from './output.js';

/**
 * The files that a command will write into the folder of `--out`, opened before its work begins, so that a place that
 * takes no files is refused at once. Close it in a `finally`: what was not written leaves nothing behind.
 */
export class Outputs<Name extends string> {
  private constructor(
    private readonly drafts: ReadonlyMap<Name, Draft>,
    private readonly made: readonly string[],
    private readonly replaced: readonly string[],
  ) {}

  /** Throws {@link InputError} where a file cannot be written, or is a link. */
  static open<const Name extends string>(folder: string, names: readonly Name[]): Outputs<Name> {
    if (folder === '') throw new InputError('--out: name a folder');
    const made = openFolder(folder);
    const drafts = new Map<Name, Draft>();
    const replaced = names.map((name) => join(folder, name)).filter((path) => existsSync(path));
    const outputs = new Outputs(drafts, made, replaced);
    try {
      for (const name of names) drafts.set(name, Draft.open(join(folder, name)));
    } catch (error) {
      outputs.close();
      throw error;
    }
    return outputs;
  }

  /** Says which files that are there will be replaced. */
  tellReplaced(tell: (line: string) => void): void {
    if (this.replaced.length > 0) tell(`Replaces ${this.replaced.join(' and ')}.`);
  }

  /**
   * Writes the files, each whole or not at all, then all that was told as `log.txt`. Returns whether everything could be
   * written; says why not on standard error.
   */
  write(
    files: readonly (readonly [Exclude<Name, 'log.txt'>, string | Uint8Array])[],
    log: readonly string[],
    tell: (line: string) => void,
  ): boolean {
    const written = files.filter(([name, content]) => this.#finish(name, content));
    if (written.length > 0) tell(`Wrote ${written.map(([name]) => this.#draft(name).target).join(' and ')}.`);
    const logged = this.#finish('log.txt' as Name, `${log.join('\n')}\n`);
    return logged && written.length === files.length;
  }

  #draft(name: Name): Draft {
    return this.drafts.get(name)!;
  }

  #finish(name: Name, content: string | Uint8Array): boolean {
    try {
      this.#draft(name).write(content);
      this.#draft(name).finish();
      return true;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      remark(`graybox: ${error.message}`);
      return false;
    }
  }

  close(): void {
    for (const draft of this.drafts.values()) draft.close();
    // Folders that were made in vain go, the innermost first.
    for (const folder of [...this.made].reverse())
      try {
        rmdirSync(folder);
      } catch {
        return; // it holds something
      }
  }
}
