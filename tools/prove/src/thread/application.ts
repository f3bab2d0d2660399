/** A stack of five services without a proxy: web, api, worker, cache and a Postgres with a volume. */
export function fiveServices(choice: { readonly postgres?: string; readonly greeting?: string } = {}): Readonly<Record<string, string>> {
  const sleeper = (name: string, extra = ''): string => `  ${name}:\n    image: busybox:1.35\n    command: [sleep, "3600"]\n    init: true\n    stop_grace_period: 2s\n    healthcheck: { test: [CMD, "true"], interval: 1s }\n${extra}`;
  return {
    'docker-compose.yml': [
      'services:',
      sleeper('web', '    depends_on: [api]\n'),
      sleeper('api', `    environment: { GREETING: "${choice.greeting ?? 'hello'}" }\n`),
      sleeper('worker'),
      '  cache:\n    image: redis:7\n    healthcheck: { test: [CMD, redis-cli, ping], interval: 1s }\n    volumes: [cache:/data]\n',
      `  db:\n    image: ${choice.postgres ?? 'postgres:15'}\n    environment: { POSTGRES_PASSWORD: pw }\n    volumes: [db:/var/lib/postgresql/data]\n    healthcheck: { test: [CMD, pg_isready, -h, 127.0.0.1, -U, postgres], interval: 1s, retries: 30 }\n`,
      'volumes: { cache: {}, db: {} }',
      '',
    ].join('\n'),
  };
}

export function localConfig(project: string, more = ''): Readonly<Record<string, string>> {
  return { 'stagecraft.yml': `version: 1\nproject: { name: ${project} }\nenvironments:\n  prod: { driver: local }\n${more}` };
}
