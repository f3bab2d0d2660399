import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { secretsOf, withSecretsOf } from '../../src/secrets/kept.js';
import { looksSecret } from '../../src/secrets/looks-secret.js';
import { fillIn, markerOf, partsOf, secretsIn, textOfParts } from '../../src/secrets/markers.js';
import { createSecret, isSecret } from '../../src/secrets/secret.js';

describe('PROVIDER_SECRETS_INTERFACE: a secret', () => {
  it('shows *** whatever is done with it', () => {
    const secret = createSecret('KEY', 'hunter2');
    const shown = [`${secret}`, String(secret), JSON.stringify({ secret }), inspect(secret), inspect({ secret }, { showHidden: true, depth: 9 }), JSON.stringify(Object.entries(secret)), secret + '', [secret].join()];
    expect(shown.join('\n')).not.toContain('hunter2');
    expect([isSecret(secret), isSecret({ name: 'KEY', reveal: () => '' }), secret.reveal(), `${secret}`]).toEqual([true, false, 'hunter2', '***']);
  });
});

describe('PROVIDER_SECRETS_INTERFACE: markers', () => {
  it('give back the text with the values in it, whatever stands around them', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom('A', 'B_2', '_c').map((secret) => ({ secret })));
    fc.assert(fc.property(fc.array(piece), fc.string(), (pieces, value) => {
      const values = { A: value, B_2: '$&{{stagecraft-secret A}}', _c: '' };
      const text = pieces.map((one) => (typeof one === 'string' ? one : markerOf(one.secret))).join('');
      expect(fillIn(text, values)).toBe(textOfParts(pieces, values));
      expect(textOfParts(partsOf(text), values)).toBe(textOfParts(pieces, values));
      expect(secretsIn(text)).toEqual([...new Set(pieces.flatMap((one) => (typeof one === 'string' ? [] : [one.secret])))].sort());
    }));
  });
});

describe('CLI_ROLLBACK: values of an earlier release with the secrets of today', () => {
  const url = `postgres://${markerOf('PW')}@db`;
  const kept = (environments: Readonly<Record<string, Readonly<Record<string, string>>>>, values: Readonly<Record<string, string>>): Parameters<typeof withSecretsOf>[1] => ({
    values: Object.fromEntries(Object.entries(environments).map(([name, own]) => [name, Object.fromEntries(Object.entries(own).map(([key, text]) => [key, fillIn(text, values)]))])),
    secrets: Object.fromEntries(Object.entries(environments).flatMap(([name, own]) => {
      const secrets = secretsOf(own, values);
      return secrets === undefined ? [] : [[name, secrets]];
    })),
  });

  it('takes today’s in the middle of a text too, and leaves the rest as it was', () => {
    const earlier = kept({ api: { URL: url, LEVEL: 'debug' }, web: { LEVEL: 'info' } }, { PW: 'old' });
    const serving = kept({ api: { OTHER: markerOf('PW'), LEVEL: 'warn' } }, { PW: 'new' });
    expect(withSecretsOf(serving.secrets, earlier).values).toEqual({ api: { URL: 'postgres://new@db', LEVEL: 'debug' }, web: { LEVEL: 'info' } });
  });

  it('keeps the texts of its secret files and of today’s: its containers may tell either', () => {
    const earlier = { values: {}, secrets: { api: { parts: {}, values: {}, mounted: ['old-key'] } } };
    expect(withSecretsOf({ api: { parts: {}, values: {}, mounted: ['new-key'] } }, earlier).secrets['api']?.mounted).toEqual(['new-key', 'old-key']);
  });

  it('prefers the same service: a held database keeps the password that it was made with', () => {
    const earlier = kept({ api: { PW: markerOf('PW') }, db: { PW: markerOf('PW') }, old: { PW: markerOf('PW'), GONE: markerOf('GONE') } }, { PW: 'one', GONE: 'kept' });
    const serving = { ...kept({ api: { PW: markerOf('PW') } }, { PW: 'two' }).secrets, ...kept({ db: { PW: markerOf('PW') } }, { PW: 'one' }).secrets };
    const { values, secrets } = withSecretsOf(serving, earlier);
    expect(values).toEqual({ api: { PW: 'two' }, db: { PW: 'one' }, old: { PW: 'two', GONE: 'kept' } });
    expect(secrets['old']?.values).toEqual({ PW: 'two', GONE: 'kept' });
  });
});

describe('CORE_LOGGING: what looks like a secret', () => {
  it.each([
    ['API_TOKEN', 'abcdef'], ['DB_PASSWORD', 'correct horse'], ['SESSION_KEY', 'k-123456'], ['apikey', 'zzzzzz'], ['DATABASE_URL', 'postgres://app:hunter2@db/app'],
    ['X', '9f86d081884c7d659a2feaa0c55ad015'], ['CERT', `-----BEGIN ${'PRIVATE'} KEY-----`],
  ])('%s=%s does', (name, value) => expect(looksSecret(name, value)).toBe(true));
  it.each([
    ['LOG_LEVEL', 'information'], ['PUBLIC_KEY', 'pk_live_1234567890abcdef'], ['PUBLIC_URL', 'https://shop.example.com/path'], ['AUTH_ENABLED', 'true'], ['TOKEN_FILE', './secrets/token'],
    ['VERSION', 'v1.22.333-rc4'], ['HOSTS', 'web-1.example.com'], ['KEYBOARD', 'qwerty-layout'], ['MONKEY', 'business'],
  ])('%s=%s does not', (name, value) => expect(looksSecret(name, value)).toBe(false));
});
