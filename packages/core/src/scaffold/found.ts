import { buildText } from './config-text.js';
import type { Facts } from './facts.js';
import type { Proposal, ProposedService } from './propose.js';

/** What a look at the project found, each a sentence. */
export function foundLines(facts: Facts, proposal: Proposal): readonly string[] {
  const used = new Set(proposal.services.flatMap((service) => service.build?.found?.path ?? []));
  const unused = facts.dockerfiles.filter((file) => !used.has(file.path));
  return [
    `${facts.compose.join(' and ')}: ${proposal.services.length} ${proposal.services.length === 1 ? 'service' : 'services'}`,
    ...proposal.services.map((service) => `${service.name}: ${serviceText(service)}`),
    ...facts.left.map(({ path, why }) => `${path}: left out; ${why}`),
    ...(unused.length > 0 ? [`${unused.map((file) => file.path).join(', ')}: no service builds ${unused.length === 1 ? 'it' : 'them'}`] : []),
    ...facts.migrations.map(({ path, tool }) => `${path}: migrations (${tool})`),
  ];
}

function serviceText(service: ProposedService): string {
  const { build, image, known, job, ports, volumes, healthcheck, profiles } = service;
  return [
    build !== undefined ? `built from ${buildText(service)}` : known !== undefined ? `${known.name} (${image ?? ''})` : (image ?? 'no image'),
    ...(job ? ['a job'] : []),
    ...(ports.length > 0 ? [`publishes ${ports.map((port) => (port.published === undefined || port.published === String(port.target) ? String(port.target) : `${port.target} as ${port.published}`)).join(', ')}`] : []),
    ...(build !== undefined && ports.length === 0 && build.found !== undefined && build.found.exposes.length > 0 ? [`listens on ${build.found.exposes.join(', ')}`] : []),
    ...(volumes.length > 0 ? [`data in ${volumes.join(', ')}`] : []),
    ...(healthcheck === 'compose' || healthcheck === 'image' ? ['health check'] : []),
    ...(profiles.length > 0 ? [`profile ${profiles.join(', ')}`] : []),
  ].join('; ');
}
