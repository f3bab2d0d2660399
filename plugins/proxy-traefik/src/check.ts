import type { ComposeGlance, Finding } from '@stagecraft/core/plugin-api';

/**
 * Warns of a Compose file's own `traefik.*` labels. Nobody reads them here; and where a Traefik does that reads labels, old and new containers
 * with different labels for one router, service or middleware make it drop that route for as long as both are there (measured).
 */
export function check(compose: ComposeGlance): readonly Finding[] {
  return compose.services.flatMap((service) => {
    const [first, ...more] = Object.keys(service.labels).filter((label) => /^traefik\./i.test(label)).sort();
    if (first === undefined) return [];
    const others = more.length === 0 ? '' : ` and ${more.length} more`;
    return [
      {
        severity: 'warning' as const,
        code: 'traefik/label-trap',
        message: `Service ${service.name} has the label ${first}${others}: Stagecraft's proxy reads no labels, and a Traefik that does drops the route while old and new containers differ in them.`,
        next: ['Write the route under `routes` in stagecraft.yml and take the traefik.* labels out of the Compose file.'],
        location: service.labelLocations[first] ?? service.location,
        service: service.name,
      },
    ];
  });
}
