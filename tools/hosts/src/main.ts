import { spawn } from 'node:child_process';
import { bringUp, present, takeDown } from './set.js';
import type { TestHost } from './types.js';

const USAGE = `hosts up [N] [--bare] [--systemd] [--live-restore] [--disk MB]
                              N hosts more (default 1) that stay until down; --bare: with SSH alone
hosts down [NAME] [--force]   takes all away, or one; --force: also those that a test uses
hosts list                    what there is, and who uses it
hosts ssh NAME [CMD...]       a shell or a command in it, by SSH
hosts docker NAME ARGS...     a docker command of this machine on its engine
hosts crash | boot NAME       a power cut; the disk is kept
hosts freeze | thaw NAME      everything in it stops where it is
hosts cut | mend NAME         its network cable
hosts refuse | accept NAME PORT
hosts fill | free NAME        its disk
hosts engine kill | stop | start | freeze | thaw NAME`;

const tell = (line: string): void => void process.stderr.write(`hosts: ${line}\n`);

const deeds: Readonly<Record<string, (host: TestHost, port: number) => Promise<void> | void>> = {
  crash: (host) => host.crash(),
  boot: (host) => host.boot(),
  freeze: (host) => host.freeze(),
  thaw: (host) => host.thaw(),
  cut: (host) => host.cut(),
  mend: (host) => host.mend(),
  refuse: (host, port) => host.refuse(port),
  accept: (host, port) => host.accept(port),
  fill: (host) => host.fill(),
  free: (host) => host.free(),
};

const engineDeeds: typeof deeds = {
  kill: (host) => host.engine.kill(),
  stop: (host) => host.engine.stop(),
  start: (host) => host.engine.start(),
  freeze: (host) => host.engine.freeze(),
  thaw: (host) => host.engine.thaw(),
};

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  tell((error as Error).message);
  return 1;
});

async function main([command = '', ...rest]: string[]): Promise<number> {
  if (command === 'up') return up(rest);
  if (command === 'down') return down(rest);
  if (command === 'list') return list();
  if (command === 'ssh' || command === 'docker') return through(command, rest);
  const [action, name, port] = command === 'engine' ? rest : [command, ...rest];
  const deed = (command === 'engine' ? engineDeeds : deeds)[action ?? ''];
  if (!deed) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  await deed(named(name), Number(port));
  return 0;
}

async function up(args: readonly string[]): Promise<number> {
  const count = Number(args.find((arg) => /^\d$/.test(arg)) ?? 1);
  const disk = args.indexOf('--disk');
  const choice = { docker: !args.includes('--bare'), liveRestore: args.includes('--live-restore'), init: args.includes('--systemd') ? 'systemd' : 'simple', ...(disk < 0 ? {} : { diskMb: Number(args[disk + 1]) }) } as const;
  for (const host of await bringUp(Array.from({ length: count }, () => choice), tell)) process.stdout.write(`${host.name} ${host.address}\n`);
  return 0;
}

async function down(args: readonly string[]): Promise<number> {
  const name = args.find((arg) => !arg.startsWith('-'));
  const busy = await takeDown({ ...(name === undefined ? {} : { name: named(name).name }), force: args.includes('--force') });
  if (busy !== undefined) tell(busy);
  return busy === undefined ? 0 : 1;
}

function list(): number {
  const { owner, hosts } = present();
  for (const host of hosts) process.stdout.write(`${host.name} ${host.address} ${host.on() ? 'on' : 'off'}${host.docker ? '' : ' without an engine'}\n`);
  process.stdout.write(owner ? `used by ${owner.why}${owner.pid === 0 ? '' : ` (process ${owner.pid})`}\n` : 'no hosts\n');
  return 0;
}

function through(command: 'ssh' | 'docker', [name, ...args]: readonly string[]): Promise<number> {
  const host = named(name);
  const child = command === 'ssh' ? spawn('ssh', [...host.ssh(), ...args], { stdio: 'inherit' }) : spawn('docker', args, { stdio: 'inherit', env: host.env() });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function named(name: string | undefined): TestHost {
  const { hosts } = present();
  const found = hosts.find((host) => host.name === name);
  if (!found) throw new Error(`there is no host ${name ?? ''}; there are: ${hosts.map((host) => host.name).join(', ') || 'none'}`);
  return found;
}
