import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from '../exec.js';
import { copyLibraries, copyPrograms, copyTree, mergedRoot } from './sysroot.js';

/** How an image is made of programs that are at hand. */
export interface Recipe {
  /** What the programs come from: Debian's packages, this machine, or Python's registry. */
  from: 'packages' | 'machine' | 'wheel';
  /** What `docker import --change` is given. */
  changes: string[];
  /** Fills a root that has busybox already. `from` is the root of the programs. */
  fill(root: string, from: string): Promise<void>;
}

const PATH = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const ENTRYPOINT = 'ENTRYPOINT ["docker-entrypoint.sh"]';
const IDS = { node: 1000, postgres: 999, redis: 998, haproxy: 99 } as const;
const HOMES = { node: '/home/node', postgres: '/var/lib/postgresql', redis: '/data', haproxy: '/var/lib/haproxy' } as const;

export const RECIPES: Record<string, Recipe> = {
  'busybox:1.35': { from: 'packages', changes: [PATH, 'CMD ["sh"]'], fill: async () => undefined },
  'node:20': {
    from: 'machine',
    changes: [PATH, `ENV NODE_VERSION=${process.versions.node}`, ENTRYPOINT, 'CMD ["node"]'],
    fill: fillNode,
  },
  'redis:7': {
    from: 'packages',
    changes: [PATH, 'VOLUME /data', 'WORKDIR /data', 'EXPOSE 6379', ENTRYPOINT, 'CMD ["redis-server"]'],
    async fill(root, from) {
      await copyPrograms(from, root, programs('/usr/bin', ['redis-server', 'redis-cli', 'redis-benchmark']));
      ownFolder(root, 'data', IDS.redis);
      entrypoint(root, 'redis');
    },
  },
  'postgres:15': {
    from: 'packages',
    changes: [PATH, 'ENV PGDATA=/var/lib/postgresql/data', 'ENV PG_MAJOR=15', 'VOLUME /var/lib/postgresql/data', 'EXPOSE 5432', 'STOPSIGNAL SIGINT', ENTRYPOINT, 'CMD ["postgres"]'],
    fill: fillPostgres,
  },
  'haproxy:2.6': {
    from: 'packages',
    changes: [PATH, 'USER haproxy', 'STOPSIGNAL SIGUSR1', ENTRYPOINT, 'CMD ["haproxy","-f","/usr/local/etc/haproxy/haproxy.cfg"]'],
    async fill(root, from) {
      await copyPrograms(from, root, { '/usr/sbin/haproxy': '/usr/local/sbin/haproxy', '/usr/bin/socat': '/usr/local/bin/socat' });
      ownFolder(root, 'usr/local/etc/haproxy', 0);
      ownFolder(root, 'var/lib/haproxy', IDS.haproxy);
      entrypoint(root, 'haproxy');
    },
  },
  'traefik:v3.7': {
    from: 'wheel',
    changes: [PATH, 'EXPOSE 80', ENTRYPOINT, 'CMD ["traefik"]'],
    async fill(root, from) {
      copyFileSync(join(from, 'traefik'), join(root, 'usr/local/bin/traefik'));
      chmodSync(join(root, 'usr/local/bin/traefik'), 0o755);
      const authorities = '/etc/ssl/certs/ca-certificates.crt';
      if (existsSync(authorities)) {
        mkdirSync(join(root, 'etc/ssl/certs'), { recursive: true });
        copyFileSync(authorities, join(root, authorities));
      }
      entrypoint(root, 'traefik');
    },
  },
};

