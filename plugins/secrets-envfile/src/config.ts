import type { JsonSchema, SecretsScope } from '@stagecraft/core/plugin-api';

/** The section `secrets.providers.envfile`. */
export interface EnvfileConfig {
  /** Path in the project folder; `{env}` is the name of the environment. */
  readonly file: string;
}

export const configSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    file: {
      type: 'string',
      default: '.env.{env}.secrets',
      pattern: '^(?!/)(?!.*(?:^|/)\\.\\.(?:/|$)).*[^/]$',
      'x-expected': 'a relative path that stays inside the project folder',
      description: 'The file, in the project folder; `{env}` is the name of the environment',
    },
  },
};

/** The file of a scope. */
export function fileOf(config: EnvfileConfig, scope: Pick<SecretsScope, 'environment'>): string {
  return config.file.replaceAll('{env}', scope.environment);
}
