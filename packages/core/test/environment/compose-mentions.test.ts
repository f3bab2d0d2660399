import { describe, expect, it } from '@jest/globals';
import { composeMentions } from '../../src/environment/compose-mentions.js';

const passed = (text: string): Promise<readonly string[]> => composeMentions([text]);

describe('CORE_ENV_RESOLUTION: variables that a Compose file takes from outside', () => {
  it('are those that it mentions, and those that it passes through', async () => {
    expect(await passed('services:\n  web: { image: "a:${TAG}", environment: [A, B=1, " C "], build: { args: { D: , E: 1 } } }\n  api: { environment: { F: , G: "", H: ~, I: 0 } }\nsecrets: { s: { environment: J } }\nconfigs: { c: { environment: K, content: "$L" } }\n')).toEqual(['A', 'C', 'D', 'F', 'H', 'J', 'K', 'L', 'TAG']);
  });

  it('are found through aliases and merge keys, where what stands by itself wins', async () => {
    expect(await passed('x-env: &env { A: , B: }\nx-web: &web { environment: { <<: *env, B: 1 } }\nservices:\n  web: *web\n  api: { <<: [*web], build: { args: *env } }\n')).toEqual(['A', 'B']);
    expect(await passed('x-env: &env { A: , B: }\nservices: { web: { environment: { <<: *env, B: 1 } } }\n')).toEqual(['A']);
    expect(await passed('x-list: &list [A]\nservices: { web: { environment: *list } }\n')).toEqual(['A']);
  });

  it('are none in what is no YAML, nests without end, merges itself, or is something else', async () => {
    for (const text of ['services: { web: { environment: [A }', `environment: ${'['.repeat(100_000)}`, 'services: &s { <<: *s, environment: [A] }', 'environment: *none', '- environment: a', 'environment:', `${'environment: "\n'.repeat(10_000)}`]) expect(await passed(text)).toEqual([]);
  });

  it('cost no more than the file is long, whatever its aliases come to', async () => {
    const bombs = [
      ['x-a: &a { environment: [A] }', ...'bcdefghi'.split('').map((name, index) => `x-${name}: &${name} [${Array(10).fill(`*${'abcdefghi'[index]}`).join(',')}]`), 'services: { web: { environment: *i } }'],
      ['x-a: &a { environment: [A] }', ...Array.from({ length: 20 }, (_, n) => `x-${n}: &m${n} { <<: [${Array(9).fill(n === 0 ? '*a' : `*m${n - 1}`).join(', ')}] }`), 'services: { web: *m19 }'],
      [`x-a: &a { ${Array.from({ length: 2_500 }, (_, n) => `k${n}: `).join(', ')} }`, 'services:', ...Array.from({ length: 2_500 }, (_, n) => `  s${n}: { <<: *a, environment: *a }`)],
    ];
    expect((await Promise.all(bombs.map((lines) => passed(lines.join('\n'))))).map((names) => names.length > 0)).toEqual([false, true, true]);
  });
});
