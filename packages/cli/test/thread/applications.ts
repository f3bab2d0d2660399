/** `stagecraft.yml` of one local environment. */
export function config(project: string, more = ''): Readonly<Record<string, string>> {
  return { 'stagecraft.yml': `version: 1\nproject: { name: ${project} }\nenvironments:\n  prod: { driver: local }\n${more}` };
}

/** A service that sleeps, healthy at once; `lines` are added to it. */
export function sleeper(name: string, lines: readonly string[] = []): string {
  return [`  ${name}:`, '    image: busybox:1.35', '    command: [sleep, "3600"]', '    init: true', '    stop_grace_period: 1s', ...lines.map((line) => `    ${line}`), ''].join('\n');
}

export const healthy = 'healthcheck: { test: [CMD, "true"], interval: 200ms }';

export function compose(...services: readonly string[]): Readonly<Record<string, string>> {
  return { 'docker-compose.yml': `services:\n${services.join('')}` };
}
