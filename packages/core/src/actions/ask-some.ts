import { askEach, type Answers } from './ask-each.js';
import { unreachable, type Hosts, type OpenHost } from './host.js';

/** `askEach`, where an answer is needed. @throws StagecraftError `external` when no host gave one. */
export async function askSome<T>(hosts: Hosts, question: (host: OpenHost) => Promise<T>): Promise<Answers<T>> {
  const asked = await askEach(hosts, question);
  if (asked.answers.length === 0) throw unreachable(asked.away);
  return asked;
}
