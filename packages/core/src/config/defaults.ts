/** What a setting is where nobody says anything. The schema and `config show` tell these. */
export const defaults = {
  compose: 'docker-compose.yml',
  images: 'pull',
  backendProvider: 'generic',
  listenHttp: 80,
  listenHttps: 443,
  singleton: false,
  mode: 'container',
  healthTimeout: '60s',
  settle: '2s',
  drain: '30s',
  onFailure: 'rollback',
  acknowledgeTimeout: '30s',
  maxParallel: '25%',
  unreachableTimeout: '2m',
  witnessRate: 20,
  releases: 10,
} as const;
