import type { Mode } from './session.js';

export interface RawFlags {
  readonly verbose?: boolean;
  readonly yes?: boolean;
  readonly env?: string | undefined;
  readonly 'no-color'?: boolean;
}

/**
 * How to show things, read from the bare arguments: an error of the parser has to be shown as well. A flag wins over a variable; two flags, or two
 * variables, that exclude each other are a conflict.
 */
export function readMode(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): { readonly mode: Mode; readonly flags: RawFlags; readonly conflict?: string } {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  const has = (flag: string): boolean => own.includes(flag);
  const on = (name: string): boolean => isOn(env[name]);
  const flags = { verbose: has('--verbose') || has('-v') || on('STAGECRAFT_VERBOSE'), yes: false, 'no-color': has('--no-color') || on('STAGECRAFT_NO_COLOR') };
  const wrong = Object.entries(env).find(([name, value]) => switches.has(name) && !isOn(value) && !isOff(value));
  const conflict = wrong === undefined ? {} : { conflict: `${wrong[0]} is "${wrong[1]}"; it takes true or false` };
  if (has('--json') && has('--json-events')) return { mode: 'json', flags, conflict: '--json and --json-events exclude each other' };
  if (has('--json-events')) return { mode: 'events', flags, ...conflict };
  if (has('--json')) return { mode: 'json', flags, ...conflict };
  if (on('STAGECRAFT_JSON') && on('STAGECRAFT_JSON_EVENTS')) return { mode: 'json', flags, conflict: 'STAGECRAFT_JSON and STAGECRAFT_JSON_EVENTS exclude each other' };
  return { mode: on('STAGECRAFT_JSON_EVENTS') ? 'events' : on('STAGECRAFT_JSON') ? 'json' : 'text', flags, ...conflict };
}

const switches = new Set(['VERBOSE', 'JSON', 'JSON_EVENTS', 'NO_COLOR', 'YES', 'DRY_RUN'].map((name) => `STAGECRAFT_${name}`));

function isOn(value: string | undefined): boolean {
  return ['1', 'true', 'yes', 'y'].includes(value?.toLowerCase() ?? '');
}

function isOff(value: string | undefined): boolean {
  return ['', '0', 'false', 'no', 'n'].includes(value?.toLowerCase() ?? '');
}
