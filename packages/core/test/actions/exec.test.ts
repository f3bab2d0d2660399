import { describe, expect, it } from '@jest/globals';
import { chooseContainer } from '../../src/actions/exec.js';
import { serviceDigest } from '../../src/compose/digest.js';
import type { ContainerState } from '../../src/ports/containers.js';
import { service } from '../plan/world.js';

const web = service('web');
const container = (number: number, over: Partial<ContainerState> = {}): ContainerState => ({
  id: `${number}`.repeat(12), name: `shop-prod-web-${number}`, number, image: '', imageName: '', labels: { 'stagecraft.digest': serviceDigest(web) ?? '' }, status: 'running', health: 'healthy', restartCount: 0, restartPolicy: 'always', createdAt: '', pid: 1, networks: {}, ports: [], mounts: [], ...over,
});
const choose = (containers: readonly ContainerState[], options = {}): string => chooseContainer(on('one', containers), { service: 'web', ...options }, web, ['db', 'web']).container.name;
const on = (name: string, containers: readonly ContainerState[]): readonly { readonly host: { readonly name: string }; readonly container: ContainerState }[] => containers.map((one) => ({ host: { name }, container: one }));

describe('CLI_EXEC: which container', () => {
  it('is a healthy one of what serves, the lowest number first', () => {
    expect(choose([container(3), container(2)])).toBe('shop-prod-web-2');
    expect(choose([container(1, { health: 'unhealthy' }), container(2)])).toBe('shop-prod-web-2');
    expect(choose([container(1, { labels: { 'stagecraft.digest': 'older' } }), container(2, { health: 'starting' })])).toBe('shop-prod-web-2');
    expect(choose([container(1, { status: 'exited' }), container(2, { health: 'unhealthy' })])).toBe('shop-prod-web-2');
  });

  it('or the one that is named', () => {
    expect(choose([container(1), container(2)], { index: 2 })).toBe('shop-prod-web-2');
    expect(choose([container(1), container(2)], { container: 'shop-prod-web-2' })).toBe('shop-prod-web-2');
    expect(choose([container(1), container(2)], { container: '2222' })).toBe('shop-prod-web-2');
  });

  it('is of the first host that has a fit one', () => {
    const of = (...placed: ReturnType<typeof on>): string => chooseContainer(placed, { service: 'web' }, web, ['web']).host.name;
    expect(of(...on('one', [container(2)]), ...on('two', [container(1)]))).toBe('one');
    expect(of(...on('one', [container(1, { health: 'unhealthy' })]), ...on('two', [container(3)]))).toBe('two');
    expect(of(...on('one', [container(1, { status: 'exited' })]), ...on('two', [container(3, { health: 'starting' })]))).toBe('two');
    expect(() => chooseContainer([...on('one', [container(1)]), ...on('two', [container(1)])], { service: 'web', index: 2 }, web, ['web'])).toThrow(expect.objectContaining({ next: ['Running: shop-prod-web-1 on one (--index 1), shop-prod-web-1 on two (--index 1)'] }) as unknown as Error);
  });

  it('is told when there is none, with those that run', () => {
    expect(() => choose([container(1)], { index: 2 })).toThrow('No container of web with the number 2 runs.');
    expect(() => choose([container(1, { status: 'exited' })])).toThrow('No container of web runs.');
    expect(() => chooseContainer([], { service: 'wep' }, undefined, ['web'])).toThrow('The environment has no service wep.');
  });
});
