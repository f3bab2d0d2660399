import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from './scene.js';

/** What a fault did, and what ends it. */
export interface Struck {
  /** Ends the fault, once the deploy has ended. */
  readonly relief?: () => Promise<void>;
  /** Why neither the old nor the new release could serve from the strike until all is up again; absent where one could all the time. */
  readonly why?: string;
}

/** Does something to the host in the middle of a deploy. */
export type Strike = (scene: Scene) => Promise<Struck>;

export const powerCut: Strike = async ({ host }) => {
  await host.crash();
  return { relief: () => host.boot(), why: 'the host was off' };
};

export const engineKilled =
  (liveRestore: boolean): Strike =>
  async ({ host }) => {
    await host.engine.kill();
    return { relief: () => host.engine.ready(), why: liveRestore ? 'published ports are the engine’s own' : 'without live-restore containers end with the engine' };
  };

export const engineRestarted =
  (liveRestore: boolean): Strike =>
  async ({ host }) => {
    await host.engine.stop();
    await host.engine.start();
    return { why: liveRestore ? 'published ports are the engine’s own' : 'without live-restore containers end with the engine' };
  };

/** What a proxy that opens a new connection meets: the engine itself answers for the names of containers. */
const names = 'a new connection of the proxy needs the name of a container, which the engine knows';

/** It hangs until the deploy has given up. */
export const engineHung: Strike = async ({ host }) => {
  await host.engine.freeze();
  return { relief: () => host.engine.thaw(), why: names };
};

export const engineHungFor =
  (ms: number): Strike =>
  async ({ host }) => {
    await host.engine.freeze();
    await sleep(ms);
    await host.engine.thaw();
    return { why: names };
  };

const proxyDoes =
  (...command: readonly string[]): Strike =>
  async (scene) => {
    await scene.host.must(['docker', ...command, await scene.proxyContainer()]);
    return { why: 'the proxy is the way in' };
  };

/** Its one process, as by the kernel for want of memory: the engine starts it again. */
export const proxyKilled: Strike = async (scene) => {
  const pid = (await scene.host.must(['docker', 'inspect', '-f', '{{.State.Pid}}', await scene.proxyContainer()])).trim();
  await scene.host.must(['kill', '-KILL', pid]);
  return { why: 'the proxy is the way in' };
};

export const proxyRestarted: Strike = proxyDoes('restart', '--time', '5');

/** It is stopped where it is until the deploy has given up. */
export const proxyFrozen: Strike = async (scene) => {
  const id = await scene.proxyContainer();
  await scene.host.must(['docker', 'pause', id]);
  return { relief: async () => void (await scene.host.must(['docker', 'unpause', id])), why: 'the proxy is the way in' };
};

/** It goes on serving, and what it has taken over cannot be asked. */
export const proxySilent: Strike = async (scene) => {
  const ports = (await scene.host.must(['docker', 'inspect', '-f', '{{range $_, $list := .HostConfig.PortBindings}}{{range $list}}{{if .HostIp}}{{.HostPort}} {{end}}{{end}}{{end}}', await scene.proxyContainer()])).trim().split(' ');
  const port = Number(ports[0]);
  if (!(port > 0)) throw new Error('this proxy has no port of its own to be asked at');
  await scene.host.refuse(port);
  return { relief: () => scene.host.accept(port) };
};

export const diskFull =
  (leave: number): Strike =>
  async ({ host }) => {
    await host.fill(leave);
    return { relief: () => host.free() };
  };

/** The project's own folder for what it remembers of its hosts is full; the rest of the disk is not. */
export const cacheFull: Strike = async ({ host }) => {
  const folder = '/root/shop/.stagecraft';
  await host.must(['sh', '-c', `mkdir -p ${folder} && mount -t tmpfs -o size=16k tmpfs ${folder} && ! head -c 100000 /dev/zero >${folder}/filler 2>/dev/null`]);
  return { relief: async () => void (await host.must(['umount', folder])) };
};
