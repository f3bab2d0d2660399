import { fail } from '../errors/index.js';

/**
 * The unix socket of the engine that driver `local` means: `DOCKER_HOST`, else the default one.
 * @throws StagecraftError `user` for an engine that is not on this machine.
 */
export function localSocket(processEnv: Readonly<Record<string, string | undefined>>): string {
  const host = processEnv['DOCKER_HOST'];
  if (host === undefined || host === '') return '/var/run/docker.sock';
  if (host.startsWith('unix://')) return host.slice('unix://'.length);
  throw fail({
    code: 'SC3503',
    kind: 'user',
    message: `DOCKER_HOST is ${host}: driver local, and what \`build:\` makes, use the engine of this machine, by a unix socket.`,
    next: ['Unset DOCKER_HOST or set it to unix:///…/docker.sock', 'For an engine on another machine use driver: ssh with its address under hosts.'],
  });
}
