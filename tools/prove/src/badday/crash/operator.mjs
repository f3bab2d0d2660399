// Loaded before the command line (`node --import`): tells every write that the operator itself makes as an instant, and at the chosen one kills it, or lets
// the system call fail. The product knows nothing of it.
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { constants } from 'node:os';
import { basename, join } from 'node:path';

const faults = process.env.FAULTS ?? '';
const promises = createRequire(import.meta.url)('node:fs').promises;
writeFileSync(join(faults, 'operator'), `${process.pid}\n`);

/** Of file handles: what they were opened for. */
const opened = new WeakMap();
let met = 0;

function nameOf(path) {
  const name = basename(String(path));
  const temp = /^\.(.+)\.\d+-[0-9a-f]{12}\.stagecraft-temp$/.exec(name);
  return (temp ? `${temp[1]} (temp)` : name).replace(/\.lock\.[0-9a-f]{16}/, '.lock.other').replace(/unreadable-\d+/, 'unreadable');
}

/** What is chosen for this instant, if anything. */
function chosen(instant) {
  const key = `operator|before ${instant}`;
  appendFileSync(join(faults, 'log'), `${key}\n`);
  if (!existsSync(join(faults, 'target'))) return undefined;
  const [want, nth, how] = readFileSync(join(faults, 'target'), 'utf8').split('\n');
  if (key !== want || (met += 1) !== Number(nth)) return undefined;
  renameSync(join(faults, 'target'), join(faults, 'done'));
  return how;
}

function failure(how, syscall) {
  const code = how.split(':').at(-1);
  const errno = -constants.errno[code];
  return Object.assign(new Error(`${code}: injected, ${syscall}`), { code, errno, syscall });
}

async function at(syscall, path, work, half) {
  const how = chosen(`${syscall} ${nameOf(path)}`);
  if (how === 'torn') await half?.();
  if (how === 'operator' || how === 'tree' || how === 'torn') process.kill(process.pid, 'SIGKILL');
  if (how?.startsWith('error:')) throw failure(how, syscall);
  return work();
}

const original = { ...promises };
promises.open = async (path, flags = 'r', mode) => {
  const writes = typeof flags === 'string' ? /[wa+]/.test(flags) : (flags & (constants.fs?.O_WRONLY ?? 1)) !== 0;
  const handle = await (writes ? at('open', path, () => original.open(path, flags, mode)) : original.open(path, flags, mode));
  patch(Object.getPrototypeOf(handle));
  opened.set(handle, path);
  return handle;
};
for (const name of ['rename', 'link']) promises[name] = (from, to) => at(name, to, () => original[name](from, to));
for (const name of ['unlink']) promises[name] = (path) => at(name, path, () => original[name](path));

let patched = false;
function patch(prototype) {
  if (patched) return;
  patched = true;
  const { writeFile, sync } = prototype;
  prototype.writeFile = function (content, ...rest) {
    const half = () => writeFile.call(this, String(content).slice(0, String(content).length / 2));
    return at('write', opened.get(this) ?? '?', () => writeFile.call(this, content, ...rest), half);
  };
  prototype.sync = function () {
    return at('fsync', opened.get(this) ?? '?', () => sync.call(this));
  };
}
syncBuiltinESMExports();
