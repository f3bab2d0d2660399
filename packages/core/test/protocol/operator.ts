import { writeFile } from 'node:fs/promises';
import { systemClock } from '../../src/adapters/clock.js';
import { createFiles } from '../../src/adapters/files.js';
import { hostFiles } from '../../src/adapters/host-files.js';
import { localShell } from '../../src/adapters/shell.js';
import { scopeOf } from '../../src/hosts/scope-of.js';
import { describeOwner } from '../../src/protocol/owner.js';
import { createStore } from '../../src/protocol/store.js';

/** A process to be killed: takes the lock, opens an operation, runs one slow step. */
const [root = '', operation = '', effects = ''] = process.argv.slice(2);
const scope = scopeOf({ root, defaultRoot: '/var/lib/stagecraft', project: 'shop', environment: 'prod', composeProject: 'shop-prod' });
const store = createStore({ shell: localShell({ env: process.env }), scope, clock: systemClock, files: hostFiles(createFiles('/')) });
await store.prepare();
const { session } = await store.acquire(await describeOwner({}, 'stagecraft deploy'), operation, Date.now());
await store.open(session, { operation, kind: 'deploy', release: 'rel-1', version: 'v1', hosts: ['local'], anchor: 'local', since: '', by: 'me' });
await writeFile(`${root}/session`, session);
await store.run(session, { operation, step: 'local/web/start', direction: 'do', attempt: 1, effects, timeoutMs: 20_000 });
