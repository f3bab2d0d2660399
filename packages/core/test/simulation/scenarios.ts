import type { Command } from './operator.js';
import { root, scope } from './place.js';
import { abort, deploy, forget, resume, take } from './commands.js';
import { Disk } from './host/disk.js';
import { Engine } from './host/engine.js';
import type { Setup } from './setup.js';
import { Simulation } from './simulation.js';

/** Hosts on which version 1 serves, and the project folder after that deploy. */
export async function served(names: readonly string[] = ['local']): Promise<Pick<Setup, 'hosts' | 'project'>> {
  const first = new Simulation({ name: 'the first deploy', hosts: names.map((name) => ({ name, ...bare() })), project: new Map(), operators: [], last: 'resume' });
  const project = await first.alone(deploy('v1'));
  return { hosts: first.hosts.map(({ name, disk, engine }) => ({ name, disk, engine })), project };
}

/** A host with a proxy and nothing else. */
function bare(): { readonly disk: Disk; readonly engine: Engine } {
  const disk = new Disk();
  const engine = new Engine();
  for (const path of [root, `${root}/proxy`]) disk.makeFolder(path);
  const file = disk.open(`${root}/proxy/place.json`, '>', 0);
  if (file) disk.write(file, JSON.stringify({ format: 1, provider: 'acme', listen: { http: 80, https: 443 }, apiPort: 8082 }));
  disk.flush();
  const { proxyContainer: id, proxyProject: project } = scope;
  engine.containers.set(id, { id, name: id, project, service: 'proxy', number: 1, image: 'acme:1', labels: { 'com.docker.compose.project': project, 'stagecraft.proxy': 'acme' }, status: 'running', restartPolicy: 'always', networks: {}, stopping: false });
  return { disk, engine };
}

export const scenarioCount = { one: 7, two: 9 } as const;

/** Two operators and what they run. The second one begins where the schedule says so, else when the first has ended. */
export async function scenarios(names?: readonly string[]): Promise<readonly Setup[]> {
  const base = { ...(await served(names)), last: 'resume' } as const;
  const first = { name: 'A', machine: 'm1', commands: [deploy('v2')] };
  const second = (machine: string, ...commands: readonly Command[]): Setup['operators'] => [first, { name: 'B', machine, commands }];
  const sick = ['sha256:web-v2'];
  return [
    { ...base, name: 'B takes the lock and resumes', operators: second('m2', take, resume) },
    { ...base, name: 'B takes the lock and aborts', operators: second('m2', take, abort) },
    { ...base, name: 'B resumes on the same machine', operators: second('m1', resume) },
    { ...base, name: 'B aborts on the same machine', operators: second('m1', abort), last: 'abort' },
    { ...base, name: 'B deploys too', operators: second('m2', deploy('v3')) },
    { ...base, name: 'a gate fails, B takes the lock and resumes', operators: second('m2', take, resume), sick },
    { ...base, name: 'a gate fails, B aborts on the same machine', operators: second('m1', abort), sick, last: 'abort' },
    // One of the two is the anchor.
    ...(names ?? []).map((name): Setup => ({ ...base, name: `B takes the lock and forgets ${name}`, operators: second('m2', take, forget(name)) })),
  ];
}
