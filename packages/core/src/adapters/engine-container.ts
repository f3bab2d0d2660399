import type Dockerode from 'dockerode';
import type { ContainerState } from '../ports/containers.js';

/** The engine's inspection of a container in core's own words. */
export function containerState(c: Dockerode.ContainerInspectInfo): ContainerState {
  const labels = c.Config.Labels ?? {};
  const health = c.State.Health;
  const project = labels['com.docker.compose.project'];
  const service = labels['com.docker.compose.service'];
  const number = Number(labels['com.docker.compose.container-number']);
  const ended = c.State.Status === 'exited' || c.State.Status === 'dead';
  return {
    id: c.Id,
    name: c.Name.replace(/^\//, ''),
    ...(project === undefined ? {} : { project }),
    ...(service === undefined ? {} : { service }),
    ...(Number.isInteger(number) && number > 0 ? { number } : {}),
    image: c.Image,
    imageName: c.Config.Image,
    labels,
    status: c.State.Status as ContainerState['status'],
    ...(health && isHealth(health.Status) ? { health: health.Status, ...lastOutput(health) } : {}),
    ...(ended ? { exitCode: c.State.ExitCode } : {}),
    restartCount: c.RestartCount,
    restartPolicy: restartPolicy(c.HostConfig.RestartPolicy),
    ...(happened(c.State.StartedAt) ? { startedAt: c.State.StartedAt } : {}),
    ...(happened(c.State.FinishedAt) ? { finishedAt: c.State.FinishedAt } : {}),
    createdAt: c.Created,
    pid: c.State.Pid,
    networks: Object.fromEntries(
      Object.entries(c.NetworkSettings.Networks ?? {}).map(([name, network]) => [name, { address: network.IPAddress, aliases: [...(network.Aliases ?? [])].sort() }]),
    ),
    ports: published(c),
    mounts: (c.Mounts ?? []).map((m) => ({ type: m.Type ?? 'bind', ...(m.Name ? { name: m.Name } : {}), source: m.Source, target: m.Destination, writable: m.RW })),
  };
}

/** As `docker update --restart` takes it: `always`, `on-failure:3`. */
function restartPolicy(policy: Dockerode.HostRestartPolicy | undefined): string {
  const { Name: name = '', MaximumRetryCount: tries = 0 } = policy ?? {};
  return name === 'on-failure' && tries > 0 ? `${name}:${tries}` : name || 'no';
}

function isHealth(status: string): status is 'starting' | 'healthy' | 'unhealthy' {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy';
}

function lastOutput(health: { Log?: { Output: string }[] | undefined }): { healthOutput?: string } {
  const output = health.Log?.at(-1)?.Output.trim();
  return output ? { healthOutput: output } : {};
}

/** The engine writes year 1 for "never". */
function happened(time: string | undefined): time is string {
  return time !== undefined && time !== '' && !time.startsWith('0001-');
}

function published(c: Dockerode.ContainerInspectInfo): ContainerState['ports'] {
  const bindings = (c.HostConfig.PortBindings ?? {}) as Record<string, { HostIp?: string; HostPort?: string }[] | null>;
  return Object.entries(bindings).flatMap(([port, hosts]) => {
    const [container = '0', protocol = 'tcp'] = port.split('/');
    return (hosts ?? []).map((h) => ({ hostIp: h.HostIp ?? '', host: Number(h.HostPort ?? 0), container: Number(container), protocol }));
  });
}
