import { describe, expect, it } from '@jest/globals';
import { missingLogins } from '../../src/actions/logins.js';
import type { Settings } from '../../src/config/types.js';

const location = { file: 'stagecraft.yml', line: 3, column: 5 };
const entry = { host: 'registry.example.com', usernameEnv: 'REGISTRY_USER', passwordEnv: 'REGISTRY_TOKEN', location };
const settings = (more: Partial<Settings> = {}): Settings => ({ registries: [entry], secretNames: [], variables: {}, ...more }) as Settings;
const ours = ['registry.example.com/shop/web:v1'];
const names = (findings: ReturnType<typeof missingLogins>): string[] => findings.map(({ message }) => /needs (\w+)/.exec(message)?.[1] ?? '');

describe('DEPLOY_ROLLOUT: logins of registries', () => {
  it('tells every variable that is missing, at the entry', () => {
    const findings = missingLogins(settings(), {}, {}, ours);
    expect(names(findings)).toEqual(['REGISTRY_USER', 'REGISTRY_TOKEN']);
    expect(findings[0]).toMatchObject({ code: 'SC4015', severity: 'error', location });
  });

  it('takes the process before env files', () => expect(missingLogins(settings({ variables: { REGISTRY_USER: 'u' } }), {}, { REGISTRY_TOKEN: 't' }, ours)).toEqual([]));

  it('takes a named secret from its provider alone', () => {
    const named = settings({ secretNames: ['REGISTRY_TOKEN'] });
    expect(names(missingLogins(named, {}, { REGISTRY_USER: 'u', REGISTRY_TOKEN: 't' }, ours))).toEqual(['REGISTRY_TOKEN']);
    expect(missingLogins(named, { REGISTRY_TOKEN: 't' }, { REGISTRY_USER: 'u' }, ours)).toEqual([]);
  });

  it('asks for no login that nothing uses', () => expect(missingLogins(settings(), {}, {}, ['busybox:1.35', 'registry.example.com:5000/x'])).toEqual([]));
});
