import type { JsonSchema } from '../plugin-api/descriptor.js';
import { defaults } from './defaults.js';
import { durationPattern } from './duration.js';

/**
 * The truth about `stagecraft.yml`, JSON Schema draft-07; `spec/config/stagecraft.schema.json` is made from it.
 * `x-expected` says a constraint in words, for errors and for the reference.
 */
const own = { '^x-': {} };

function section(description: string, properties: Readonly<Record<string, JsonSchema>>, more: JsonSchema = {}): JsonSchema {
  return { type: 'object', description, properties, patternProperties: own, additionalProperties: false, ...more };
}

function named(description: string, names: JsonSchema, value: JsonSchema, more: JsonSchema = {}): JsonSchema {
  return { type: 'object', description, propertyNames: names, patternProperties: own, additionalProperties: value, ...more };
}

function text(description: string, expected: string, pattern: string, more: JsonSchema = {}): JsonSchema {
  return { type: 'string', description, pattern, 'x-expected': expected, ...more };
}

function choice(description: string, values: readonly string[], more: JsonSchema = {}): JsonSchema {
  return { type: 'string', description, enum: values, ...more };
}

function duration(description: string, value: string): JsonSchema {
  return text(description, 'a duration such as 500ms, 10s or 5m', durationPattern, { default: value });
}

function port(description: string, more: JsonSchema = {}): JsonSchema {
  return { type: 'integer', description, minimum: 1, maximum: 65535, 'x-expected': 'a port number from 1 to 65535', ...more };
}

function names(description: string, item: JsonSchema, more: JsonSchema = {}): JsonSchema {
  return { type: 'array', description, items: item, uniqueItems: true, ...more };
}

// Projects and environments name Compose projects and images, which allow less than other identifiers.
const shortName = '^[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?$';
const shortExpected = 'a name such as `shop`: at most 40 lower-case letters, digits, `-` and `_`';
const identifier = '^[a-z0-9][a-z0-9_.-]{0,62}$';
const identifierExpected = 'an identifier: at most 63 lower-case letters, digits, `-`, `_` and `.`';

const identifierNames: JsonSchema = { type: 'string', pattern: `^x-|${identifier}`, 'x-expected': identifierExpected };
const service = text('Name of a Compose service.', identifierExpected, identifier);
const provider = (description: string, more: JsonSchema = {}): JsonSchema => text(description, 'the id of a provider', identifier, more);

const anAddress = 'an IP address or a host name';
const addressPattern = '[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?';
const address6 = '[0-9A-Fa-f:]{2,39}';
const userPattern = '[a-z_][a-z0-9_.-]{0,31}';
const address = text('How the host is reached.', anAddress, `^(?:${addressPattern}|${address6})$`);
const insidePath = text('A path inside the project folder.', 'a relative path that stays inside the project folder', '^(?!/)(?!.*(?:^|/)\\.\\.(?:/|$)).*[^/]$|^\\.$');
const paths = (description: string, more: JsonSchema = {}): JsonSchema => ({
  ...insidePath,
  type: ['string', 'array'],
  description,
  items: insidePath,
  minItems: 1,
  uniqueItems: true,
  'x-expected': 'a relative path that stays inside the project folder, or a list of them',
  ...more,
});

const variableName = '^[A-Za-z_][A-Za-z0-9_]*$';
const registryHost = '(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)(?::[0-9]{1,5})?';

const registries: JsonSchema = {
  type: 'array',
  description: 'Registries that ask who you are. Their values are given with each push and pull, and kept on no host.',
  items: section(
    'One registry.',
    {
      host: text('Its host name, with its port where it has one of its own; `docker.io` for Docker Hub.', 'the host name of a registry, such as registry.example.com or docker.io', `^${registryHost}$`),
      username_env: text('The variable that has the user name.', 'the name of a variable: letters, digits and `_`', variableName),
      password_env: text('The variable that has the password or token: of this process, of the secrets provider, or of an env file.', 'the name of a variable: letters, digits and `_`', variableName),
    },
    { required: ['host', 'username_env', 'password_env'] },
  ),
};

const providerSections: JsonSchema = named('Settings of providers, by id. Only the chosen one is validated, by its own schema.', identifierNames, { type: ['object', 'null'], description: 'Settings of this provider; it publishes their schema.' });

const backend = section('What builds images and runs the application while developing.', {
  provider: provider('Which provider builds.', { default: defaults.backendProvider }),
  services: names('Compose services that run the image it builds; default: those with `build:`.', service, { minItems: 1 }),
  providers: providerSections,
});

