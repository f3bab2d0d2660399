/** A routed service, a worker and a job that change with `greeting`, and a data service that does not: every kind of step, in some seconds. */
export function application(greeting: string): Readonly<Record<string, string>> {
  const small = (name: string, command: string, more: readonly string[] = []): string => [`  ${name}:`, '    image: busybox:1.35', `    command: [sh, -c, ${JSON.stringify(command)}]`, '    init: true', '    stop_grace_period: 2s', ...more.map((line) => `    ${line}`), ''].join('\n');
  const env = `environment: { GREETING: "${greeting}" }`;
  const healthy = 'healthcheck: { test: [CMD, "true"], interval: 200ms }';
  return {
    'docker-compose.yml': [
      'services:\n',
      small('web', 'mkdir -p /www && echo $$GREETING >/www/index.html && exec httpd -f -p 3000 -h /www', [env, 'healthcheck: { test: [CMD, wget, -qO-, "http://127.0.0.1:3000/"], interval: 200ms, retries: 50 }', 'depends_on: { job: { condition: service_completed_successfully } }']),
      small('worker', 'exec sleep 3600', [env, healthy]),
      small('job', 'echo $$GREETING', [env]),
      small('store', 'exec sleep 3600', [healthy, 'volumes: [store:/data]']),
      'volumes: { store: {} }\n',
    ].join(''),
  };
}

export function routedConfig(project: string, proxy: string, port: number): Readonly<Record<string, string>> {
  return { 'stagecraft.yml': `version: 1\nproject: { name: ${project} }\nenvironments:\n  prod: { driver: local }\nroutes: [{ service: web, port: 3000 }]\nproxy: { provider: ${proxy}, listen: { http: ${port}, https: ${port + 1} } }\n` };
}
