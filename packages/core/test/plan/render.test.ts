import { describe, expect, it } from '@jest/globals';
import { draft } from '../../src/plan/draft.js';
import { renderPlanJson } from '../../src/plan/render-json.js';
import { renderPlanMermaid } from '../../src/plan/render-mermaid.js';
import { built, dependsOn, deployed, desired, input, live, sealed, service } from './world.js';

const shop = (version: string): ReturnType<typeof desired> => desired([built('web', `sha256:web-${version}`, { dependsOn: dependsOn('cache') }), service('cache')], [{ service: 'web', port: 80 }]);

describe('CORE_PLAN: JSON', () => {
  it('is the whole plan, format 1, its members in one order', () => {
    const value = JSON.parse(renderPlanJson(sealed(shop('2'), deployed(shop('1'))))) as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['format', 'state', 'kind', 'project', 'environment', 'version', 'release', 'operation', 'basis', 'hosts', 'serving', 'services', 'steps', 'findings', 'digest', 'inputs', 'desired']);
    expect(Object.keys((value['steps'] as Record<string, unknown>[])[0] ?? {})).toEqual(['id', 'phase', 'host', 'service', 'action', 'touches', 'why', 'dependsOn', 'undo']);
  });

  it('is stable', () => {
    const { inputs, digest, ...value } = JSON.parse(renderPlanJson(draft(input(shop('2'), deployed(shop('1')))))) as Record<string, unknown>;
    expect([typeof inputs, typeof digest]).toEqual(['object', 'string']);
    expect(value).toMatchSnapshot();
  });
});

describe('Mermaid', () => {
  it('is a flowchart with a frame for each phase', () => {
    expect(renderPlanMermaid(sealed(shop('2'), deployed(shop('1'))))).toMatchSnapshot();
  });

  it('says that there is nothing to do', () => {
    expect(renderPlanMermaid(sealed(shop('1'), deployed(shop('1')), { version: 'v1' }))).toBe('flowchart TD\n  nothing["nothing to do"]\n');
  });

  it('lets no name break out of its box', () => {
    const odd = desired([service('web', { image: { reference: 'web"]#<b>', id: 'sha256:1' } })]);
    const label = renderPlanMermaid(draft(input(odd, live()))).split('\n').find((line) => line.includes('local/web/pull')) ?? '';
    expect(label).toBe('    s1["local/web/pull<br/>pull web#quot;]#35;#lt;b#gt;<br/>the host has it not"]');
  });
});
