import type { CommandSpec } from '../feature.js';
import type { Problem } from '../tree.js';
import type { Heads } from './specs.js';

/** Every command stands in exactly one spec, with the flags and exit codes that it really declares. */
export function commandProblems(heads: Heads, commands: Readonly<Record<string, CommandSpec>>): readonly Problem[] {
  const problems: Problem[] = [];
  const globals = [...heads].flatMap(([, head]) => head.global_flags ?? []);
  const specified = new Map<string, string>();
  for (const [where, head] of heads) {
    for (const [id, spec] of Object.entries(head.commands ?? {})) {
      const twin = specified.get(id);
      if (twin) problems.push({ where, message: `the command ${id} stands in ${twin} too` });
      specified.set(id, where);
      const real = commands[id];
      if (!real) {
        problems.push({ where, message: `there is no command ${id}` });
        continue;
      }
      problems.push(...differences(`${id}: flag`, [...spec.flags, ...globals].map((name) => `--${name}`), real.flags.map((name) => `--${name}`)).map((message) => ({ where, message })));
      problems.push(...differences(`${id}: exit code`, spec.exit_codes.map(String), real.exit_codes.map(String)).map((message) => ({ where, message })));
    }
  }
  for (const id of Object.keys(commands).sort()) if (!specified.has(id)) problems.push({ where: 'spec', message: `no spec has the command ${id}` });
  return problems;
}

function differences(what: string, said: readonly string[], real: readonly string[]): readonly string[] {
  return [
    ...said.filter((name) => !real.includes(name)).map((name) => `${what} ${name} stands in the spec, the command does not declare it`),
    ...real.filter((name) => !said.includes(name)).map((name) => `${what} ${name} is declared by the command, the spec does not have it`),
  ];
}
