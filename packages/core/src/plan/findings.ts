import type { Desired, DesiredService, Json } from '../compose/model.js';
import type { Finding } from '../plugin-api/failure.js';
import { claimsOf, volumeName } from '../rollout/claims.js';
import { blocking, seconds } from '../rollout/verdict.js';
import type { ServiceChange } from './changes.js';
import { volumeKeys } from './release-model.js';
import type { PlanInput, ServicePlan } from './types.js';
import { runsOn, type HostView } from './view.js';

export interface FindingsInput {
  readonly input: PlanInput;
  readonly desired: Desired;
  readonly changes: readonly ServiceChange[];
  readonly services: readonly ServicePlan[];
  readonly hosts: readonly HostView[];
}

/** What the planner itself noticed, after what it was given; in order of services. */
export function findingsOf(given: FindingsInput): readonly Finding[] {
  const plans = new Map(given.services.map((plan) => [plan.service, plan]));
  const own = given.changes.flatMap((change) => {
    const plan = plans.get(change.name);
    if (!plan || !change.selected) return [];
    return [...ofPlacement(given, change), ...ofStrategy(change, plan), ...ofVolumes(given, change), ...ofClaims(given, change), ...ofHealth(change)];
  });
  return [...given.input.findings, ...own];
}

function ofPlacement({ desired, hosts }: FindingsInput, { wanted }: ServiceChange): readonly Finding[] {
  if (!wanted || wanted.kind === 'external') return [];
  const places = hosts.filter((host) => runsOn(desired, wanted, host.name)).map((host) => host.name);
  const about = { service: wanted.name, location: wanted.location };
  if (places.length === 0)
    return [{ severity: 'error', code: 'SC2101', message: `${wanted.name} has the role ${wanted.role}, which no host has.`, next: [`Give a host the role: environments.${desired.environment}.hosts.<name>.roles: [${wanted.role}]`], ...about }];
  if (wanted.kind !== 'data' || places.length === 1) return [];
  return [{ severity: 'error', code: 'SC2102', message: `${wanted.name} holds data and can run on one host only, but ${places.join(', ')} would run it.`, next: [`Give it a role of its own: services.${wanted.name}.role: data`, 'and that role to one host.'], ...about }];
}

function ofStrategy({ wanted }: ServiceChange, { change, verdict }: ServicePlan): readonly Finding[] {
  if (!wanted || wanted.kind !== 'service') return [];
  const about = { service: wanted.name };
  const against = wanted.strategy === 'rolling' ? blocking(wanted) : [];
  const refused = against.map((obstacle): Finding => ({ severity: 'error', code: 'SC2103', message: `${wanted.name} cannot be rolling: ${obstacle.reason}.`, next: [`Change that, or take services.${wanted.name}.rollout.strategy out.`], ...about, location: obstacle.location }));
  if (verdict.strategy === 'none') return refused;
  const blind: readonly Finding[] = wanted.healthcheck ? [] : [{ severity: 'warning', code: 'SC2104', message: `${wanted.name} has no healthcheck: only that it runs for ${seconds(wanted.settleMs)} tells that it is up.`, next: [`Give it a healthcheck in the Compose file.`], ...about, location: wanted.location }];
  const [first] = verdict.reasons;
  const gap: readonly Finding[] = verdict.promise === 'interrupted' && (change === 'replace' || change === 'scale') ? [{ severity: 'warning', code: 'SC2105', message: `${wanted.name} is interrupted while it is ${change === 'scale' ? 'taken down' : 'replaced'}: ${first?.text ?? 'it stops before it starts again'}.`, ...about, location: first?.location ?? wanted.location }] : [];
  return [...refused, ...blind, ...gap];
}

