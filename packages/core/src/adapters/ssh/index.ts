import { hostConnection } from '../../io/catalogue/protocol.js';
import type { Io } from '../../io/io.js';
import type { Exec } from '../../ports/exec.js';
import type { Files } from '../../ports/files.js';
import type { Ssh } from '../../ports/ssh.js';
import { connect } from './connect.js';
import { sshHost, type Closable } from './host.js';
import { createKeyring } from './identities.js';

export interface SshSetup {
  readonly exec: Exec;
  readonly files: Pick<Files, 'read' | 'write'>;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  readonly io: Pick<Io, 'ask' | 'hide' | 'event'>;
}

/** SSH of this machine's user: their config, keys, agent and known hosts. Nothing is connected until a host is used. */
export function createSsh({ exec, files, processEnv, io }: SshSetup): Ssh {
  const hosts = new Map<string, Closable>();
  // Hosts are connected to side by side, and a person is asked one question at a time.
  let asked: Promise<unknown> = Promise.resolve();
  const ask: Io['ask'] = (question) => {
    const answer = asked.then(() => io.ask(question));
    asked = answer.catch(() => undefined);
    return answer;
  };
  const keyring = createKeyring(ask, (values) => io.hide?.(values));
  return {
    to(target) {
      const key = JSON.stringify([target.name, target.address, target.user, target.hostKey]);
      const known = hosts.get(key) ?? sshHost({
          name: target.name,
          connect: (times) => connect({ exec, env: processEnv, files, ask, keyring }, target, times),
          tell: (what) => io.event(hostConnection({ host: target.name, ...what })),
          ...(target.patienceMs === undefined ? {} : { patienceMs: target.patienceMs }),
        });
      hosts.set(key, known);
      return known;
    },
    close() {
      for (const host of hosts.values()) host.close();
      hosts.clear();
    },
  };
}
