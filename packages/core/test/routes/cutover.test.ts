import { describe, expect, it } from '@jest/globals';
import { fail } from '../../src/errors/index.js';
import type { Context, ProxyProvider, RouteTable, Target } from '../../src/plugin-api/index.js';
import { acknowledged, isAcknowledged, type Asked } from '../../src/routes/cutover.js';

const target = (id: string, state: Target['state'] = 'in', service = 'web'): Target => ({ id, service, port: 3000, state });
const table = (...targets: Target[]): RouteTable => ({ project: 'shop', environment: 'prod', routes: [], targets });

/** A clock that only a sleep moves. */
function clockFrom(now = 0): { now(): number; sleep(ms: number): Promise<void>; random(): string } {
  return { now: () => now, sleep: (ms) => Promise.resolve(void (now += ms)), random: () => '' };
}

function asked(answers: readonly (readonly Target[] | Error)[]): Asked & { polls: number } {
  const self = {
    polls: 0,
    id: 'acme',
    host: 'local',
    context: {} as Context,
    place: { listen: { http: 80, https: 443 }, apiPort: 1, gateway: '', container: 'proxy' },
    provider: {
      observe: () => {
        const answer = answers[Math.min(self.polls, answers.length - 1)] ?? [];
        self.polls += 1;
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    } as Pick<ProxyProvider, 'observe'>,
  };
  return self;
}

const limits = (clock = clockFrom()): Parameters<typeof acknowledged>[3] => ({ timeoutMs: 1_000, clock, signal: new AbortController().signal });
const silent = fail({ code: 'acme/api', kind: 'external', message: 'acme does not answer.' });

describe('DEPLOY_ROLLOUT: an acknowledgement', () => {
  it('is what the proxy lists, and not time', async () => {
    const proxy = asked([[target('web-r1-1')], [target('web-r1-1')], [target('web-r1-1'), target('web-r2-1')]]);
    expect(await acknowledged(proxy, table(target('web-r1-1'), target('web-r2-1')), ['web'], limits())).toEqual({ ms: 50, polls: 3 });
  });

  it('comes at once where the proxy lists it already', async () => {
    expect(await acknowledged(asked([[target('web-r1-1')]]), table(target('web-r1-1')), ['web'], limits())).toEqual({ ms: 0, polls: 1 });
  });

  it.each([
    ['one is missing', [target('web-r1-1')]],
    ['one is too many', [target('web-r1-1'), target('web-r2-1'), target('web-r0-1')]],
    ['one only drains', [target('web-r1-1'), target('web-r2-1', 'draining')]],
    ['one has another port', [target('web-r1-1'), { ...target('web-r2-1'), port: 4000 }]],
  ])('is not given while %s', async (_what, listed) => {
    expect(await isAcknowledged(asked([listed]), table(target('web-r1-1'), target('web-r2-1')), ['web'])).toBe(false);
  });

  it('asks for the named services alone, and for what is in', async () => {
    const listed = [target('web-r1-1'), target('web-r0-1', 'draining'), target('api-r7-1', 'in', 'api')];
    expect(await isAcknowledged(asked([listed]), table(target('web-r1-1'), target('web-r0-1', 'draining'), target('api-r1-1', 'in', 'api')), ['web'])).toBe(true);
    expect(await isAcknowledged(asked([listed]), table(target('web-r1-1'), target('api-r1-1', 'in', 'api')), ['api', 'web'])).toBe(false);
  });

  it('outlives a moment in which the proxy does not answer', async () => {
    expect(await acknowledged(asked([silent, silent, [target('web-r1-1')]]), table(target('web-r1-1')), ['web'], limits())).toEqual({ ms: 50, polls: 3 });
    expect(await isAcknowledged(asked([silent]), table(), ['web'])).toBe(false);
  });

  it('is missed with what was listed and what was wanted', async () => {
    await expect(acknowledged(asked([[target('web-r1-1')]]), table(target('web-r2-1')), ['web'], limits())).rejects.toMatchObject({
      code: 'SC4201',
      kind: 'external',
      message: 'The proxy acme on local did not acknowledge the routes of shop (prod) within 1 s. It lists web-r1-1:3000; wanted: web-r2-1:3000.',
      next: ['docker logs proxy'],
    });
    await expect(acknowledged(asked([[]]), table(target('web-r2-1')), ['web'], limits())).rejects.toThrow('It lists no target; wanted: web-r2-1:3000.');
    await expect(acknowledged(asked([silent]), table(), ['web'], limits())).rejects.toMatchObject({ message: expect.stringContaining('It cannot tell: acme does not answer; wanted: no target.'), cause: silent });
  });

  it('asks at least once, however short the time is', async () => {
    expect(await acknowledged(asked([[]]), table(), ['web'], { ...limits(), timeoutMs: 0 })).toMatchObject({ polls: 1 });
  });

  it('tells a bug of the provider at once', async () => {
    const bug = new TypeError('x is undefined');
    await expect(acknowledged(asked([bug]), table(), ['web'], limits())).rejects.toBe(bug);
    await expect(isAcknowledged(asked([bug]), table(), ['web'])).rejects.toBe(bug);
  });

  it('ends with the signal', async () => {
    const stop = new AbortController();
    stop.abort(new Error('interrupted'));
    await expect(acknowledged(asked([[]]), table(), ['web'], { ...limits(), signal: stop.signal })).rejects.toThrow('interrupted');
  });
});
