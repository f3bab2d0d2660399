/** The images that the demo, the tests and CI use, without a registry. */
export const DEFAULT_IMAGES = ['node:20', 'redis:7', 'postgres:15', 'busybox:1.35', 'traefik:v3.7', 'haproxy:2.6'] as const;
