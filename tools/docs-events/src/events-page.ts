import type { Message } from '@stagecraft/core';

const types: Readonly<Record<string, string>> = {
  operation: 'a command, a deploy or a rollback begins, decides or ends',
  phase: 'a phase begins or ends',
  step: 'a step begins, waits or ends',
  output: 'a line that a tool or a container printed',
  finding: 'a warning or an error with its place',
  notice: 'a sentence for everyone',
  log: 'an entry for people who debug',
  result: 'the last event: what the command came to',
};

/** The page of all events: what a line is, then every code with its payload. */
export function eventsPage(catalogue: readonly Message<never>[]): string {
  return `${head()}
| Type | Means |
|---|---|
${Object.entries(types)
  .map(([type, meaning]) => `| \`${type}\` | ${meaning} |`)
  .join('\n')}

| Code | Type | Told when |
|---|---|---|
${catalogue.map((entry) => `| [\`${entry.code}\`](#${entry.code.toLowerCase()}) | \`${entry.type}\` | ${cell(entry.description)} |`).join('\n')}
${catalogue.map(section).join('')}`;
}

function head(): string {
  return `<!-- Generated from packages/core/src/io/catalogue: pnpm check --fix -->

# Events

\`--json-events\` prints a line of JSON for everything that happens, on stdout:

\`\`\`json
{ "v": 1, "seq": 3, "at": "2030-01-02T03:04:05.000Z", "type": "phase", "code": "SC3201", "data": { "phase": "build", "status": "running", "steps": 2 } }
\`\`\`

\`v\` is the version of this form, \`seq\` counts from 1, \`at\` is the operator's clock in UTC. \`code\` and \`data\` stay stable between minor
versions; \`data\` may gain members. Readers skip a \`type\` or a \`code\` that they do not know. Events of plugins have codes of the form
\`<provider id>/<name>\`. The last line is always [\`SC5400\`](#sc5400), which holds the result or the error.
`;
}

function section(entry: Message<never>): string {
  const members = Object.entries(entry.payload);
  return `
## ${entry.code}

\`${entry.type}\`. ${entry.description}

| Member | |
|---|---|
${members.map(([name, meaning]) => `| \`${name}\` | ${cell(String(meaning))} |`).join('\n')}
`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
