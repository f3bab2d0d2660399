/** What an image is known to be, by the last part of its name. */
export interface KnownImage {
  readonly name: string;
  /** `store`: keeps data. `proxy`: leads requests to other services. `web`: answers HTTP. `tool`: answers HTTP, for those who look into things. */
  readonly is: 'store' | 'proxy' | 'web' | 'tool';
}

const stores: Readonly<Record<string, string>> = {
  cassandra: 'Cassandra',
  clickhouse: 'ClickHouse',
  'clickhouse-server': 'ClickHouse',
  couchdb: 'CouchDB',
  elasticsearch: 'Elasticsearch',
  etcd: 'etcd',
  influxdb: 'InfluxDB',
  kafka: 'Kafka',
  mariadb: 'MariaDB',
  meilisearch: 'Meilisearch',
  memcached: 'Memcached',
  minio: 'MinIO',
  mongo: 'MongoDB',
  mysql: 'MySQL',
  mssql: 'SQL Server',
  nats: 'NATS',
  neo4j: 'Neo4j',
  opensearch: 'OpenSearch',
  pgvector: 'PostgreSQL',
  postgis: 'PostgreSQL',
  postgres: 'PostgreSQL',
  postgresql: 'PostgreSQL',
  rabbitmq: 'RabbitMQ',
  redis: 'Redis',
  'redis-stack': 'Redis',
  'redis-stack-server': 'Redis',
  timescaledb: 'PostgreSQL',
  valkey: 'Valkey',
  zookeeper: 'ZooKeeper',
};

const proxies: Readonly<Record<string, string>> = { 'caddy-docker-proxy': 'Caddy', envoy: 'Envoy', haproxy: 'HAProxy', 'nginx-proxy': 'nginx-proxy', 'nginx-proxy-manager': 'Nginx Proxy Manager', traefik: 'Traefik' };

const webs: Readonly<Record<string, string>> = { caddy: 'Caddy', ghost: 'Ghost', gitea: 'Gitea', httpd: 'Apache', joomla: 'Joomla', nextcloud: 'Nextcloud', nginx: 'nginx', 'nginx-unprivileged': 'nginx', wordpress: 'WordPress' };

const tools: Readonly<Record<string, string>> = { adminer: 'Adminer', grafana: 'Grafana', mailhog: 'MailHog', mailpit: 'Mailpit', 'mongo-express': 'mongo-express', pgadmin4: 'pgAdmin', phpmyadmin: 'phpMyAdmin', prometheus: 'Prometheus', 'redis-commander': 'Redis Commander' };

/** `registry.example.com/library/postgres:15@sha256:…` is PostgreSQL. */
export function knownImage(reference: string | undefined): KnownImage | undefined {
  const last = reference?.split('@')[0]?.split('/').at(-1)?.split(':')[0] ?? '';
  for (const [is, names] of [['store', stores], ['proxy', proxies], ['web', webs], ['tool', tools]] as const) {
    const name = Object.hasOwn(names, last) ? names[last] : undefined;
    if (name !== undefined) return { name, is };
  }
  return undefined;
}
