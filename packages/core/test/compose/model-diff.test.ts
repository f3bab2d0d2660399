import { describe, expect, it } from '@jest/globals';
import { modelDifferences } from '../../src/compose/model-diff.js';
import { desired, service } from '../plan/world.js';

const web = service('web', { variables: ['A', 'SECRET'], definition: { command: ['a', 'b'], restart: 'always' } });

describe('CLI_RELEASES: what one model says otherwise than another', () => {
  it('is nothing where both say the same, whatever their lines', () => {
    expect(modelDifferences(desired([web]), desired([{ ...web, location: { file: 'other.yml', line: 1, column: 1 } }]))).toEqual([]);
  });

  it('is told place by place, sorted, and values never', () => {
    const other = { ...web, replicas: 3, variables: ['A', 'NEW'], image: { reference: 'web:2', id: 'sha256:web-2' }, definition: { command: ['a', 'c'], restart: 'always', user: 'node' } };
    const [a, b] = [desired([web, service('old')], [{ service: 'web', port: 80 }]), desired([other, service('new')], [{ service: 'web', port: 81 }])];
    const told = modelDifferences(a, b, { a: { web: { A: 'one-value', SECRET: 's3cret' } }, b: { web: { A: 'another-value', NEW: 'n3w' } } });
    expect(told.map((one) => one.path)).toEqual(['routes.*/.port', 'services.new', 'services.old', 'services.web.definition.command', 'services.web.definition.user', 'services.web.environment.A', 'services.web.environment.NEW', 'services.web.environment.SECRET', 'services.web.image', 'services.web.replicas']);
    expect(told).toEqual(expect.arrayContaining([
      { path: 'services.web.definition.command', before: '["a","b"]', after: '["a","c"]' },
      { path: 'services.web.image', before: 'web:1 (sha256:web-1)', after: 'web:2 (sha256:web-2)' },
      { path: 'services.web.environment.A', before: '***', after: '*** (another value)' },
      { path: 'services.web.environment.NEW', after: '***' },
      { path: 'services.web.environment.SECRET', before: '***' },
    ]));
    expect(JSON.stringify(told)).not.toMatch(/one-value|another-value|s3cret|n3w/);
  });

  it('tells by the digest that values differ, where the values are gone', () => {
    expect(modelDifferences(desired([web]), desired([{ ...web, valuesDigest: 'values-2' }]))).toEqual([{ path: 'services.web.environment', before: '***', after: '*** (another value)' }]);
  });
});
