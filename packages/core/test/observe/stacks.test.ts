import { describe, expect, it } from '@jest/globals';
import { stacksOf } from '../../src/observe/stacks.js';
import type { ContainerState } from '../../src/ports/containers.js';

function container(name: string, project: string | undefined, labels: Readonly<Record<string, string>> = {}): ContainerState {
  return { id: name, name, ...(project === undefined ? {} : { project }), labels } as unknown as ContainerState;
}

describe('CLI_ADOPT: stacks that were started by hand', () => {
  it('are grouped by project, with the folder that they came from', () => {
    const folder = { 'com.docker.compose.project.working_dir': '/home/me/shop' };
    const found = stacksOf([container('shop-web-1', 'shop', folder), container('blog-web-1', 'blog'), container('shop-db-1', 'shop', folder)]);
    expect(found.map(({ project, folder: from, containers }) => [project, from, containers.map((c) => c.name)])).toEqual([
      ['blog', '', ['blog-web-1']],
      ['shop', '/home/me/shop', ['shop-web-1', 'shop-db-1']],
    ]);
  });

  it('hold nothing of ours, no one-off and nothing without a project', () => {
    const left = [container('shop-web-2', 'shop', { 'stagecraft.release': 'rel-1' }), container('proxy', 'stagecraft-proxy', { 'stagecraft.proxy': 'traefik' }), container('shop-run-1', 'shop', { 'com.docker.compose.oneoff': 'True' }), container('alone', undefined)];
    expect(stacksOf(left)).toEqual([]);
    // An image that Stagecraft built bears labels of its own.
    expect(stacksOf([container('shop-web-1', 'shop', { 'stagecraft.project': 'shop' })])).toHaveLength(1);
  });
});
