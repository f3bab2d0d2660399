import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { run } from '../run.js';

const scripts = {
  bash: (await run(['completion', 'bash'])).stdout,
  zsh: (await run(['completion', 'zsh'])).stdout,
  fish: (await run(['completion', 'fish'])).stdout,
};

/** What the shell offers after these words; the last one is being typed. */
const offers = {
  bash: (words: readonly string[]) => execFileSync('bash', ['--norc', '-c', `${scripts.bash}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stagecraft; printf '%s\\n' "\${COMPREPLY[@]}"`, 'test', ...words], { encoding: 'utf8' }),
  // Completion widgets need a terminal: what the function would hand to zsh is written instead.
  zsh: (words: readonly string[]) =>
    execFileSync(
      'zsh',
      ['-f', '-c', `compdef() { :; }; _describe() { local -a list=("\${(@P)2}"); printf '%s\\n' "\${(@)list%%:*}"; }; compadd() { shift; printf '%s\\n' "$@"; }; _files() { echo FILES; }\n${scripts.zsh}\nwords=("$@"); CURRENT=$#; PREFIX="\${words[-1]}"; _stagecraft | while read -r line; do [[ "$line" == "$PREFIX"* ]] && echo "$line"; done; true`, 'test', ...words],
      { encoding: 'utf8' },
    ),
  fish: (words: readonly string[]) => execFileSync('fish', ['--no-config', '-c', `${scripts.fish}\ncomplete -C ${JSON.stringify(words.join(' '))}`], { encoding: 'utf8' }).replace(/\t.*$/gm, ''),
};

const shells = ['bash', 'zsh', 'fish'] as const;

describe.each(shells)('CLI_GLOBAL_FLAGS: completion for %s', (shell) => {
  const there = spawnSync(shell, ['-c', 'true']).status === 0;
  const test = there ? it : it.skip;
  const complete = (...words: string[]): string[] => offers[shell](words).split('\n').filter((line) => line !== '').sort();
  const title = (text: string): string => (there ? text : `${text} (${shell} is not there: apt-get install ${shell})`);

  test(title('offers the commands'), () => {
    const all = complete('stagecraft', '');
    expect(all).toEqual(expect.arrayContaining(['build', 'config', 'deploy', 'init', 'lock', 'logs', 'plan', 'releases', 'rollback', 'status']));
    expect(all).not.toContain('list');
  });

  test(title('offers what begins as typed'), () => {
    expect(complete('stagecraft', 're')).toEqual(['releases']);
  });

  test(title('offers the commands of a topic'), () => {
    expect(complete('stagecraft', 'releases', '')).toEqual(['diff', 'list', 'show']);
  });

  test(title('offers flags of the command, the global ones too'), () => {
    const flags = complete('stagecraft', 'deploy', '--res');
    expect(flags).toEqual(['--resume']);
    expect(complete('stagecraft', 'deploy', '--')).toEqual(expect.arrayContaining(['--env', '--json', '--abort', '--lock-wait', '--help']));
    expect(complete('stagecraft', 'plan', '--')).not.toContain('--abort');
  });

  test(title('offers the values that a flag takes'), () => {
    expect(complete('stagecraft', 'plan', '--format', 'm')).toEqual(['mermaid']);
  });

  test(title('takes the value of a flag for no command'), () => {
    expect(complete('stagecraft', 'plan', '--env', 'releases', '--fo')).toEqual(['--format']);
    expect(complete('stagecraft', '--env', 'prod', 'releases', 's')).toEqual(['show']);
  });

  test(title('still knows the command after its arguments'), () => {
    expect(complete('stagecraft', 'logs', 'web', '--fo')).toEqual(['--follow']);
  });
});

it('of an unknown shell is refused with those that are known', async () => {
  const { stderr, exitCode } = await run(['completion', 'tcsh']);
  expect(stderr).toContain('bash, zsh, fish');
  expect(exitCode).toBe(1);
});
