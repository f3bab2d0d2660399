import { describe, expect, it } from '@jest/globals';
import { editTable, emptyTable, ruleKey, sameTable, targetName } from '../../src/routes/table.js';

const web = { service: 'web', port: 80 };
const api = { service: 'api', port: 3000, path: '/api' };

describe('DEPLOY_ROLLOUT: a route table', () => {
  it('is sorted, whatever the order in which it was made', () => {
    const one = editTable(emptyTable('shop', 'prod'), [web, api]);
    one.setRules([web, api]);
    one.addTargets('web', ['web-2', 'web-1']);
    one.addTargets('api', ['api-1']);
    const other = editTable(emptyTable('shop', 'prod'), [api, web]);
    other.addTargets('api', ['api-1']);
    other.addTargets('web', ['web-1', 'web-2']);
    other.setRules([api, web]);
    expect(one.current()).toEqual(other.current());
    expect(one.current().targets.map((target) => target.id)).toEqual(['api-1', 'web-1', 'web-2']);
  });

  it('has a target for each port that the rules of its service name, and none without a rule', () => {
    const table = editTable(emptyTable('shop', 'prod'), [web, { ...web, path: '/metrics', port: 9000 }]);
    table.addTargets('web', ['web-1']);
    expect(table.current().targets).toEqual([]);
    table.setRules([web, { ...web, path: '/metrics', port: 9000 }]);
    expect(table.current().targets.map((target) => target.port)).toEqual([80, 9000]);
  });

  it('never changes a table that it gave out', () => {
    const table = editTable(emptyTable('shop', 'prod'), [web]);
    const before = table.current();
    table.setRules([web]);
    table.addTargets('web', ['web-1']);
    expect(before).toEqual(emptyTable('shop', 'prod'));
  });

  it('gives a rule to one service at a time', () => {
    const table = editTable({ ...emptyTable('shop', 'prod'), routes: [web], targets: [{ id: 'web-1', service: 'web', port: 80, state: 'in' }] }, [{ ...web, service: 'site' }]);
    table.setRules([{ ...web, service: 'site' }]);
    table.addTargets('site', ['site-1']);
    expect(table.current()).toEqual({ project: 'shop', environment: 'prod', routes: [{ service: 'site', port: 80 }], targets: [{ id: 'site-1', service: 'site', port: 80, state: 'in' }] });
  });

  it('keeps an old target on the ports that it had', () => {
    const table = editTable({ ...emptyTable('shop', 'prod'), routes: [web], targets: [{ id: 'web-1', service: 'web', port: 80, state: 'in' }] }, [web, { ...web, port: 81 }]);
    table.setRules([{ ...web, port: 81 }]);
    table.addTargets('web', ['web-2']);
    expect(table.current().targets.map((target) => `${target.id}:${target.port}`)).toEqual(['web-2:81']);
  });

  it('tells rules apart by host and path alone', () => {
    expect(ruleKey({ path: '/' })).toBe(ruleKey({}));
    expect(ruleKey({ host: 'a.example' })).not.toBe(ruleKey({ host: 'b.example' }));
  });

  it('is the same as another one that says the same in another order', () => {
    const a = { ...emptyTable('shop', 'prod'), routes: [web, api] };
    expect(sameTable(a, { ...a, routes: [api, web] })).toBe(true);
    expect(sameTable(a, { ...a, routes: [web, { ...api, port: 1 }] })).toBe(false);
  });

  it('names targets by service, release and replica', () => {
    expect(targetName('web', 'rel-1', 2)).toBe('web-rel-1-2');
  });
});
