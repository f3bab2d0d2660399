import type { Canary } from './canary-forms.js';
import { forms, labelsOf, type Baits } from './canary-baits.js';

export type Canaries = Readonly<Record<'provider' | 'url' | 'file' | 'plainFile' | 'entry' | 'build' | 'process' | 'environment' | 'service' | 'argument', Canary>>;

/** A project that uses secrets in every way that there is, and has baits beside them. */
export function application(project: string, canaries: Canaries, baits: Baits): Readonly<Record<string, string>> {
  return {
    Dockerfile: 'FROM busybox:1.35\nARG BUILD_TOKEN\nRUN --mount=type=secret,id=npm cat /run/secrets/npm && test -n "$BUILD_TOKEN" && echo "$BUILD_TOKEN"\n',
    '.dockerignore': '*\n',
    '.env': `API_TOKEN='${canaries.environment.value}'\nBUILD_TOKEN='${canaries.argument.value}'\nENTRY_TOKEN='${canaries.entry.value}'\n`,
    'own.env': `MAIL_PASSWORD='${canaries.service.value}'\n`,
    'plain.key': `${canaries.plainFile.value}\n`,
    '.env.prod.secrets': secretsFile(canaries),
    'docker-compose.yml': compose(baits),
    'stagecraft.yml': `version: 1
project: { name: ${project} }
environments: { prod: { driver: local } }
services:
  quiet: { secrets: [SESSION_KEY], rollout: { settle: 500ms } }
secrets:
  provider: envfile
  names: [SESSION_KEY, DB_PASSWORD, KEYFILE, NPM_SECRET, PROCESS_SECRET]
`,
  };
}

export function secretsFile({ provider, url, file, build }: Pick<Canaries, 'provider' | 'url' | 'file' | 'build'>): string {
  return `# of prod\nSESSION_KEY='${provider.value}'\nDB_PASSWORD='${url.value}'\nKEYFILE='${file.value}'\nNPM_SECRET='${build.value}'\n`;
}

const idles = '    command: [sh, -c, "touch /tmp/ready; exec sleep 3600"]\n';

/** @param web lines of the service `web`. */
export function compose(baits: Baits, web = idles): string {
  return `services:
  web:
    build: { context: ., args: { BUILD_TOKEN: }, secrets: [npm], labels: ${labelsOf(baits)} }
    init: true
    stop_grace_period: 1s
    env_file: [own.env]
    secrets: [keyfile, plain, entry]
    configs: [{ source: conf, target: /conf }]
    environment:
      SESSION_KEY:
      URL: pg://app:\${DB_PASSWORD}@db
      PROCESS_SECRET:
      API_TOKEN: \${API_TOKEN}
    healthcheck: { test: [CMD, test, -f, /tmp/ready], interval: 300ms, retries: 200 }
${web.includes('command') ? web : idles + web}  quiet:
    image: busybox:1.35
    init: true
    stop_grace_period: 1s
    command: [sleep, "3600"]
    labels: ${labelsOf(baits)}
    environment: { SESSION_KEY: }
secrets:
  keyfile: { environment: KEYFILE }
  plain: { file: ./plain.key }
  entry: { environment: ENTRY_TOKEN }
  npm: { environment: NPM_SECRET }
configs:
  conf: { content: "key is \${SESSION_KEY} here" }
`;
}

/** Each value that the container has: raw, in two pieces on one line, and in every encoding. Then the baits, each in its form; and then what `end` says. */
export function talks(baits: Baits, end: string): string {
  const told = forms.flatMap((form) => baits[form].told.map((piece) => `        printf '%s\\n' '${piece}'`));
  return `    command:
      - sh
      - -c
      - |
        for v in "$$SESSION_KEY" "$$URL" "$$PROCESS_SECRET" "$$API_TOKEN" "$$MAIL_PASSWORD" "$$(cat /run/secrets/keyfile)" "$$(cat /run/secrets/plain)" "$$(cat /run/secrets/entry)" "$$(cat /conf)"; do
          echo "told: $$v"
          printf %.9s "$$v"; sleep 0.1; printf '%s\\n' "$$v" | cut -c10-
          printf %s "$$v" | base64 -w 0; echo
          printf %s "$$v" | od -An -v -tx1 | tr -d ' \\n'; echo
          printf %s "$$v" | sed 's/%/%25/g; s/ /%20/g; s/"/%22/g; s/&/%26/g; s/+/%2B/g; s,/,%2F,g'; echo
          printf %s "$$v" | sed 's/"/\\\\"/g'; echo
        done
${told.join('\n')}
        ${end}
`;
}
