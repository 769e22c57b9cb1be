import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whatever tests leave behind lies in one folder, removed at the end. */
export default function temporary(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'graybox-tests-'));
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
