#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';

// Asked by scripts and by people in a hurry: answered before anything is loaded.
if (process.argv.length === 3 && process.argv[2] === '--version') {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`stagecraft/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
} else {
  nodeModule.enableCompileCache?.();
  const { main } = await import('../dist/main.js');
  await main();
}
