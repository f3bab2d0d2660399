import { compare } from './canonical-json.js';
import { serviceDigest } from './digest.js';
import type { Desired } from './model.js';
import { composeText, servicesOf } from './render.js';

export interface OverlayInput {
  readonly desired: Desired;
  readonly host: string;
  /** Environment by service. */
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly labels: {
    readonly release: string;
    readonly operation: string;
    /** Short hash of the host's state folder. */
    readonly dir: string;
  };
}

/** The second Compose file of a release on a host: values and labels. It holds secrets: 0600, never in a plan, a log or a project. */
export function renderOverlay({ desired, host, values, labels }: OverlayInput): string {
  const services = servicesOf(desired, host).map((service): [string, unknown] => {
    const environment = Object.entries(values[service.name] ?? {}).sort(([a], [b]) => compare(a, b));
    return [
      service.name,
      {
        ...(environment.length === 0 ? {} : { environment: Object.fromEntries(environment) }),
        labels: {
          'stagecraft.digest': serviceDigest(service) ?? 'unknown',
          'stagecraft.dir': labels.dir,
          'stagecraft.env': desired.environment,
          'stagecraft.operation': labels.operation,
          'stagecraft.project': desired.project,
          'stagecraft.release': labels.release,
          'stagecraft.service': service.name,
        },
      },
    ];
  });
  return `# Written by Stagecraft. It holds secrets.\n${composeText({ services: Object.fromEntries(services) })}`;
}
