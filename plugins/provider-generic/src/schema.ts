import type { JsonSchema } from '@stagecraft/core/plugin-api';

/** The section `backend.providers.generic`. What is absent comes from Compose's own `build:`. */
export interface GenericConfig {
  readonly build?: {
    readonly context?: string;
    readonly dockerfile?: string;
    readonly target?: string;
    readonly args?: Readonly<Record<string, string>>;
  };
}

export const configSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    build: {
      type: 'object',
      additionalProperties: false,
      description: 'Laid over the `build:` of the Compose service',
      properties: {
        context: { type: 'string', description: 'Build context, relative to the project folder' },
        dockerfile: { type: 'string', description: 'Relative to the context' },
        target: { type: 'string', description: 'Stage of the Dockerfile to build' },
        args: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] }, description: 'Build arguments; never put a secret here: they stay in the image' },
      },
    },
  },
};
