import type { JsonSchema } from '@stagecraft/core/plugin-api';

/** `proxy.providers.traefik` of `stagecraft.yml`, defaults applied. */
export interface Config {
  readonly image: string;
  readonly log_level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  readonly access_log: boolean;
  /** How long an unused connection to a container is kept; short, so that a drained container is soon without one. */
  readonly idle_timeout: string;
  /** Addresses or CIDR blocks whose `X-Forwarded-*` headers are believed, as those of a CDN. */
  readonly trusted_ips: readonly string[];
}

const duration = { type: 'string', pattern: '^[1-9][0-9]*(ms|s|m)$' };

export const configSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    image: { type: 'string', minLength: 1, default: 'traefik:v3.7', description: 'Image of the proxy; Traefik 3.1 or later.' },
    log_level: { type: 'string', enum: ['DEBUG', 'INFO', 'WARN', 'ERROR'], default: 'ERROR', description: "Level of Traefik's own log." },
    access_log: { type: 'boolean', default: false, description: 'Write a line for every request to the log of the proxy.' },
    idle_timeout: { ...duration, default: '1s', description: 'How long an unused connection to a container is kept.' },
    trusted_ips: {
      type: 'array',
      items: { type: 'string', pattern: '^[0-9a-fA-F:.]+(/[0-9]{1,3})?$' },
      default: [],
      description: 'Addresses or CIDR blocks whose X-Forwarded-* headers are believed.',
    },
  },
};
