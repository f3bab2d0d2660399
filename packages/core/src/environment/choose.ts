import { nearest } from '../config/nearest.js';
import type { ConfigFile } from '../config/types.js';
import { fail } from '../errors/index.js';

/**
 * The environment that is meant: the named one, or the only one.
 * @throws StagecraftError `user`: SC1120 no such environment, SC1121 none named and several there.
 */
export function chooseEnvironment(config: ConfigFile, name: string | undefined): string {
  const { environments } = config;
  const list = environments.join(', ');
  if (name !== undefined) {
    if (environments.includes(name)) return name;
    const meant = nearest(name, environments);
    throw fail({
      code: 'SC1120',
      kind: 'user',
      message: `${config.file} has no environment \`${name}\`${meant === undefined ? '' : `: did you mean \`${meant}\`?`}`,
      next: [`environments there: ${list}`, ...(meant === undefined ? [] : [`--env ${meant}`])],
      location: config.locate(['environments']),
    });
  }
  const [only] = environments;
  if (environments.length === 1 && only !== undefined) return only;
  throw fail({
    code: 'SC1121',
    kind: 'user',
    message: `${config.file} has ${environments.length} environments: ${list}; which one is meant?`,
    next: environments.map((each) => `--env ${each}`),
    location: config.locate(['environments']),
  });
}
