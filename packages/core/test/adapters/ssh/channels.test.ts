import { EventEmitter } from 'node:events';
import { Agent, get, type ClientRequestArgs } from 'node:http';
import { Duplex } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Client } from 'ssh2';
import { sshHost } from '../../../src/adapters/ssh/host.js';

/** As ssh2 has them: what is written when the connection is gone is never done, and nothing is destroyed. */
function channel(): Duplex {
  return new Duplex({ read: () => undefined, write: () => undefined, emitClose: false, destroy: () => undefined });
}

describe('CLI_SSH: a channel whose connection breaks', () => {
  it('ends who waits for an answer on it, and is used no more', async () => {
    const client = new EventEmitter() as Client;
    const opened: Duplex[] = [];
    client.openssh_forwardOutStreamLocal = (_path, ready) => {
      opened.push(channel());
      ready?.(undefined, opened.at(-1) as never);
      return client;
    };
    const host = sshHost({ name: 'web', connect: () => Promise.resolve(client) });
    const agent = new (class extends Agent {
      override createConnection(_options: ClientRequestArgs, ready: (error: Error | null, stream?: Duplex) => void): undefined {
        host.socket('/run/it.sock').then((stream) => ready(null, stream), ready);
      }
    })({ keepAlive: true });
    const asked = new Promise((_, reject) => get({ agent, host: 'localhost' }).once('error', reject));
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.emit('close');
    await expect(asked).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(opened.map(({ destroyed }) => destroyed)).toEqual([true]);
    agent.destroy();
  });
});