/** A root with busybox for all the usual commands, and the users of all the images. */
export async function baseRoot(root: string, busybox: string): Promise<void> {
  mergedRoot(root);
  chmodSync(join(root, 'tmp'), 0o1777);
  copyFileSync(busybox, join(root, 'usr/bin/busybox'));
  chmodSync(join(root, 'usr/bin/busybox'), 0o755);
  for (const name of (await must(busybox, ['--list'])).split('\n')) if (name && name !== 'busybox') symlinkSync('busybox', join(root, 'usr/bin', name));
  const users = Object.entries(IDS) as [keyof typeof IDS, number][];
  const passwd = ['root:x:0:0:root:/root:/bin/sh', ...users.map(([name, id]) => `${name}:x:${id}:${id}::${HOMES[name]}:/bin/sh`), 'nobody:x:65534:65534:nobody:/:/bin/false'];
  const group = ['root:x:0:', ...users.map(([name, id]) => `${name}:x:${id}:`), 'nogroup:x:65534:'];
  writeFileSync(join(root, 'etc/passwd'), `${passwd.join('\n')}\n`);
  writeFileSync(join(root, 'etc/group'), `${group.join('\n')}\n`);
  writeFileSync(join(root, 'etc/nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n');
}

/** This machine's own Node with its npm: whatever its version is, the product must run on it as well. */
async function fillNode(root: string): Promise<void> {
  const node = realpathSync(process.execPath);
  copyFileSync(node, join(root, 'usr/local/bin/node'));
  await copyLibraries('/', root, [node]);
  const npm = join(dirname(dirname(node)), 'lib/node_modules/npm');
  if (existsSync(npm)) {
    copyTree(npm, join(root, 'usr/local/lib/node_modules/npm'), (path) => !/\/npm\/(docs|man)(\/|$)/.test(path));
    for (const name of ['npm', 'npx']) symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr/local/bin', name));
  }
  ownFolder(root, 'home/node', IDS.node);
  entrypoint(root, 'node');
}

async function fillPostgres(root: string, from: string): Promise<void> {
  const home = '/usr/lib/postgresql/15';
  const names = readdirSync(join(from, home, 'bin')).filter((name) => !/^(pg_upgrade|pgbench|vacuumlo|oid2name)$/.test(name));
  await copyPrograms(from, root, Object.fromEntries(names.map((name) => [`${home}/bin/${name}`, `${home}/bin/${name}`])));
  // The just-in-time compiler would bring 110 MB of LLVM.
  const modules = readdirSync(join(from, home, 'lib')).filter((name) => name.endsWith('.so') && !/^(llvmjit|pl(perl|python3|tcl)|.*_pl(perlu?|python3u))/.test(name));
  await copyPrograms(from, root, Object.fromEntries(modules.map((name) => [`${home}/lib/${name}`, `${home}/lib/${name}`])));
  copyTree(join(from, 'usr/share/postgresql/15'), join(root, 'usr/share/postgresql/15'));
  copyTree(join(from, 'usr/share/zoneinfo'), join(root, 'usr/share/zoneinfo'), (path) => !/\/zoneinfo\/(right|posix)(\/|$)/.test(path));
  // As in the official image: a container's database is there to be connected to.
  const sample = join(root, 'usr/share/postgresql/15/postgresql.conf.sample');
  writeFileSync(sample, readFileSync(sample, 'utf8').replace(/^#?listen_addresses = .*$/m, "listen_addresses = '*'"));
  for (const name of names) symlinkSync(`${home}/bin/${name}`, join(root, 'usr/local/bin', name));
  mkdirSync(join(root, 'docker-entrypoint-initdb.d'));
  ownFolder(root, 'var/lib/postgresql', IDS.postgres);
  ownFolder(root, 'var/lib/postgresql/data', IDS.postgres);
  chmodSync(join(root, 'var/lib/postgresql/data'), 0o700);
  ownFolder(root, 'run/postgresql', IDS.postgres);
  entrypoint(root, 'postgres');
}

function programs(folder: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`${folder}/${name}`, `/usr/local/bin/${name}`]));
}

function ownFolder(root: string, path: string, id: number): void {
  mkdirSync(join(root, path), { recursive: true });
  chownSync(join(root, path), id, id);
}

function entrypoint(root: string, name: string): void {
  const file = join(root, 'usr/local/bin/docker-entrypoint.sh');
  copyFileSync(fileURLToPath(new URL(`./entrypoints/${name}.sh`, import.meta.url)), file);
  chmodSync(file, 0o755);
}
