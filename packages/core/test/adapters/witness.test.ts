import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { witnessOf } from '../../src/adapters/witness.js';

describe('DEPLOY_ROLLOUT: the traffic witness', () => {
  const servers: Server[] = [];
  const serve = async (answer: RequestListener, port = 0): Promise<{ readonly url: string; readonly port: number; close(): Promise<void> }> => {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const at = (server.address() as AddressInfo).port;
    return { url: `http://127.0.0.1:${at}/health`, port: at, close: () => new Promise((resolve) => (server.close(() => resolve()), server.closeAllConnections())) };
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()))));
  });
  const until = async (holds: () => boolean): Promise<void> => {
    for (let nth = 0; nth < 500 && !holds(); nth += 1) await sleep(20);
  };

  it('loses nothing where every request is answered, and asks over new connections and a kept one', async () => {
    const connections = new Map<unknown, number>();
    const { url } = await serve((request, answer) => {
      connections.set(request.socket, (connections.get(request.socket) ?? 0) + 1);
      answer.end('ok');
    });
    const witness = witnessOf({ url, rate: 100 });
    await until(() => witness.report.sent >= 20);
    expect(await witness.stop()).toMatchObject({ url, lost: 0, losses: [] });
    const uses = [...connections.values()];
    expect(Math.max(...uses)).toBeGreaterThan(1);
    expect(uses.filter((times) => times === 1).length).toBeGreaterThan(5);
  });

  it('tells what is lost, how, and during what', async () => {
    let bad = false;
    const { url } = await serve((_request, answer) => void (bad ? answer.writeHead(502).end() : answer.end('ok')));
    const witness = witnessOf({ url, rate: 100 });
    await until(() => witness.report.sent >= 3);
    witness.during('h1/web/stop', true);
    bad = true;
    await until(() => witness.report.lost >= 3);
    bad = false;
    witness.during('h1/web/stop', false);
    const { lost, losses } = await witness.stop();
    expect(lost).toBeGreaterThanOrEqual(3);
    expect(losses.at(-1)).toEqual({ at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/), how: 'status 502', during: ['h1/web/stop'] });
  });

  it('does not count what nobody answered before a first release is there', async () => {
    const first = await serve(() => undefined);
    await first.close();
    const witness = witnessOf({ url: first.url, rate: 100 });
    await sleep(200);
    expect(witness.report).toMatchObject({ sent: 0, lost: 0 });
    const { close } = await serve((_request, answer) => void answer.end('ok'), first.port);
    await until(() => witness.report.sent >= 3);
    expect(witness.report.lost).toBe(0);
    await close();
    await until(() => witness.report.lost >= 3);
    expect((await witness.stop()).losses.at(-1)?.how).toMatch(/^connection (?:refused|reset)$/);
  });

  it('goes on asking while answers are late: the loop is open', async () => {
    const { url } = await serve((_request, answer) => void setTimeout(() => answer.end('late'), 400));
    const witness = witnessOf({ url, rate: 50 });
    await until(() => witness.report.sent > 0);
    const before = witness.report.sent;
    await sleep(400);
    // At 50 a second about 20 are due, where a closed loop would have sent one.
    expect(witness.report.sent - before).toBeGreaterThan(5);
    expect((await witness.stop()).lost).toBe(0);
  });
});
