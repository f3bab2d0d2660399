import { posix } from 'node:path';
import { fail } from '../errors/index.js';
import type { Location } from '../plugin-api/location.js';
import type { Files } from '../ports/files.js';

/**
 * Gives a path of the config in its shortest form, once it is sure that it stays inside the project folder, links included.
 * @param what as in `env_file`, for errors.
 * @throws StagecraftError `user`: SC1130 when it leaves the folder.
 */
export async function insideProject(files: Files, folder: string, path: string, what: string, location: Location): Promise<string> {
  const normal = posix.normalize(path.replaceAll('\\', '/')).replace(/(?<=.)\/$/, '');
  if (path === '' || posix.isAbsolute(normal) || /^[A-Za-z]:/.test(normal) || normal === '..' || normal.startsWith('../')) {
    throw leaves(path, what, location, 'leads out of the project folder');
  }
  const real = files.realPath;
  if (real !== undefined) {
    const [home, target] = await Promise.all([real.call(files, folder), real.call(files, normal)]);
    if (home !== undefined && target !== undefined && target !== home && !target.startsWith(home.endsWith('/') ? home : `${home}/`)) {
      throw leaves(path, what, location, 'is a link that leads out of the project folder');
    }
    return normal;
  }
  // Without a way to ask where a link leads, none is followed.
  const parts = normal.split('/');
  for (const [index, part] of parts.entries()) {
    const siblings = await files.list(posix.join(folder, ...parts.slice(0, index))).catch(() => []);
    if (siblings.some(({ name, kind }) => name === part && kind === 'link')) throw leaves(path, what, location, 'goes through a link');
  }
  return normal;
}

function leaves(path: string, what: string, location: Location, how: string): Error {
  return fail({ code: 'SC1130', kind: 'user', message: `\`${what}: ${path}\` ${how}`, next: ['name a file inside the project folder, relative to it'], location });
}
