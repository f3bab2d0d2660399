import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { domains } from './feature.js';
import type { Tree } from './tree.js';

/** Reads what the validator needs from a checkout; files that git ignores are not there for it. */
export function readTree(root: string): Tree {
  const files = trackedFiles(root);
  const texts = (wanted: (path: string) => boolean): Record<string, string> => Object.fromEntries(files.filter(wanted).map((path) => [path, readFileSync(join(root, path), 'utf8')]));
  const [inDomain, inAdr] = [new RegExp(`^spec/(${Object.keys(domains).join('|')})/[^/]+\\.md$`), /^spec\/adr\/[^/]+\.md$/];
  return {
    features: readFileSync(join(root, 'spec/features.yaml'), 'utf8'),
    specs: texts((path) => inDomain.test(path)),
    adrs: texts((path) => inAdr.test(path)),
    // The validator's own tests speak of features that they make up.
    tests: texts((path) => path.endsWith('.test.ts') && !path.startsWith('tools/spec/test/validate')),
  };
}

/** Paths of the checkout that git tracks or would, sorted. */
export function trackedFiles(root: string): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const gone = new Set(execFileSync('git', ['ls-files', '--deleted', '-z'], { cwd: root, encoding: 'utf8' }).split('\0'));
  return [...new Set(listed.split('\0'))].filter((path) => path !== '' && !gone.has(path)).sort();
}
