import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import { members } from './canonical.js';
import type { Path } from './canonical-values.js';
import type { ComposeModel, ComposeService, Json } from './model.js';
import { placeOfMount, placeOfPort } from './places.js';

/**
 * What Compose itself may let pass and an engine would refuse when the container is made: told at its line, before anything is built or pulled.
 * By whichever reader the model came.
 */
export function flaws(model: ComposeModel): readonly Finding[] {
  if (Object.keys(model.services).length === 0) return [{ severity: 'error', code: 'SC1303', message: '`services` names no service', next: ['write `services: { web: { image: IMAGE } }`'], location: model.locate(['services']) }];
  return Object.values(model.services).flatMap((service) => flawsOf(model, service));
}

function flawsOf(model: ComposeModel, service: ComposeService): readonly Finding[] {
  const { name, definition } = service;
  const findings: Finding[] = [];
  const add = (path: Path, message: string, next: string, location: Location = model.locate(['services', name, ...path])): void => void findings.push({ severity: 'error', code: 'SC1314', message, next: [next], location, service: name });

  if (service.image !== undefined && !isReference(service.image)) add(['image'], `${name} has the image ${shown(service.image)}, which cannot be the name of one`, 'write `[registry/]name[:tag]`, the name in lower case');
  for (const port of members(definition.ports)) portFlaws(port, (message, next) => add(['ports'], `${name} ${message}`, next, typeof port.published === 'string' ? placeOfPort(model, name, port.published) : undefined));
  for (const [index, one] of texts(definition.expose).entries()) if (!/^\d{1,5}(?:-\d{1,5})?(?:\/(?:tcp|udp|sctp))?$/.test(one)) add(['expose', index], `${name} exposes ${shown(one)}, which is no port`, 'write a number, such as "3000"');
  if (typeof definition.restart === 'string' && !/^(?:no|always|unless-stopped|on-failure(?::\d{1,9})?)$/.test(definition.restart)) add(['restart'], `${name} has \`restart: ${definition.restart}\`, which is no restart policy`, 'write `no`, `always`, `unless-stopped`, `on-failure` or `on-failure:3`');
  if (typeof definition.container_name === 'string' && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(definition.container_name)) add(['container_name'], `${name} has the \`container_name\` ${shown(definition.container_name)}, which no container can have`, 'use letters, digits, `_`, `.` and `-`, at least two, a letter or digit first');
  for (const mount of members(definition.volumes)) mountFlaws(mount, (message, next) => add(['volumes'], `${name} ${message}`, next, placeOfMount(model, name, String(mount.target))));
  if ((service.replicas ?? 1) > mostReplicas) add(['deploy', 'replicas'], `${name} has ${service.replicas} replicas; ${mostReplicas} is the most on one host`, 'give it fewer');
  for (const [variable, value] of Object.entries(service.environment)) {
    // eslint-disable-next-line no-control-regex
    if (variable === '' || /[=\u0000-\u001f]/.test(variable)) add(['environment'], `${name} has a variable with the name ${shown(variable)}`, 'a name is not empty, and has no `=` and no control character');
    else if (value.includes('\u0000')) add(['environment', variable], `the variable \`${variable}\` of ${name} holds a NUL, which no variable can`, 'take it out');
  }
  return findings;
}

const mostReplicas = 1000;

function portFlaws(port: Readonly<Record<string, Json>>, add: (message: string, next: string) => void): void {
  const target = Number(port.target);
  if (!isPort(target)) add(`names the port ${target} of its container`, 'a port is a number from 1 to 65535');
  const ends = typeof port.published === 'string' ? port.published.split('-').map(Number) : [];
  if (!ends.every(isPort)) add(`publishes the port ${String(port.published)}`, 'a port is a number from 1 to 65535');
  else if (ends.length === 2 && (ends[0] as number) > (ends[1] as number)) add(`publishes the ports ${String(port.published)}, which run backwards`, 'write the smaller one first');
  if (!['tcp', 'udp', 'sctp'].includes(String(port.protocol ?? 'tcp'))) add(`publishes a port by the protocol ${shown(String(port.protocol))}`, 'write tcp, udp or sctp');
  if (typeof port.host_ip === 'string' && !isAddress(port.host_ip)) add(`publishes a port on ${shown(port.host_ip)}, which is no IP address`, 'write an address of the host, such as 127.0.0.1');
}

const mountTypes = ['bind', 'cluster', 'image', 'npipe', 'tmpfs', 'volume'];

function mountFlaws(mount: Readonly<Record<string, Json>>, add: (message: string, next: string) => void): void {
  const target = String(mount.target);
  if (!target.startsWith('/')) add(`mounts something at ${shown(target)}, which is no absolute path`, 'write the path in the container with a slash in front');
  if (!mountTypes.includes(String(mount.type))) add(`has a mount of the type ${shown(String(mount.type))}`, 'write `bind`, `volume` or `tmpfs`');
}

const registry = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?';
const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const reference = new RegExp(`^(?:${registry}/)?${part}(?:/${part})*(?::\\w[\\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`);

/** By the grammar of the distribution project, which engines and registries follow. */
export function isReference(image: string): boolean {
  return image.length <= 512 && (reference.test(image) || /^sha256:[0-9a-f]{64}$/.test(image));
}

function isPort(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= 65_535;
}

export function isAddress(text: string): boolean {
  const four = text.split('.');
  return text.includes(':') ? /^[0-9a-fA-F:.%\w]+$/.test(text) : four.length === 4 && four.every((byte) => /^\d{1,3}$/.test(byte) && Number(byte) < 256);
}

function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly Json[]).map(String) : [];
}

/** In quotes, control characters as escapes, shortened. */
function shown(text: string): string {
  return JSON.stringify(text.length > 48 ? `${text.slice(0, 47)}…` : text);
}
