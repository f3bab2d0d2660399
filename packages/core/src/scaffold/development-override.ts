import { members } from '../compose/canonical.js';
import type { ComposeModel } from '../compose/model.js';
import { placeOfMount } from '../compose/places.js';
import { writeYaml } from '../compose/write-yaml.js';
import type { Finding } from '../plugin-api/failure.js';
import { place } from './config-text.js';

/** A Compose file that takes out what only development needs, laid over the project's own. */
export const developmentOverride = 'docker-compose.stagecraft.yml';

/** Code of a mount that lays the project over the image's working folder. */
const code = 'SC1430';

/**
 * Lines for `docker-compose.stagecraft.yml`: each service's volumes without those mounts that a plan refuses, and without those inside them.
 * Undefined where the plan refuses none.
 */
export function overrideText(model: ComposeModel, findings: readonly Finding[]): string | undefined {
  const refused = findings.filter((finding) => finding.code === code);
  const names = [...new Set(refused.flatMap((finding) => finding.service ?? []))].sort();
  if (names.length === 0) return undefined;
  const services = names.map((name) => {
    const mounts = members(model.services[name]?.definition.volumes);
    const out = mounts.map((mount) => String(mount.target)).filter((target) => refused.some((finding) => finding.location !== undefined && place(finding.location) === place(placeOfMount(model, name, target))));
    const kept = mounts.filter((mount) => !out.some((target) => mount.target === target || String(mount.target).startsWith(`${target.replace(/\/$/, '')}/`)));
    const list = kept.length === 0 ? '    volumes: !reset []\n' : `    volumes: !override\n${writeYaml(kept).replace(/^/gm, '      ').trimEnd()}\n`;
    return `  ${name}:\n    # Without ${out.join(', ')}: there the project lies over what the image holds.\n${list}`;
  });
  return [
    '# Written by `stagecraft init`. Some mounts are for development: they would hide what a release brings. This file, laid over the Compose',
    '# file by stagecraft.yml, takes them out. The other way round is as good: move them into docker-compose.override.yml, which',
    '# `docker compose up` reads by itself and a deploy does not, and remove this file.',
    ...(services.some((text) => text.includes('!override')) ? ['# (`!override` needs Docker Compose 2.24.4 or later.)'] : []),
    'services:',
    services.join('').trimEnd(),
    '',
  ].join('\n');
}