const secretName = text('Name of a secret.', 'the name of a variable: letters, digits and `_`', variableName);

const serviceSection: JsonSchema = section(
  'What Compose cannot say about one of its services.',
  {
    role: text('It runs on the hosts that have this role.', identifierExpected, identifier, { default: 'app' }),
    replicas: { type: 'integer', description: 'Containers on each host; default: what Compose says.', minimum: 0, maximum: 1000, 'x-expected': 'a whole number from 0 to 1000' },
    singleton: { type: 'boolean', description: 'Never two at once: the old one stops before the new one starts.', default: defaults.singleton },
    data: { type: 'boolean', description: 'Holds what must not be lost: a deploy never replaces it. Default: it has a writable volume and its image is not built here.' },
    secrets: names('Which of `secrets.names` its containers may get. Default: all of them.', secretName),
    mode: choice('How the service is run.', ['container'], { default: defaults.mode }),
    rollout: section('How a change of the service is brought to its hosts.', {
      strategy: choice('Default: `rolling` where nothing speaks against it.', ['rolling', 'recreate']),
      health_timeout: duration('How long a new container may take to become healthy.', defaults.healthTimeout),
      settle: duration('How long a container without a healthcheck must run and listen.', defaults.settle),
      drain: duration('How long open requests on the old container may take.', defaults.drain),
    }),
  },
  { type: ['object', 'null'] },
);

const services = named('Per Compose service, what Compose cannot say.', identifierNames, serviceSection);

const routes: JsonSchema = {
  type: 'array',
  description: 'Public addresses and the services behind them; a proxy on the host carries them out.',
  items: section(
    'One route.',
    {
      host: text('Host name; absent: every host name.', 'a host name such as shop.example.com', '^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$'),
      path: text('Path prefix, matched on whole segments.', 'a path that begins with `/`, such as /api', '^(?!.*//)(?:/[A-Za-z0-9._~%+,;=:@!-]*){1,32}$', { default: '/' }),
      service,
      port: port('Port inside the container.'),
      tls: choice('Certificates.', ['off'], { default: 'off' }),
    },
    { required: ['service', 'port'] },
  ),
};

const proxy = section('What carries the routes out. Without routes there is none.', {
  provider: provider('Which proxy. Default: the one that Stagecraft brings for it.'),
  listen: section('Ports of the host that it listens on.', {
    http: port('Plain HTTP.', { default: defaults.listenHttp }),
    https: port('HTTPS.', { default: defaults.listenHttps }),
  }),
  providers: providerSections,
});

const secrets = section('What must never be shown: where its values are, and their names.', {
  provider: provider('Which provider keeps the values. Without one they come from the variables of the environment.'),
  providers: providerSections,
  names: names('Variables that are secret. Containers get those that their Compose section names, in `environment`; everywhere else they are refused.', secretName),
});

const rollout = section('How a release is brought to an environment.', {
  on_failure: choice('What happens to the hosts that were changed when one fails.', ['rollback'], { default: defaults.onFailure }),
  acknowledge_timeout: duration('How long the proxy may take to acknowledge a change of its routes.', defaults.acknowledgeTimeout),
  max_parallel: {
    type: ['integer', 'string'],
    description: 'Hosts at a time, after the first one.',
    minimum: 1,
    pattern: '^(?:100|[1-9][0-9]?)%$',
    default: defaults.maxParallel,
    'x-expected': 'a number of hosts, or a percentage such as 25%',
  },
  witness: section(
    'Asks a public address while a release is rolled out, and tells every request that is lost.',
    {
      url: text('What it asks.', 'an address such as https://shop.example.com/health', '^https?://[^\\s/]+(?:/\\S*)?$'),
      rate: { type: 'integer', description: 'Requests a second.', minimum: 1, maximum: 500, default: defaults.witnessRate, 'x-expected': 'a whole number from 1 to 500' },
      budget: { type: 'integer', description: 'More lost requests than this take the release back. Without it they are told, and no more.', minimum: 0, maximum: 1_000_000, 'x-expected': 'a whole number' },
    },
    { required: ['url'] },
  ),
  unreachable_timeout: duration('How long a host whose connection broke is waited for before it counts as failed.', defaults.unreachableTimeout),
});

