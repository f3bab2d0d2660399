import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { digestOf, genesis, verifyJournal } from '../../src/protocol/journal.js';
import { held, linesOf, storeAt } from './support.js';

/** A sound journal of `messages`. */
function journalOf(messages: readonly string[]): string {
  let head = genesis;
  return messages
    .map((message, index) => {
      const line = JSON.stringify({ prev: head, seq: index + 1, type: 'note', operation: 'op', session: 's', at: '', message });
      head = digestOf(line);
      return `${line}\n`;
    })
    .join('');
}

const messages = fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { minLength: 1, maxLength: 12 });

describe('CORE_STATE: the chain', () => {
  it('is verified whatever the records say', () => {
    fc.assert(
      fc.property(messages, (texts) => {
        const journal = verifyJournal(journalOf(texts), 'j');
        expect(journal.records.map(({ message }) => message)).toEqual(texts.map((text) => JSON.parse(JSON.stringify(text)) as string));
        expect(journal.digests).toHaveLength(texts.length);
      }),
    );
  });

  it('cut at any place keeps exactly the whole lines', () => {
    const text = journalOf(['one', 'two', 'three']);
    for (let end = 0; end <= text.length; end += 1) {
      expect(verifyJournal(text.slice(0, end), 'j').records).toHaveLength(text.slice(0, end).split('\n').length - 1);
    }
  });

  it('shows every change of a line, and every line that was removed, moved or added, but at the end', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 3, maxLength: 10 }), fc.nat(), fc.constantFrom('change', 'remove', 'swap', 'double'), (texts, at, how) => {
        const lines = journalOf(texts).trimEnd().split('\n');
        const index = at % (lines.length - 1);
        const line = lines[index] ?? '';
        if (how === 'change') lines[index] = line.replace('"at":""', '"at":"now"');
        if (how === 'remove') lines.splice(index, 1);
        if (how === 'swap') lines.splice(index, 2, lines[index + 1] ?? '', line);
        if (how === 'double') lines.splice(index, 0, line);
        expect(() => verifyJournal(`${lines.join('\n')}\n`, 'j')).toThrow(/line \d+/);
      }),
    );
  });

  it('is read on from what was verified before, with the same result', () => {
    fc.assert(
      fc.property(messages, fc.nat(), (texts, at) => {
        const text = journalOf(texts);
        const before = verifyJournal(text.slice(0, at % text.length), 'j');
        expect(verifyJournal(text, 'j', before)).toEqual(verifyJournal(text, 'j'));
      }),
    );
  });

  it('does not accept a last line that is no record, although it begins like one', () => {
    const text = journalOf(['one', 'two']);
    const head = digestOf(text.split('\n')[1] ?? '');
    for (const end of ['note"', 'note","operation":7}', '"}']) expect(() => verifyJournal(`${text}{"prev":"${head}","seq":3,"type":"${end}\n`, 'j')).toThrow('line 3 is not a journal record');
    // The same members in another order are the same record.
    expect(verifyJournal(`${text}{"seq":3,"prev":"${head}","type":"note","operation":"op"}\n`, 'j').records).toHaveLength(3);
  });

  it('does not accept what is JSON but no record', () => {
    for (const line of ['null', '7', '[]', '{}', '{"prev":1}', '']) expect(() => verifyJournal(`${line}\n`, 'j')).toThrow('is not a journal record');
  });
});

describe('the journal of a host', () => {
  it('is appended by scripts as it is read here', async () => {
    const { store, session, operation } = await held();
    const odd = [`it's "x"`, '$(id) `id` \\n', 'grün\u2028', "'\\''", '%s %d', ''];
    for (const message of odd) await store.note(session, { type: 'note', operation, message });
    expect((await store.readJournal()).map(({ message }) => message)).toEqual(odd);
    expect((await store.readJournal()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('takes many writers at once without losing or mixing a line', async () => {
    const { root, store, session, operation } = await held();
    await Promise.all(Array.from({ length: 12 }, (_, i) => storeAt(root).note(session, { type: 'note', operation, message: `n${i}` })));
    expect((await store.readJournal()).map(({ message }) => message).sort()).toEqual(Array.from({ length: 12 }, (_, i) => `n${i}`).sort());
  });

  it('cut at every byte of its last line goes on with the next append', async () => {
    const { store, session, operation, folder } = await held();
    const path = join(folder, 'journal.ndjson');
    await store.note(session, { type: 'note', operation, message: 'kept' });
    const kept = (await readFile(path)).length;
    await store.note(session, { type: 'note', operation, message: 'torn' });
    const whole = await readFile(path);
    for (const end of [kept + 1, kept + 40, kept + 90, whole.length - 2, whole.length - 1]) {
      await writeFile(path, whole.subarray(0, end));
      expect(await store.readJournal()).toHaveLength(1);
      await store.note(session, { type: 'note', operation, message: 'next' });
      expect((await store.readJournal()).map(({ message }) => message)).toEqual(['kept', 'next']);
    }
  });

  it('whose only line is torn begins anew, and bytes of zero at its end are cut', async () => {
    const { store, session, operation, folder } = await held();
    const path = join(folder, 'journal.ndjson');
    await writeFile(path, '{"prev":"e3b0');
    expect(await store.readJournal()).toEqual([]);
    await store.note(session, { type: 'note', operation, message: 'first' });
    await appendFile(path, Buffer.alloc(4096));
    await store.note(session, { type: 'note', operation, message: 'second' });
    expect((await store.readJournal()).map(({ message }) => message)).toEqual(['first', 'second']);
    expect(await linesOf(path)).toHaveLength(2);
  });

  it('with a broken chain is told with file and line, and nothing is overwritten', async () => {
    const { store, session, operation, folder } = await held();
    const path = join(folder, 'journal.ndjson');
    for (const message of ['a', 'b', 'c']) await store.note(session, { type: 'note', operation, message });
    const text = (await readFile(path, 'utf8')).replace('"message":"b"', '"message":"B"');
    await writeFile(path, text);
    await expect(store.readJournal()).rejects.toMatchObject({ code: 'SC3010', kind: 'external', message: expect.stringContaining('line 3') });
    await expect(store.history()).rejects.toMatchObject({ code: 'SC3010' });
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('that ends in a line which is no record takes no append', async () => {
    const { store, session, operation, folder } = await held();
    const path = join(folder, 'journal.ndjson');
    await store.note(session, { type: 'note', operation, message: 'a' });
    await appendFile(path, 'garbage\n');
    const text = await readFile(path, 'utf8');
    await expect(store.note(session, { type: 'note', operation, message: 'b' })).rejects.toMatchObject({ code: 'SC3010', kind: 'external' });
    await expect(store.run(session, { operation, step: 's', direction: 'do', attempt: 1, effects: `: >${folder}/effect`, timeoutMs: 1000 })).rejects.toMatchObject({ kind: 'external' });
    await expect(readFile(join(folder, 'effect'))).rejects.toThrow('ENOENT');
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('shortened behind the back of a reader is read anew', async () => {
    const { store, session, operation, folder } = await held();
    const path = join(folder, 'journal.ndjson');
    for (const message of ['a', 'b']) await store.note(session, { type: 'note', operation, message });
    expect(await store.readJournal()).toHaveLength(2);
    await truncate(path, ((await readFile(path, 'utf8')).split('\n')[0]?.length ?? 0) + 1);
    expect((await store.readJournal()).map(({ message }) => message)).toEqual(['a']);
  });
});
