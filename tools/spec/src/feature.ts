/** One row of spec/features.yaml. */
export interface Feature {
  readonly id: string;
  readonly domain: string;
  readonly title: string;
  readonly status: Status;
  /** IDs that must hold before this one can. */
  readonly depends_on: readonly string[];
  /** Path of the spec, from `wip` on: `spec/<domain>/<ID>.md`. */
  readonly spec?: string;
  /** Paths of the test files that name the ID, sorted. */
  readonly tests: readonly string[];
}

export const statuses = ['todo', 'wip', 'done'] as const;
export type Status = (typeof statuses)[number];

/** Folder under spec/ and heading in the overview, in this order. */
export const domains: Readonly<Record<string, string>> = {
  governance: 'Governance and overview',
  core: 'Core',
  cli: 'Commands',
  deploy: 'Deploy',
  dev: 'Dev',
  drivers: 'Drivers',
  infra: 'Infra',
  migrations: 'Migrations',
  providers: 'Providers',
  beyond: 'Beyond the list',
};

export const featuresSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['features'],
  properties: {
    features: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'domain', 'title', 'status', 'depends_on', 'tests'],
        properties: {
          id: { type: 'string', pattern: '^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$' },
          domain: { enum: Object.keys(domains) },
          title: { type: 'string', minLength: 3, maxLength: 80 },
          status: { enum: statuses },
          depends_on: { type: 'array', uniqueItems: true, items: { type: 'string' } },
          spec: { type: 'string' },
          tests: { type: 'array', uniqueItems: true, items: { type: 'string' } },
        },
      },
    },
  },
} as const;

/** Frontmatter of a spec. Status is not in it: features.yaml alone has it. */
export interface SpecHead {
  readonly id: string;
  readonly title: string;
  /** For a spec of commands: id as typed, without the binary. */
  readonly commands?: Readonly<Record<string, CommandSpec>>;
  /** Flags of every command; in one spec only. */
  readonly global_flags?: readonly string[];
}

export interface CommandSpec {
  /** Long names of the command's own flags, sorted. */
  readonly flags: readonly string[];
  /** Sorted. */
  readonly exit_codes: readonly number[];
}

const names = { type: 'array', uniqueItems: true, items: { type: 'string', pattern: '^[a-z][a-z-]*$' } } as const;

export const specHeadSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'title'],
  properties: {
    id: { type: 'string' },
    title: { type: 'string' },
    commands: {
      type: 'object',
      minProperties: 1,
      propertyNames: { pattern: '^[a-z][a-z-]*( [a-z][a-z-]*)*$' },
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['flags', 'exit_codes'],
        properties: { flags: names, exit_codes: { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'integer', minimum: 0, maximum: 255 } } },
      },
    },
    global_flags: names,
  },
} as const;

/** Headings that a spec must have. */
export const requiredSections = ['What must hold', 'How it is tested'] as const;
