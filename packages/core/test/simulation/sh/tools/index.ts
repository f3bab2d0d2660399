import type { Tool } from '../run.js';
import { chmod, ln, mkdir, mv, rm, sync, truncate } from './changes.js';
import { basename, cat, find, head, ls, tail, wc } from './looks.js';
import { dead, flock, now, sh, sleep, succeed, timeout } from './processes.js';
import { grep, sed } from './patterns.js';
import { test } from './test.js';
import { base64, cut, echo, paste, printf, sha256sum, sort, tr } from './texts.js';

/** The programs that our scripts call, with the options that they give. Others, and other options, are refused. */
export const tools: Readonly<Record<string, Tool>> = {
  '[': test, base64, basename, cat, chmod, cut, date: now, dirname: basename, echo, false: succeed, find, flock, grep, head, kill: dead, ln, ls, mkdir, mv, paste, printf, rm, sed, sha256sum, sh, sleep, sort, sync, tail, test, timeout, tr, true: succeed,
  truncate, wc,
};
