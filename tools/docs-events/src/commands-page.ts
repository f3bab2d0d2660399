import { exitCodes, type ExitCode } from '@stagecraft/core';
import type { CommandEntry, CommandManifest } from '../../../packages/cli/src/manifest.js';

type Flag = CommandEntry['flags'][string];

/** The page of all commands: the global flags and exit codes once, then each command with its own. */
export function commandsPage({ commands }: CommandManifest): string {
  const shown = Object.values(commands).filter((command) => command.hidden !== true);
  const isGlobal = (flag: Flag): boolean => flag.helpGroup === 'GLOBAL';
  const global = new Map(shown.flatMap((command) => Object.values(command.flags).filter(isGlobal).map((flag) => [flag.name, flag] as const)));
  return `<!-- Generated from the commands of packages/cli: pnpm check --fix -->

# Commands

Every command takes the flags below; \`--dry-run\` those that change something. A flag wins over its variable, a variable over
\`stagecraft.yml\`, and that over the default. Results go to stdout, everything else to stderr.

${flagTable([...global.values()])}
## Exit codes

| Code | Meaning |
|---|---|
${Object.entries(exitCodes)
  .map(([code, meaning]) => `| ${code} | ${meaning} |`)
  .join('\n')}
${shown.map((command) => section(command, (flag) => !isGlobal(flag))).join('')}`;
}

function section(command: CommandEntry, own: (flag: Flag) => boolean): string {
  const flags = Object.values(command.flags).filter(own);
  const args = Object.values(command.args);
  return `
## stagecraft ${command.id.replaceAll(':', ' ')}

${plain(command.summary ?? '')}${command.description === undefined ? '' : ` ${plain(command.description)}`}

${usage(command, args)}

${args.length === 0 ? '' : `${argTable(args)}\n`}${flags.length === 0 ? '' : `${flagTable(flags)}\n`}Exit codes: ${codes(command)}.${examples(command)}
`;
}

function usage(command: CommandEntry, args: readonly CommandEntry['args'][string][]): string {
  const words = args.map((arg) => (arg.required === true ? arg.name.toUpperCase() : `[${arg.name.toUpperCase()}${arg.multiple === true ? '...' : ''}]`));
  return `\`\`\`\n${['stagecraft', command.id.replaceAll(':', ' '), ...words, '[flags]'].join(' ')}\n\`\`\``;
}

function codes(command: CommandEntry): string {
  return command.exitCodes.map((code: ExitCode) => `\`${code}\``).join(', ');
}

function examples(command: CommandEntry): string {
  const list = (Array.isArray(command.examples) ? command.examples : []).filter((example): example is { description: string; command: string } => typeof example === 'object');
  return list.map((example) => `\n\n${plain(example.description)}:\n\n\`\`\`sh\n${plain(example.command)}\n\`\`\``).join('');
}

function argTable(args: readonly CommandEntry['args'][string][]): string {
  return `| Argument | |\n|---|---|\n${args.map((arg) => `| \`${arg.name.toUpperCase()}\` | ${plain(arg.description ?? '')}${arg.options === undefined ? '' : ` One of ${arg.options.map((option) => `\`${option}\``).join(', ')}.`} |`).join('\n')}\n`;
}

function flagTable(flags: readonly Flag[]): string {
  const rows = [...flags].sort((a, b) => (a.name < b.name ? -1 : 1)).map((flag) => `| ${names(flag)} | ${flag.env === undefined ? '' : `\`${flag.env}\``} | ${meaning(flag)} |`);
  return `| Flag | Variable | |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function names(flag: Flag): string {
  const value = flag.type === 'option' ? ` ${[flag.helpValue ?? 'VALUE'].flat().join(' ')}${flag.multiple === true ? ',...' : ''}` : '';
  return [...(flag.char === undefined ? [] : [`\`-${flag.char}\``]), `\`--${flag.name}${value}\``].join(', ');
}

function meaning(flag: Flag): string {
  const options = flag.type === 'option' && flag.options !== undefined && !flag.summary?.includes(flag.options.join(', ')) ? ` One of ${flag.options.map((option) => `\`${option}\``).join(', ')}.` : '';
  const fallback = flag.type === 'option' && typeof flag.default === 'string' ? ` Default: \`${flag.default}\`.` : '';
  return `${plain(flag.summary ?? '')}${options}${fallback}`.replaceAll('|', '\\|');
}

function plain(text: string): string {
  return text.replace(/<%= *config\.bin *%>/g, 'stagecraft').replace(/\s+/g, ' ').trim();
}
