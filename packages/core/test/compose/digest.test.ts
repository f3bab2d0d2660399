import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../src/compose/canonical-json.js';
import { dependencyOrder, differences, serviceDigest, structureDigest } from '../../src/compose/digest.js';
import type { DesiredService, Json } from '../../src/compose/model.js';
import { dependencyCircle } from '../../src/compose/order.js';

const base: DesiredService = {
  name: 'web', kind: 'service', role: 'app', replicas: 1, singleton: false, location: { file: 'a', line: 1, column: 1 }, definition: { command: ['a'], volumes: [{ source: 'files/1/x', target: '/x', type: 'bind' }] }, dependsOn: [],
  image: { reference: 'web:1', id: 'sha256:1' }, variables: ['A'], valuesDigest: 'v1', files: [{ source: 'x', path: 'files/1/x', digest: '1', mode: 0o644, secret: false }],
  healthcheck: true, healthTimeoutMs: 1, settleMs: 1, drainMs: 1, stopGraceMs: 1, obstacles: [], routed: true,
};
const json = fc.letrec<{ value: Json }>((tie) => ({ value: fc.oneof({ depthSize: 'small' }, fc.string(), fc.integer(), fc.boolean(), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 })) })).value;
const definition = fc.dictionary(fc.string({ minLength: 1 }), json, { maxKeys: 5 });

/** The same value with the keys of every map the other way round. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => reversed(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([key, item]) => [key, reversed(item as Json)]));
}

describe('CORE_COMPOSE: the digest of a service', () => {
  it('does not depend on the order of keys', () => {
    fc.assert(fc.property(definition, (one) => serviceDigest({ ...base, definition: one }) === serviceDigest({ ...base, definition: reversed(one) as typeof one })));
  });

  it('differs wherever the definition differs', () => {
    fc.assert(fc.property(definition, definition, (one, other) => {
      const same = canonicalJson(one) === canonicalJson(other);
      expect(serviceDigest({ ...base, definition: one }) === serviceDigest({ ...base, definition: other })).toBe(same);
      expect(structureDigest({ ...base, definition: one }) === structureDigest({ ...base, definition: other })).toBe(same);
      expect(differences({ ...base, definition: one }, { ...base, definition: other }).length === 0).toBe(same);
    }));
  });

  it.each<[string, Partial<DesiredService>]>([
    ['replicas', { replicas: 3 }], ['role', { role: 'web' }], ['time-outs', { healthTimeoutMs: 9, settleMs: 9, drainMs: 9 }], ['its line', { location: { file: 'b', line: 2, column: 2 } }],
    ['obstacles', { routed: false }], ['what it depends on', { dependsOn: [{ service: 'db', condition: 'service_started', required: true, restart: false }] }], ['the name of its image', { image: { reference: 'web:2', id: 'sha256:1' } }],
  ])('does not depend on %s', (_, change) => {
    expect(serviceDigest({ ...base, ...change })).toBe(serviceDigest(base));
  });

  it.each<[string, Partial<DesiredService>, string[]]>([
    ['the image', { image: { reference: 'web:1', id: 'sha256:2' } }, ['image']],
    ['values', { valuesDigest: 'v2' }, ['environment']],
    ['names of variables', { variables: ['B'] }, ['environment']],
    ['a mounted file', { files: [{ source: 'x', path: 'files/2/x', digest: '2', mode: 0o644, secret: false }] }, ['files']],
    ['a mode', { files: [{ source: 'x', path: 'files/1/x', digest: '1', mode: 0o755, secret: false }] }, ['files']],
    ['the command', { definition: { ...base.definition, command: ['b'], init: true } }, ['definition.command', 'definition.init']],
  ])('depends on %s, and the difference has a name', (_, change, names) => {
    expect(serviceDigest({ ...base, ...change })).not.toBe(serviceDigest(base));
    expect(differences(base, { ...base, ...change })).toEqual(names);
  });

  it('is unknown while image, values or a mounted secret are', () => {
    const { valuesDigest: _, ...offline } = base;
    expect(serviceDigest({ ...base, image: { reference: 'web:1' } })).toBeUndefined();
    expect(serviceDigest(offline)).toBeUndefined();
    expect(serviceDigest({ ...offline, variables: [] })).toBeDefined();
    expect(serviceDigest({ ...base, files: [{ source: 'x', path: 'files/unknown/x', digest: 'unknown', mode: 0o444, secret: true }] })).toBeUndefined();
    expect(structureDigest(offline)).toBe(structureDigest(base));
  });

  it('takes what is unknown for no difference', () => {
    const { valuesDigest: _, ...offline } = base;
    expect(differences(base, { ...offline, image: { reference: 'web:1' }, files: [{ source: 'x', path: 'files/unknown/x', digest: 'unknown', mode: 0o644, secret: true }] })).toEqual([]);
    expect(differences({ ...base, image: { reference: 'redis:7' } }, { ...base, image: { reference: 'redis:8' } })).toEqual(['image']);
  });

  it('does not name the definition when only a file’s content changed', () => {
    const moved: DesiredService = { ...base, definition: { ...base.definition, volumes: [{ source: 'files/2/x', target: '/x', type: 'bind' }] }, files: [{ source: 'x', path: 'files/2/x', digest: '2', mode: 0o644, secret: false }] };
    expect(differences(base, moved)).toEqual(['files']);
    expect(structureDigest(moved)).toBe(structureDigest(base));
  });
});

describe('CORE_COMPOSE: the order of services', () => {
  const service = (name: string, ...needs: string[]) => ({ name, dependsOn: needs.map((one) => ({ service: one })) });

  it('comes in waves, by name within one', () => {
    expect(dependencyOrder([service('web', 'db', 'cache'), service('db'), service('cache'), service('edge', 'web'), service('alone')])).toEqual([['alone', 'cache', 'db'], ['web'], ['edge']]);
  });

  it('puts every service after all that it needs, whatever the graph, and finds a circle exactly where none can be ordered', () => {
    const graph = fc.array(fc.array(fc.nat(7), { maxLength: 4 }), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(graph, (edges) => {
      const services = edges.map((needs, index) => service(`s${index}`, ...needs.filter((to) => to < edges.length).map((to) => `s${to}`)));
      const order = dependencyOrder(services).flat();
      expect([...order].sort()).toEqual(services.map((one) => one.name).sort());
      const circle = dependencyCircle(services);
      const late = services.some((one) => one.dependsOn.some((needed) => order.indexOf(needed.service) >= order.indexOf(one.name)));
      expect(circle !== undefined).toBe(late);
      circle?.slice(1).forEach((to, index) => expect(services.find((one) => one.name === circle[index])?.dependsOn.map((needed) => needed.service)).toContain(to));
    }));
  });

  it('orders a chain of 5,000', () => {
    const chain = Array.from({ length: 5_000 }, (_, index) => service(`s${index}`, ...(index === 0 ? [] : [`s${index - 1}`])));
    expect(dependencyCircle(chain)).toBeUndefined();
  });
});
