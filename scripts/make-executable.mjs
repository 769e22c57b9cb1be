import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// npm does so when it installs the package; this is for those who call the command of a checkout.
chmodSync(fileURLToPath(new URL('../dist/cli/graybox.js', import.meta.url)), 0o755);
