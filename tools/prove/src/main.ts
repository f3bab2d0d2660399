import { acquireEngine } from '@stagecraft-tools/engine';
import { baddayPoints } from './badday/points.js';
import { proveAll } from './point.js';
import { hostsPoints } from './hosts/points.js';
import { threadPoints } from './thread/points.js';

/** Every proof by its name: `pnpm prove <name>`. */
const proofs = { thread: threadPoints, badday: baddayPoints, hosts: hostsPoints };

const [name = '', ...given] = process.argv.slice(2);
/** All of it, however long that takes; without it each point takes a size that fits CI. */
const full = given.includes('--full');
const words = given.filter((word) => word !== '--full');
const not = words.indexOf('--not');
/** Parts of titles: those to prove, and, behind `--not`, those that the caller proves itself. */
const choice = { only: not < 0 ? words : words.slice(0, not), not: not < 0 ? [] : words.slice(not + 1) };
if (!(name in proofs)) {
  console.error(`usage: pnpm prove ${Object.keys(proofs).join(' | ')} [--full] [part of a title...] [--not part of a title...]`);
  process.exit(2);
}

const got = await acquireEngine({ why: `prove ${name}`, tell: (line) => console.error(`engine: ${line}`) });
if (!('engine' in got)) {
  console.log(`not ok  an engine to prove it on: ${got.reason}`);
  process.exit(1);
}
try {
  process.exitCode = await proveAll(proofs[name as keyof typeof proofs], got.engine, { ...choice, full });
} finally {
  await got.engine.release();
}
