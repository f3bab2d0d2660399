import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { Client } from 'ssh2';
import type { Times } from '../../../src/adapters/ssh/connect.js';
import { patiently } from '../../../src/adapters/ssh/patience.js';
import { fail } from '../../../src/errors/index.js';
import { errorOf } from '../../config/project.js';

const refused = (): Error => fail({ code: 'SC3700', kind: 'external', message: 'web cannot be reached.', next: ['x'] });

/** A host that answers as it is told to. */
function host(): { up: boolean; readonly tries: Times[]; readonly connect: (times: Times) => Promise<Client>; readonly clients: EventEmitter[] } {
  const scene = {
    up: true,
    tries: [] as Times[],
    clients: [] as EventEmitter[],
    connect(times: Times): Promise<Client> {
      scene.tries.push(times);
      if (!scene.up) return Promise.reject(refused());
      const client = new EventEmitter();
      scene.clients.push(client);
      return Promise.resolve(client as Client);
    },
  };
  return scene;
}

const ended = (): boolean => false;

async function took(work: Promise<unknown>): Promise<number> {
  const begun = Date.now();
  await work.catch(() => undefined);
  return Date.now() - begun;
}

describe('CLI_SSH: a host whose connection breaks', () => {
  it('is not waited for where it was never reached', async () => {
    const scene = host();
    scene.up = false;
    const error = await errorOf(patiently(scene.connect, 5_000).again(ended));
    expect(error).toMatchObject({ code: 'SC3700' });
    expect(scene.tries).toEqual([{ connectMs: 10_000, readyMs: 20_000, keepaliveMs: 500 }]);
  });

  it('is waited for, and that is told once, as is its return', async () => {
    const scene = host();
    const told: string[] = [];
    const patient = patiently(scene.connect, 3_000, ({ state }) => told.push(state));
    await patient.again(ended);
    scene.clients[0]?.emit('close');
    scene.up = false;
    setTimeout(() => (scene.up = true), 1_000);
    await patient.again(ended);
    expect(told).toEqual(['lost', 'back']);
    expect(scene.clients).toHaveLength(2);
  });

  it('is given up in time, and who asks next need not wait again', async () => {
    const scene = host();
    const patient = patiently(scene.connect, 700);
    await patient.again(ended);
    scene.clients[0]?.emit('close');
    scene.up = false;
    const first = await took(patient.again(ended));
    expect(first).toBeGreaterThan(600);
    expect(first).toBeLessThan(2_500);
    const tries = scene.tries.length;
    expect(await errorOf(patient.again(ended))).toMatchObject({ code: 'SC3700' });
    expect(scene.tries).toHaveLength(tries);
  });

  it('has been silent for a part of the time already when keepalive gives it up', async () => {
    const scene = host();
    const patient = patiently(scene.connect, 2_200);
    await patient.again(ended);
    scene.clients[0]?.emit('error', Object.assign(new Error('Keepalive timeout'), { level: 'client-timeout' }));
    scene.clients[0]?.emit('close');
    scene.up = false;
    expect(await took(patient.again(ended))).toBeLessThan(1_500);
  });

  it('asks for signs of life so often that silence is noticed within a third of the time, and within twenty seconds', async () => {
    const keepalive = async (patienceMs: number): Promise<number | undefined> => {
      const scene = host();
      await patiently(scene.connect, patienceMs).again(ended);
      return scene.tries[0]?.keepaliveMs;
    };
    expect([await keepalive(12_000), await keepalive(120_000), await keepalive(3_600_000)]).toEqual([1_000, 5_000, 5_000]);
  });
});
