import type { JsonSchema } from '@stagecraft/core/plugin-api';

/** `proxy.providers.haproxy` of `stagecraft.yml`, defaults applied. */
export interface Config {
  readonly image: string;
  /** Connections of all kinds at once. */
  readonly max_connections: number;
  /** Places for containers a service and port has; more are made by a reload. */
  readonly slots: number;
  /** How long a client may say nothing in a request, and a container in an answer. */
  readonly timeout: string;
  /** How long a connection that was upgraded (a websocket) may be silent. */
  readonly tunnel_timeout: string;
  /** How long connections may live on in the worker that a reload replaced. */
  readonly hard_stop_after: string;
  readonly access_log: boolean;
  /** Addresses or CIDR blocks whose `X-Forwarded-*` headers are believed, as those of a CDN. */
  readonly trusted_ips: readonly string[];
}

const duration = { type: 'string', pattern: '^[1-9][0-9]*(ms|s|m|h)$' };

export const configSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    image: { type: 'string', minLength: 1, default: 'haproxy:2.6', description: 'Image of the proxy; HAProxy 2.6 or later.' },
    max_connections: { type: 'integer', minimum: 100, maximum: 1_000_000, default: 20_000, description: 'Connections of all kinds at once.' },
    slots: { type: 'integer', minimum: 2, maximum: 200, default: 10, description: 'Places for containers a service has; more are made by a reload.' },
    timeout: { ...duration, default: '60s', description: 'How long a client or a container may say nothing.' },
    tunnel_timeout: { ...duration, default: '1h', description: 'How long an upgraded connection may be silent.' },
    hard_stop_after: { ...duration, default: '15m', description: 'How long connections may live on in the worker that a reload replaced.' },
    access_log: { type: 'boolean', default: false, description: 'Write a line for every request to the log of the proxy.' },
    trusted_ips: {
      type: 'array',
      items: { type: 'string', pattern: '^[0-9a-fA-F:.]+(/[0-9]{1,3})?$' },
      default: [],
      description: 'Addresses or CIDR blocks whose X-Forwarded-* headers are believed.',
    },
  },
};
