import { describe, expect, it } from '@jest/globals';
import type { Message } from '@stagecraft/core';
import type { CommandManifest } from '../../../packages/cli/src/manifest.js';
import { commandsPage } from '../src/commands-page.js';
import { eventsPage } from '../src/events-page.js';

describe('the page of events', () => {
  it('has a row and a section for each code, with every member of its payload', () => {
    const entry = { type: 'step', code: 'SC1234', description: 'A | B.', payload: { id: 'its id', why: 'the reason' }, text: () => '' } as unknown as Message<never>;
    const page = eventsPage([entry]);
    expect(page).toContain('| [`SC1234`](#sc1234) | `step` | A \\| B. |');
    expect(page).toContain('## SC1234\n\n`step`. A | B.\n\n| Member | |\n|---|---|\n| `id` | its id |\n| `why` | the reason |\n');
  });
});

describe('the page of commands', () => {
  const flag = { name: 'env', char: 'e', type: 'option', helpGroup: 'GLOBAL', helpValue: 'NAME', env: 'STAGECRAFT_ENV', summary: 'Environment.' };
  const own = { name: 'format', type: 'option', options: ['text', 'json'], default: 'text', summary: 'Form.' };
  const command = { id: 'releases:show', summary: 'Show one.', flags: { env: flag, format: own }, args: { id: { name: 'id', required: true, description: 'Which.' } }, exitCodes: [0, 1], examples: [{ description: 'One', command: '<%= config.bin %> releases show x' }] };
  const page = commandsPage({ version: '1.0.0', commands: { 'releases:show': command } } as unknown as CommandManifest);

  it('tells global flags once, and those of a command there', () => {
    expect(page.split('`-e`, `--env NAME`')).toHaveLength(2);
    expect(page).toContain('| `--format VALUE` |  | Form. One of `text`, `json`. Default: `text`. |');
  });

  it('tells usage, exit codes and examples', () => {
    expect(page).toContain('## stagecraft releases show\n\nShow one.\n\n```\nstagecraft releases show ID [flags]\n```');
    expect(page).toContain('Exit codes: `0`, `1`.');
    expect(page).toContain('```sh\nstagecraft releases show x\n```');
  });
});
