import { Flags } from '@oclif/core';

/** The same on every command. Precedence: flag, then the variable named here, then the config, then the default. */
export const globalFlags = {
  env: Flags.string({ char: 'e', env: 'STAGECRAFT_ENV', helpGroup: 'GLOBAL', helpValue: 'NAME', summary: 'Environment; not needed where there is only one.' }),
  config: Flags.string({ char: 'c', env: 'STAGECRAFT_CONFIG', helpGroup: 'GLOBAL', helpValue: 'FILE', summary: 'Config file; default: stagecraft.yml here or in the nearest folder above.' }),
  verbose: Flags.boolean({ char: 'v', env: 'STAGECRAFT_VERBOSE', helpGroup: 'GLOBAL', summary: 'Also show the log for people who debug.' }),
  json: Flags.boolean({ env: 'STAGECRAFT_JSON', helpGroup: 'GLOBAL', summary: 'One JSON document on stdout; progress as plain lines on stderr.' }),
  'json-events': Flags.boolean({ env: 'STAGECRAFT_JSON_EVENTS', helpGroup: 'GLOBAL', summary: 'Events as NDJSON on stdout; the last line is the result. Excludes --json.' }),
  'no-color': Flags.boolean({ env: 'STAGECRAFT_NO_COLOR', helpGroup: 'GLOBAL', summary: 'No colours. NO_COLOR and TERM=dumb do the same.' }),
  yes: Flags.boolean({ char: 'y', env: 'STAGECRAFT_YES', helpGroup: 'GLOBAL', summary: 'Answer every question with its safe yes.' }),
};

/** For commands that change something. */
export const dryRunFlag = {
  'dry-run': Flags.boolean({ env: 'STAGECRAFT_DRY_RUN', helpGroup: 'GLOBAL', summary: 'Say what would be done; change nothing.' }),
};

export const versionFlag = {
  version: Flags.string({ env: 'STAGECRAFT_VERSION', helpValue: 'VERSION', summary: 'Version of the application; default: git describe, else the id of the release.' }),
};

export const servicesFlag = {
  services: Flags.string({ multiple: true, delimiter: ',', helpValue: 'NAME', summary: 'Only these services, and what they depend on.' }),
};

export const pullFlag = {
  pull: Flags.boolean({ summary: 'Ask registries for newer images of third parties under the same tag.' }),
};

/** The one way to another container for a service that holds data. */
export const replaceFlag = {
  replace: Flags.string({ multiple: true, delimiter: ',', helpValue: 'SERVICE', summary: 'Also replace these data services; each keeps its volume, and is away meanwhile.' }),
};
