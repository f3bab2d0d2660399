import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogue } from '@stagecraft/core';
import { readManifest } from '../../../packages/cli/src/manifest.js';
import { commandsPage } from './commands-page.js';
import { eventsPage } from './events-page.js';

const root = join(import.meta.dirname, '..', '..', '..');
const check = process.argv.includes('--check');

const pages = {
  'docs/events.md': eventsPage(catalogue),
  'docs/cli.md': commandsPage(await readManifest(join(root, 'packages/cli/src'))),
};

for (const [path, text] of Object.entries(pages)) {
  const before = await readFile(join(root, path), 'utf8').catch(() => undefined);
  if (before === text) continue;
  if (check) {
    console.error(`${path} is stale: pnpm check --fix`);
    process.exitCode = 1;
  } else {
    await writeFile(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}
