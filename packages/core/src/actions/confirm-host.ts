import { fail } from '../errors/index.js';
import type { Workspace } from './types.js';

/** Asks for the name of a host before something is done with it that others must not be mistaken for. With `--yes` the name on the command line is enough. */
export async function confirmHost(ws: Workspace, verb: 'forget' | 'adopt', name: string, cost: string): Promise<void> {
  if (ws.yes) return;
  const answer = await ws.io.ask({ code: 'SC5116', text: `${cost}\nType the name of the host, ${name}, to ${verb} it:`, choices: [], fallback: '' });
  if (answer === name) return;
  throw fail({
    code: 'SC5116',
    kind: 'user',
    message: `${name} was not ${verb === 'forget' ? 'forgotten' : 'adopted'}${answer === '' ? ': nobody confirmed it' : `: ${answer} is not its name`}. Nothing was changed.`,
    next: [`stagecraft hosts ${verb} ${name}, and type its name`, `Where nobody can be asked: stagecraft hosts ${verb} ${name} --yes`],
  });
}

export function unknownHost(name: string, known: readonly string[]): Error {
  return fail({ code: 'SC5110', kind: 'user', message: `There is no host ${name}.`, next: [`Hosts: ${[...new Set(known)].sort().join(', ')}`] });
}
