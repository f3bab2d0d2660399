import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PluginRef } from '../../src/providers/types.js';

/** Makes plugins as packages in real folders; `remove` takes them away. */
export function pluginFolder(): { plugin(name: string, providers: unknown, files?: Readonly<Record<string, string>>, more?: Partial<PluginRef>): PluginRef; remove(): void } {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'stagecraft-plugins-')));
  let count = 0;
  return {
    plugin(name, providers, files = {}, more = {}) {
      const root = join(home, String((count += 1)));
      mkdirSync(root, { recursive: true });
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
      return { name, version: '1.2.3', root, manifest: { name, version: '1.2.3', type: 'module', oclif: {}, ...(providers === undefined ? {} : { stagecraft: { providers } }) }, bundled: false, ...more };
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Source of a module that exports a proxy provider, with members replaced or, by `undefined`, left out. */
export function proxySource(members: Readonly<Record<string, string | undefined>> = {}): string {
  const all: Readonly<Record<string, string | undefined>> = { kind: "'proxy'", id: "'acme'", api: "'0.1.0'", configSchema: '{}', service: '() => ({})', change: '() => ({})', observe: 'async () => []', ...members };
  return `export default {${Object.entries(all).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}`).join(', ')}};\n`;
}