/** A volume that is known to hold something is not made again, empty, without being told so. */
function ofVolumes({ input, desired, hosts }: FindingsInput, { wanted, hosts: changed }: ServiceChange): readonly Finding[] {
  if (!wanted || input.acceptEmptyVolume.includes(wanted.name)) return [];
  return changed.flatMap(({ host: name, start, keep, stop }) => {
    const host = hosts.find((h) => h.name === name);
    if (!host?.live || start === 0 || keep.length + stop.length > 0) return [];
    const known = knownVolumes(hosts, wanted.name);
    return volumesOf(desired, wanted)
      .filter((volume) => known.has(volume) && !host.volumes.includes(volume))
      .map((volume): Finding => ({
        severity: 'error',
        code: 'SC2106',
        message: `The volume ${volume} of ${wanted.name} is not on ${name}, but ${known.get(volume) ?? ''} had it: it would be made again, empty.`,
        next: [`Bring it back, or run: stagecraft deploy --accept-empty-volume ${wanted.name}`],
        service: wanted.name,
        location: wanted.location,
      }));
  });
}

/** What starts needs a name or port that something has which stays; or, for data under a new name, the volume. Two processes would write to it at once. */
function ofClaims({ desired, changes }: FindingsInput, { wanted, hosts }: ServiceChange): readonly Finding[] {
  if (!wanted) return [];
  const starting = new Set(hosts.filter((here) => here.start > 0 || here.change === 'run').map((here) => here.host));
  const claims = new Set(starting.size === 0 ? [] : claimsOf(desired, wanted));
  if (claims.size === 0) return [];
  return changes
    .filter((other) => other.name !== wanted.name)
    .flatMap((other) => other.hosts.filter((there) => starting.has(there.host)).flatMap((there) => [...[...there.keep, ...there.resume].map((c) => ({ c, idle: false })), ...(there.idle ?? []).map((c) => ({ c, idle: true }))].map((held) => ({ ...held, gone: other.wanted === undefined }))))
    .flatMap(({ c, gone, idle }) => c.claims.filter((claim) => claims.has(claim) && (claim.startsWith('name:') || (!idle && (gone || !claim.startsWith('volume:'))))).map((claim) => ({ claim, by: c.service, gone, name: idle ? c.name : undefined })))
    .map(({ claim, by, gone, name }): Finding => ({
      severity: 'error',
      code: 'SC2109',
      message: `${wanted.name} needs ${claimInWords(claim)}, which ${name === undefined ? '' : 'a stopped container of '}${by} has and keeps${gone ? ': it is not in the Compose file any more, but holds data' : ''}.`,
      next: [name !== undefined ? `docker rm ${name}` : gone ? `If ${wanted.name} is ${by} under a new name: stagecraft deploy --replace ${by}` : `Give ${wanted.name} another one, or let ${by} be replaced too.`],
      service: wanted.name,
      location: wanted.location,
    }));
}

function claimInWords(claim: string): string {
  const [kind, what = ''] = [claim.slice(0, claim.indexOf(':')), claim.slice(claim.indexOf(':') + 1)];
  return kind === 'port' ? `port ${what} of the host` : kind === 'name' ? `the container name ${what}` : `the volume ${what}`;
}

/** Full names of the volumes that the service had by the serving releases, with the release. */
function knownVolumes(hosts: readonly HostView[], service: string): ReadonlyMap<string, string> {
  const entries = hosts.flatMap((host) => {
    const { serving } = host;
    const known = serving?.services.find((s) => s.name === service);
    return serving && known ? volumesOf(serving, known).map((volume) => [volume, host.release ?? ''] as const) : [];
  });
  return new Map(entries);
}

/** Volumes as the engine names them. External ones are somebody else's, and not among those that were looked for. */
function volumesOf(desired: Desired, service: DesiredService): readonly string[] {
  return volumeKeys(service).flatMap((key) => {
    const volume = desired.volumes[key] as { readonly external?: Json } | null | undefined;
    if (volume?.external) return [];
    return [volumeName(desired, key)];
  });
}

function ofHealth({ wanted, hosts }: ServiceChange): readonly Finding[] {
  if (!wanted) return [];
  return hosts.flatMap((here) =>
    here.change !== 'none' ? [] : here.keep.filter((c) => c.status !== 'running' || c.health === 'unhealthy').map((c): Finding => ({ severity: 'warning', code: 'SC2107', message: `${c.name} of ${wanted.name} is ${c.status === 'running' ? 'unhealthy' : c.status}; nothing of it changed, so it is left as it is.`, next: [`stagecraft logs ${wanted.name}`], service: wanted.name })),
  );
}
