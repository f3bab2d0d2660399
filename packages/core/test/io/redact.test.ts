import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRedactor, mask } from '../../src/io/redact.js';

/** Values without the mask's own character: else the mask itself would hold them. */
const secret = fc.string({ unit: 'grapheme', minLength: 4, maxLength: 24 }).filter((text) => text.length >= 4 && !text.includes('*'));
const text = fc.string({ unit: 'grapheme', maxLength: 60 });

const encodings: Readonly<Record<string, (value: string) => string>> = {
  raw: (value) => value,
  base64: (value) => Buffer.from(value).toString('base64'),
  base64url: (value) => Buffer.from(value).toString('base64url'),
  url: (value) => encodeURIComponent(value),
  form: (value) => encodeURIComponent(value).replaceAll('%20', '+'),
  json: (value) => JSON.stringify(value).slice(1, -1),
  'json in json': (value) => JSON.stringify(JSON.stringify(value)).slice(3, -3),
  shell: (value) => value.replaceAll("'", `'\\''`),
  compose: (value) => value.replaceAll('$', '$$$$'),
};

describe('CORE_LOGGING: redaction', () => {
  it.each(Object.keys(encodings))('never shows a secret that stands %s-encoded in a text', (name) => {
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 3 }), text, text, (secrets, before, after) => {
        const redactor = createRedactor();
        redactor.add(secrets);
        const encoded = encodings[name]!(secrets[0]!);
        expect(redactor.redact(before + encoded + after)).not.toContain(encoded);
      }),
    );
  });

  it('hides a secret inside a longer base64 text, at any offset', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 30 }), text, text, (value, before, after) => {
        const redactor = createRedactor();
        redactor.add([value]);
        const shown = redactor.redact(Buffer.from(before + value + after).toString('base64'));
        expect(shown).toContain(mask);
      }),
    );
  });

  it('shows the same for a text in pieces as for the whole, wherever it is split', () => {
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.array(fc.oneof(text, fc.nat(3)), { maxLength: 8 }), fc.array(fc.nat(40), { maxLength: 20 }), (secrets, parts, sizes) => {
        const redactor = createRedactor();
        redactor.add(secrets);
        const whole = parts.map((part) => (typeof part === 'string' ? part : (secrets[part % secrets.length] ?? ''))).join('');
        const stream = redactor.stream();
        let shown = '';
        let at = 0;
        for (const size of sizes) {
          shown += stream.write(whole.slice(at, at + size));
          at += size;
        }
        shown += stream.write(whole.slice(at)) + stream.end();
        expect(shown).toBe(redactor.redact(whole));
      }),
    );
  });

  it('leaves a text alone that holds no secret', () => {
    const redactor = createRedactor();
    redactor.add(['hunter2-hunter2', 'abc']);
    expect(redactor.redact('an abc of hunters')).toBe('an abc of hunters');
  });

  it('hides each line of a key', () => {
    const redactor = createRedactor();
    redactor.add(['-----BEGIN KEY-----\nMIIEowIBAAKCAQEA\n-----END KEY-----\n']);
    expect(redactor.redact('line 2 is MIIEowIBAAKCAQEA.')).toBe(`line 2 is ${mask}.`);
  });

  it('keeps data data: keys and lists stay, strings are masked', () => {
    const redactor = createRedactor();
    redactor.add(['s3cr"et']);
    expect(redactor.redactData({ a: ['x s3cr"et', 1, null, true], 's3cr"et': { b: 's3cr"et' } })).toEqual({ a: [`x ${mask}`, 1, null, true], [mask]: { b: mask } });
  });

  it('masks a number that is a secret', () => {
    const redactor = createRedactor();
    redactor.add(['54321']);
    expect(redactor.redactData({ port: 54321, other: 5432 })).toEqual({ port: mask, other: 5432 });
  });

  it('takes values as they become known', () => {
    const redactor = createRedactor();
    expect(redactor.redact('early-secret')).toBe('early-secret');
    redactor.add(['early-secret']);
    expect(redactor.redact('early-secret')).toBe(mask);
  });
});
