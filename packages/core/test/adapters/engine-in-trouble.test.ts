import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineAt } from '../../src/adapters/engine.js';

/** What an engine does with a connection. */
type Manner = (socket: Socket) => void;

const answers: Manner = (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]'));
const hangs: Manner = () => undefined;

describe('CLI_DEPLOY: an engine that is in trouble', () => {
  let folder: string;
  let server: Server | undefined;
  const open: Socket[] = [];
  const socket = (): string => join(folder, 'engine.sock');
  const listen = (manner: Manner): Promise<void> =>
    new Promise((resolve) => {
      server = createServer((one) => {
        open.push(one.on('error', () => undefined));
        manner(one);
      }).listen(socket(), resolve);
    });
  const end = async (): Promise<void> => {
    open.splice(0).forEach((one) => one.destroy());
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sc-engine-'));
  });
  afterEach(async () => {
    await end();
    await rm(folder, { recursive: true, force: true });
  });

  it('that takes connections and never answers is given up in time, and called hung', async () => {
    await listen(hangs);
    await expect(engineAt(socket(), { answerMs: 200 }).networks({})).rejects.toMatchObject({ code: 'SC3504', kind: 'external', message: expect.stringContaining('hangs') });
    await expect(engineAt(socket(), { answerMs: 200 }).logs('a', { follow: true })[Symbol.asyncIterator]().next()).rejects.toMatchObject({ kind: 'external' });
  });

  it('that is away for a moment is asked again by who has spoken to it', async () => {
    await listen(answers);
    const engine = engineAt(socket(), { returnMs: 10_000 });
    await engine.networks({});
    await end();
    const asked = engine.networks({});
    await listen(answers);
    await expect(asked).resolves.toEqual([]);
  });

  it('that does not come back is given up in time', async () => {
    await listen(answers);
    const engine = engineAt(socket(), { returnMs: 200 });
    await engine.networks({});
    await end();
    await expect(engine.networks({})).rejects.toMatchObject({ code: 'SC3501', kind: 'external' });
  });

  it('that was never there is not waited for', async () => {
    const begun = Date.now();
    await expect(engineAt(socket()).networks({})).rejects.toMatchObject({ code: 'SC3501', message: expect.stringContaining('ENOENT') });
    expect(Date.now() - begun).toBeLessThan(5_000);
  });
});