const hosts: JsonSchema = {
  type: ['object', 'array'],
  description: 'The hosts of this environment: a map by name, or a list of `user@address`. None: this machine.',
  minProperties: 1,
  minItems: 1,
  uniqueItems: true,
  'x-expected': 'a map of hosts by name, or a list of user@address',
  items: text('User and address of a host.', '`user@address`, such as deploy@203.0.113.10', `^(?:${userPattern}@)?(?:${addressPattern}|\\[${address6}\\])$`),
  propertyNames: identifierNames,
  patternProperties: own,
  additionalProperties: section(
    'One host.',
    {
      address,
      private_address: { ...address, description: 'How the other hosts reach it.' },
      user: text('User to log in as.', 'the name of a user', `^${userPattern}$`),
      roles: names('What runs here: services whose `role` is one of these; `app` always is. Without it the only host has every role.', text('A role.', identifierExpected, identifier)),
      host_key: text('The public key that the host must show.', 'a public key such as `ssh-ed25519 AAAA…`', '^(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521)|sk-ssh-ed25519@openssh\\.com|sk-ecdsa-sha2-nistp256@openssh\\.com) [A-Za-z0-9+/]{40,2000}={0,2}(?: [^\\r\\n]*)?$'),
    },
    { required: ['address'] },
  ),
};

const environment = section(
  'One environment.',
  {
    driver: choice('How hosts are reached. Default: `ssh` where there are hosts, else `local`.', ['local', 'ssh']),
    compose_project: text('Compose project; default: `<project>-<environment>`.', 'a Compose project name: lower-case letters, digits, `-` and `_`', '^[a-z0-9][a-z0-9_-]{0,62}$'),
    profiles: names('Compose profiles that are on here.', text('A profile.', 'the name of a profile', '^[a-zA-Z0-9][a-zA-Z0-9_.-]*$')),
    hosts,
    env_file: paths('Files with variables for this environment, over the project’s `.env`.'),
    env: {
      type: 'object',
      description: 'Variables for this environment, over those of the files.',
      propertyNames: { type: 'string', pattern: '^x-|^[A-Za-z_][A-Za-z0-9_]*$', 'x-expected': 'the name of a variable: letters, digits and `_`' },
      patternProperties: own,
      additionalProperties: { type: ['string', 'number', 'boolean'], description: 'The value.', 'x-expected': 'text' },
    },
    services: { ...services, description: 'Laid over the top level’s `services`, key by key.' },
    routes: { ...routes, description: 'In place of the top level’s `routes`.' },
    rollout: { ...rollout, description: 'Laid over the top level’s `rollout`.' },
    proxy: { ...proxy, description: 'Laid over the top level’s `proxy`.' },
    secrets: { ...secrets, description: 'Laid over the top level’s `secrets`.' },
  },
  { type: ['object', 'null'] },
);

/** The newest `version:` that this Stagecraft reads. */
export const configVersion = 1;

export const configSchema: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'stagecraft.yml',
  ...section(
    'What Stagecraft needs to know beside the Compose file.',
    {
      version: { type: 'integer', description: 'Version of this file.', const: configVersion },
      project: section(
        'The project.',
        {
          name: text('Names images, containers and folders on hosts.', shortExpected, shortName),
          compose: paths('The Compose file, or several, merged as Compose merges. Default: the first of docker-compose.yml, docker-compose.yaml, compose.yml and compose.yaml that is there.', { default: defaults.compose }),
          registry: text('Where images that are built are pushed, and hosts pull them from. Without it they are brought to hosts over SSH.', 'a registry and a path, such as registry.example.com/shop', `^${registryHost}(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*){0,8}$`),
          images: choice('Third-party images: `pull`, hosts pull them.', ['pull'], { default: defaults.images }),
        },
        { required: ['name'] },
      ),
      backend,
      backends: named('Several backends, by name; in place of `backend`.', identifierNames, backend, { minProperties: 1 }),
      services,
      routes,
      proxy,
      rollout,
      secrets,
      registries,
      retention: section('What is kept.', { releases: { type: 'integer', description: 'Releases that are kept on each host.', minimum: 1, maximum: 1000, default: defaults.releases, 'x-expected': 'a whole number from 1 to 1000' } }),
      environments: named('Where it runs. Keys here win over the same keys at the top level.', { type: 'string', pattern: `^x-|${shortName}`, 'x-expected': shortExpected }, environment, { minProperties: 1 }),
    },
    { required: ['version', 'project', 'environments'] },
  ),
};
